// Runs as use cases see them: start, look, pause, resume, cancel, wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError, IssuerId, RunId } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { Actor, authorise, authoriseForAllIssuers } from '../auth/actor';
import { Database } from '../database/database';
import { Reader, Tx } from '../database/tx';
import { newId } from '../ids/new-id';
import { ParkedItem, Run, RunState, StartRun } from './run';
import { RunChunks } from './run-chunks';
import * as sql from './run.queries';

export interface RunFilter {
  readonly kind?: string;
  /** Runs older than this one. */
  readonly after?: RunId;
  /** At most 100; default 25. */
  readonly limit?: number;
}

const PAGE = 25;
const LONGEST_PAGE = 100;
const START_ATTEMPTS = 5;
/** Characters; room for ids, hashes and an idempotency key beside each other. The database refuses more. */
const LONGEST_KEY = 500;
const SHOWN = 60;
const LOOK_EVERY_MS = 50;

@Injectable()
export class Runs {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly chunks: RunChunks,
  ) {}

  /**
   * Starts a run, or returns the one of the same kind and key that is active. The calling use case has authorised the
   * actor. The run begins when `tx` has committed.
   * @throws DomainError RUN_KEY_TOO_LONG
   */
  async start<Input>(tx: Tx, run: StartRun<Input>, actor: Actor): Promise<Run<Input>> {
    const { kind, key } = run;
    if (key.length > LONGEST_KEY) throw keyTooLong(kind, key);
    const input = JSON.stringify(run.input);
    // The active run may end between our insert and our look; then there is room for a new one.
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt++) {
      const started = await sql.insertRun(tx, { id: newId<RunId>(), kind, key, input, planVersion: this.chunks.planVersion(kind), startedBy: actor.subject });
      if (started) {
        await this.record(tx, actor, 'platform.start-run', started, { kind, key, input: run.input });
        return started as Run<Input>;
      }
      const active = await sql.activeRun(tx, kind, key);
      if (active) return active as Run<Input>;
    }
    throw new Error(`could neither start nor find a run ${kind} ${key}`);
  }

  /** @throws DomainError RUN_NOT_FOUND */
  async get(reader: Reader, id: RunId): Promise<Run> {
    const run = await sql.findRun(reader, id);
    if (!run) throw new DomainError('RUN_NOT_FOUND', 'there is no such run', { field: 'id', value: id });
    return run;
  }

  /** Newest first. */
  async list(reader: Reader, filter: RunFilter = {}): Promise<Run[]> {
    return sql.newestRuns(reader, filter.kind, filter.after, Math.min(filter.limit ?? PAGE, LONGEST_PAGE));
  }

  /** What the run could not process, ordered by item; `after` is the last item of the page before. */
  async parkedItems(reader: Reader, id: RunId, page: { after?: string; limit?: number } = {}): Promise<ParkedItem[]> {
    return sql.parkedItemsOf(reader, id, page.after, Math.min(page.limit ?? PAGE, LONGEST_PAGE));
  }

  /** How many runs have not ended. */
  async active(reader: Reader): Promise<number> {
    const { active } = await reader.one<{ active: bigint }>(
      `SELECT count(*) AS active FROM platform.run WHERE state IN ('planned', 'running', 'paused', 'awaiting-approval')`,
    );
    return Number(active);
  }

  /** No further chunk begins; those at work finish. @throws DomainError RUN_NOT_FOUND, RUN_STATE_FORBIDS, FORBIDDEN */
  async pause(id: RunId, actor: Actor): Promise<Run> {
    return this.database.transaction((tx) => this.move(tx, id, ['planned', 'running'], 'paused', actor));
  }

  /**
   * Goes on with a paused run, or gives the failed chunks of a failed run another chance.
   * @throws DomainError RUN_NOT_FOUND, RUN_STATE_FORBIDS, FORBIDDEN, RUN_ALREADY_ACTIVE
   */
  async resume(id: RunId, actor: Actor): Promise<Run> {
    return this.database.transaction(async (tx) => {
      const { kind, key, state } = await this.get(tx, id);
      const active = state === 'failed' ? await sql.activeRun(tx, kind, key) : undefined;
      if (active) {
        throw new DomainError('RUN_ALREADY_ACTIVE', `another run ${kind} ${key} is active`, {
          field: 'id',
          value: id,
          remedy: `wait for the run ${active.id}, or cancel it first`,
        });
      }
      // Chunks before the run, as everywhere, so that a chunk that ends right now is not met head on.
      await sql.reviveChunks(tx, id);
      return this.move(tx, id, ['paused', 'failed'], 'working', actor);
    });
  }

  /**
   * Goes on with a run that waits for approval. The calling use case has authorised the actor and looked at what it approves of.
   * @throws DomainError RUN_STATE_FORBIDS
   */
  async approve(tx: Tx, id: RunId, actor: Actor, reason?: string): Promise<Run> {
    return this.move(tx, id, ['awaiting-approval'], 'working', actor, { verb: 'approve', ...(reason === undefined ? {} : { reason }) });
  }

  /** Ends the run where it stands; what is done stays done. @throws DomainError RUN_NOT_FOUND, RUN_STATE_FORBIDS, FORBIDDEN */
  async cancel(id: RunId, actor: Actor): Promise<Run> {
    return this.database.transaction((tx) => this.move(tx, id, sql.ACTIVE_STATES, 'cancelled', actor));
  }

  /**
   * Waits, by looking, until the run has ended, is paused or waits for approval; returns it also when it failed. For the CLI and for tests.
   * @throws DomainError RUN_NOT_DONE when the time is up
   */
  async whenDone(id: RunId, options: { timeoutMs: number }): Promise<Run> {
    for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
      const run = await this.database.read((reader) => this.get(reader, id));
      if (run.state !== 'planned' && run.state !== 'running') return run;
      if (waitedMs >= options.timeoutMs) {
        throw new DomainError('RUN_NOT_DONE', `the run is ${run.state} with ${run.done} of ${run.total} after ${options.timeoutMs} ms`, {
          field: 'id',
          value: id,
          remedy: 'check that a worker is running, or wait longer',
        });
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /**
   * Plans and processes the whole run in this process, stage by stage, without queue, worker or delays between retries.
   * Beside workers only if its kind processes chunks in their transaction: those that a worker has are waited for. Returns
   * when the run has ended or is paused.
   */
  async drain(id: RunId): Promise<Run> {
    for (let last: number | undefined; ; ) {
      const { run, no } = await this.database.read(async (reader) => ({
        run: await this.get(reader, id),
        no: await sql.nextChunk(reader, id),
      }));
      if (no === undefined || (run.state !== 'planned' && run.state !== 'running')) return run;
      // The same chunk again has failed, or a worker has it.
      if (no === last) await sleep(LOOK_EVERY_MS);
      await this.chunks.process(run.kind, id, no);
      last = no;
    }
  }

  private async move(tx: Tx, id: RunId, from: readonly RunState[], to: 'paused' | 'cancelled' | 'working', actor: Actor, act: { verb?: string; reason?: string } = {}): Promise<Run> {
    const before = await this.get(tx, id);
    const issuerId = issuerOf(before);
    if (issuerId) authorise(actor, 'billing', issuerId);
    else authoriseForAllIssuers(actor, 'billing');
    const run = await sql.moveRun(tx, id, from, to);
    if (!run) {
      throw new DomainError('RUN_STATE_FORBIDS', `a run that is ${before.state} cannot become ${to}`, {
        field: 'id',
        value: id,
        remedy: `only a run that is ${from.join(' or ')} can`,
      });
    }
    await this.record(tx, actor, `platform.${act.verb ?? VERB[to]}-run`, run, { from: before.state, to: run.state }, act.reason);
    return run;
  }

  private async record(tx: Tx, actor: Actor, action: string, run: Run, change: Record<string, unknown>, reason?: string): Promise<void> {
    const issuerId = issuerOf(run);
    await this.audit.record(tx, actor, [{ action, subjectType: 'run', subjectId: run.id, change, ...(issuerId ? { issuerId } : {}), ...(reason ? { reason } : {}) }]);
  }
}

function keyTooLong(kind: string, key: string): DomainError {
  return new DomainError('RUN_KEY_TOO_LONG', `the key of a run ${kind} has ${key.length} characters; at most ${LONGEST_KEY} are taken`, {
    field: 'key',
    value: `${key.slice(0, SHOWN)}…`,
    remedy: 'name the run by ids, days or hashes',
  });
}

const VERB = { paused: 'pause', cancelled: 'cancel', working: 'resume' } as const;

/** The issuer that a run is about, when its input names one: it limits who may touch the run. */
function issuerOf(run: Run): IssuerId | undefined {
  const input = run.input as { issuerId?: unknown } | null;
  return typeof input?.issuerId === 'string' ? (input.issuerId as IssuerId) : undefined;
}
