// Idempotency keys: an act asked for twice with one key is done once and answered the same both times.
import { Injectable } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { Tx } from '../database/tx';
import { canonicalHash, fromJson, toJson } from './canonical-json';

export interface OnceOptions {
  /** The act: 'invoicing.finalise-invoice'. Keys of different acts do not meet. */
  readonly operation: string;
  /** What the caller gave as idempotencyKey. */
  readonly key: string;
  /** Everything that the answer depends on; bigint and undefined are fine. */
  readonly input: unknown;
}

/** As the database counts them; control characters, which some tools cannot show and PostgreSQL cannot all store, are none. */
const KEY = /^\P{Cc}{1,200}$/u;
const SHOWN = 60;

@Injectable()
export class Idempotency {
  /**
   * Runs `work` the first time a key is seen and remembers its answer in the same transaction; afterwards gives that
   * answer. A second caller waits for the first to commit. The answer must be JSON (bigint allowed), ids rather than things.
   * @throws DomainError IDEMPOTENCY_KEY_INVALID, or IDEMPOTENCY_KEY_REUSED when the key was used with another input.
   */
  async once<Answer>(tx: Tx, options: OnceOptions, work: () => Promise<Answer>): Promise<Answer> {
    const { operation, key } = options;
    if (!KEY.test(key)) throw keyInvalid(key);
    const hash = canonicalHash(options.input);
    // Without the lock both callers would find no row, and the second would do its work only to be refused by the key.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`, [operation, key]);
    const known = await tx.first<{ input_hash: Buffer; answer: string }>(
      'SELECT input_hash, answer::text AS answer FROM platform.idempotency_key WHERE operation = $1 AND key = $2',
      [operation, key],
    );
    if (known) {
      if (!known.input_hash.equals(hash)) throw keyReused(options);
      return fromJson(known.answer) as Answer;
    }
    const answer = toJson(await work());
    await tx.execute('INSERT INTO platform.idempotency_key (operation, key, input_hash, answer) VALUES ($1, $2, $3, $4)', [
      operation,
      key,
      hash,
      answer,
    ]);
    // The first caller gets what the later ones will get, down to dates that have become text.
    return fromJson(answer) as Answer;
  }
}

function keyInvalid(key: string): DomainError {
  const wrong = key === '' ? 'the key is empty' : [...key].length > 200 ? `the key has ${[...key].length} characters` : 'the key has a control character in it';
  return new DomainError('IDEMPOTENCY_KEY_INVALID', `${wrong}; expected 1 to 200 characters that can be seen`, {
    field: 'idempotencyKey',
    value: key.length > SHOWN ? `${key.slice(0, SHOWN)}…` : key,
    remedy: 'make a key for each request, such as a UUID, and repeat a request with the key it had',
  });
}

function keyReused({ operation, key }: OnceOptions): DomainError {
  return new DomainError('IDEMPOTENCY_KEY_REUSED', `the key was used before for ${operation} with another input`, {
    field: 'idempotencyKey',
    value: key,
    remedy: 'use a new key for a new request, or repeat the old request unchanged',
  });
}
