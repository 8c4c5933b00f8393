// The one door to PostgreSQL: transactions that retry, reads that cannot write, and limits on both.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { Reader, Tx } from './tx';

/** Serialisation failure and deadlock: PostgreSQL asks the client to try the whole transaction again. */
const RETRYABLE = new Set(['40001', '40P01']);
const ATTEMPTS = 6;

/** Of two that share their work one waits for the other at the end, for as long as the other's questions may take. */
const WITHOUT_IDLE_LIMIT = `SELECT set_config('idle_in_transaction_session_timeout', '0', true)`;

export interface TransactionOptions {
  /** Default READ COMMITTED: our rules are kept by locks and constraints, not by isolation. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/**
 * Somebody else has committed meanwhile what the transaction looked for and was about to write. Like a serialisation failure
 * it says that the transaction, run again, goes another way; use cases throw it for a constraint that only a race can violate.
 */
export class LostRace extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** Thrown at the end of a rehearsal, so that all of it is rolled back; carries the outcome out. */
class Rehearsed {
  constructor(readonly outcome: unknown) {}
}

@Injectable()
export class Database {
  /** The transaction of the rehearsal in which the caller runs, if it runs in one. */
  private readonly rehearsal = new AsyncLocalStorage<{ readonly tx: Tx; readonly depth: number }>();

  constructor(readonly dataSource: DataSource) {}

  /**
   * Runs `work` in one transaction and commits when it resolves. The whole callback is run again, at most five times,
   * on serialisation failure, deadlock or a lost race; so it must hold SQL and nothing else: no HTTP, no clock, no random.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const rehearsal = this.rehearsal.getStore();
    if (rehearsal !== undefined) return this.savepoint(rehearsal.tx, rehearsal.depth + 1, work);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work, options.isolation ?? 'READ COMMITTED');
      } catch (error) {
        if (attempt >= ATTEMPTS || !(error instanceof LostRace || RETRYABLE.has(sqlState(error) ?? ''))) throw error;
        await sleep(randomInt(5, 20) * 2 ** attempt);
      }
    }
  }

  /**
   * Runs `work` in a transaction that is always rolled back, and gives what it came to: previews and what-ifs run the very
   * functions of the real thing. Whatever transaction the work opens, use cases that it calls for instance, becomes a
   * savepoint of this one, so that nothing of a rehearsal can stay. Retried as {@link transaction} is.
   */
  async rehearse<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.transaction(async (tx): Promise<T> => {
        throw new Rehearsed(await this.rehearsal.run({ tx, depth: 0 }, () => work(tx)));
      });
    } catch (thrown) {
      if (thrown instanceof Rehearsed) return thrown.outcome as T;
      throw thrown;
    }
  }

  /** Whether the caller runs in a rehearsal. */
  get isRehearsing(): boolean {
    return this.rehearsal.getStore() !== undefined;
  }

  /** One consistent snapshot to read from; PostgreSQL refuses writes in it. */
  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    const rehearsal = this.rehearsal.getStore();
    if (rehearsal !== undefined) return work(rehearsal.tx);
    return this.once(async (tx) => {
      await tx.execute('SET TRANSACTION READ ONLY');
      return work(tx);
    }, 'REPEATABLE READ');
  }

  /** Two connections on one snapshot, for questions that take long enough to be asked side by side; in a rehearsal its only one. */
  async readTwofold<T>(work: (readers: readonly Reader[]) => Promise<T>): Promise<T> {
    return this.read(async (first) => {
      if (this.isRehearsing) return work([first]);
      await first.query(WITHOUT_IDLE_LIMIT);
      const { snapshot } = await first.one<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
      return this.once(async (second) => {
        // Takes no parameter; the server has just made the name of hexadecimal digits and hyphens.
        await second.execute(`SET TRANSACTION SNAPSHOT '${snapshot.replaceAll(/[^0-9A-F-]/g, '')}'`);
        await second.execute('SET TRANSACTION READ ONLY');
        await second.query(WITHOUT_IDLE_LIMIT);
        return work([first, second]);
      }, 'REPEATABLE READ');
    });
  }

  /** A single read-only question outside any transaction of ours. */
  async query<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.read((reader) => reader.query<Row>(sql, params));
  }

  /** A transaction within a rehearsal: its failure undoes its own part, and a deadlock is left to whoever retries the whole. */
  private async savepoint<T>(tx: Tx, depth: number, work: (tx: Tx) => Promise<T>): Promise<T> {
    await tx.execute(`SAVEPOINT rehearsal_${depth}`);
    try {
      const result = await this.rehearsal.run({ tx, depth }, () => work(tx));
      await tx.execute(`RELEASE SAVEPOINT rehearsal_${depth}`);
      return result;
    } catch (error) {
      await tx.execute(`ROLLBACK TO SAVEPOINT rehearsal_${depth}`).catch(() => undefined);
      throw error;
    }
  }

  private async once<T>(work: (tx: Tx) => Promise<T>, isolation: NonNullable<TransactionOptions['isolation']>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PoolClient;
      await runner.startTransaction(isolation);
      const tx = new Tx(client, runner.manager);
      const result = await work(tx).finally(() => tx.end());
      await runner.commitTransaction();
      return result;
    } catch (error) {
      // A broken connection cannot roll back; the server has already done it.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

/** The SQLSTATE of an error from pg, also when TypeORM has wrapped it. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const state = code ?? driverError?.code;
  return typeof state === 'string' ? state : undefined;
}

/** The name of the constraint that refused a row, if one did: use cases turn it into a DomainError. */
export function violatedConstraint(error: unknown): string | undefined {
  const { constraint, driverError } = (error ?? {}) as { constraint?: string; driverError?: { constraint?: string } };
  return constraint ?? driverError?.constraint;
}
