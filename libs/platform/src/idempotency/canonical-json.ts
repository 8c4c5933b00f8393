// JSON that knows bigint, and a canonical form of it, so that equal inputs have equal hashes.
import { createHash } from 'node:crypto';

/** A bigint in JSON; a key that no input of ours has. */
const BIGINT = '$bigint';

export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) => (typeof part === 'bigint' ? { [BIGINT]: part.toString() } : part));
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => (isBigintTag(part) ? BigInt(part[BIGINT]) : part));
}

/** SHA-256 of the value with its object keys sorted; undefined properties count as absent. */
export function canonicalHash(value: unknown): Buffer {
  const sorted = JSON.stringify(JSON.parse(toJson(value)), (_key, part: unknown) =>
    isPlainObject(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
  return createHash('sha256').update(sorted).digest();
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBigintTag(value: unknown): value is { [BIGINT]: string } {
  return isPlainObject(value) && typeof value[BIGINT] === 'string' && Object.keys(value).length === 1;
}
