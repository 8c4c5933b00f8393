// Two sides of a proof, row by row: they agree, or it is said where they do not.
import type { ProofResult } from '@countinghouse/platform';

export interface ComparedRow {
  /** Issuer and currency. */
  readonly what: string;
  /** Minor units. */
  readonly expected: bigint;
  readonly found: bigint;
}

const SHOWN = 5;

export function compared(rows: readonly ComparedRow[], expectedName: string, foundName: string): ProofResult {
  const offenders = rows.filter((row) => row.expected !== row.found);
  if (offenders.length === 0) {
    return { ok: true, detail: rows.length === 0 ? 'nothing on either side' : rows.map((row) => `${row.what} ${row.found}`).join(', ') };
  }
  const shown = offenders.slice(0, SHOWN).map((row) => `${row.what}: ${expectedName} ${row.expected}, ${foundName} ${row.found}`);
  return { ok: false, detail: shown.join('; ') };
}
