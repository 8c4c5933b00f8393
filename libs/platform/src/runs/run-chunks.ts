// Works on the chunks of runs: claims what is due, processes one, writes down how it ended, and ends the run with the last.
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { isDomainError, RunId } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { systemActor } from '../auth/actor';
import { Database } from '../database/database';
import { Tx } from '../database/tx';
import { Failure, failureOf, failureText } from '../queue/failure';
import { JobRegistry, RegisteredRunKind } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { within } from '../queue/time-limit';
import { PLAN_UNREADABLE, refuseUnreadable } from './readable-plan';
import { ChunkOutcome, FIRST_VERSION, PlannedChunk, RunHandler } from './run';
import * as sql from './run.queries';
import { ClaimedChunk, HeldChunk, PLAN_CHUNK } from './run.queries';

const CLAIMED_AT_ONCE = 32;
const LONGEST_ITEM_NAME = 200;

@Injectable()
export class RunChunks {
  private readonly logger = new Logger(RunChunks.name);

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly registry: JobRegistry,
    private readonly settings: QueueSettings,
  ) {}

  /** Lends out the chunks that are due, for one lease; first dispatch, retry and the recovery of a lost job alike. */
  async claim(tx: Tx, kinds: readonly string[]): Promise<ClaimedChunk[]> {
    return sql.claimDueChunks(tx, kinds, kinds.map((kind) => this.planVersion(kind)), this.settings.times.leaseMs, CLAIMED_AT_ONCE);
  }

  /** The version of the plans that this process makes of a kind, and the newest that it works on. */
  planVersion(kind: string): number {
    return this.registry.runKinds.get(kind)?.version ?? FIRST_VERSION;
  }

  /**
   * Processes one chunk if it is still to be done, nobody else has it, and its run is neither paused nor ended. Never
   * throws for the chunk's own failure: that is counted in its row. `dispatch` is the one the job was made for; without
   * it the caller must be the only one at work on the run.
   */
  async process(kind: string, id: RunId, no: number, dispatch?: number): Promise<void> {
    const known = this.known(kind);
    try {
      if (no === PLAN_CHUNK) await this.plan(known, id);
      else if (known.handler.processInTx) await this.processInTx(known, id, no);
      else await this.processOutside(known, id, no, dispatch);
    } catch (error) {
      await this.recordFailure(known.handler, id, no, error);
    }
  }

  private async plan(known: RegisteredRunKind, id: RunId): Promise<void> {
    const { handler } = known;
    await this.database.transaction(async (tx) => {
      const held = await sql.lockChunk(tx, id, PLAN_CHUNK);
      if (!held) return;
      refuseUnreadable(known, held);
      const chunks = await this.inTime(known, () => handler.plan(tx, held.run));
      await sql.insertChunks(tx, id, chunks);
      await this.settle(tx, handler, held, { total: itemsOf(chunks) });
    });
  }

  private async processInTx(known: RegisteredRunKind, id: RunId, no: number): Promise<void> {
    const { handler } = known;
    await this.database.transaction(async (tx) => {
      const held = await sql.lockChunk(tx, id, no);
      if (!held) return;
      refuseUnreadable(known, held);
      await this.complete(tx, handler, held, await this.inTime(known, () => handler.processInTx!(tx, held.input, held.run)));
    });
  }

  /** For handlers that call outside: the chunk is lent, not locked, and the loan is renewed as long as this process lives. */
  private async processOutside(known: RegisteredRunKind, id: RunId, no: number, dispatch?: number): Promise<void> {
    const { handler } = known;
    const lent = await this.lend(id, no, dispatch);
    if (!lent) return;
    refuseUnreadable(known, lent);
    const stop = new AbortController();
    const renewing = this.renew(lent, stop.signal);
    let outcome: ChunkOutcome;
    try {
      outcome = await this.inTime(known, () => handler.process!(lent.input, lent.run));
    } finally {
      stop.abort();
      await renewing;
    }
    await this.database.transaction(async (tx) => {
      const held = await sql.lockChunkToSettle(tx, id, no);
      if (held) await this.complete(tx, handler, held, outcome);
    });
  }

  /** Lending counts as one more dispatch, so that a second copy of the same job finds that it comes too late. */
  private async lend(id: RunId, no: number, dispatch?: number): Promise<HeldChunk | undefined> {
    return this.database.transaction(async (tx) => {
      const held = await sql.lockChunk(tx, id, no);
      if (!held || (dispatch !== undefined && held.dispatches !== dispatch)) return undefined;
      const dispatches = await sql.countDispatch(tx, id, no);
      await sql.extendLease(tx, id, no, dispatches, this.settings.times.leaseMs);
      return { ...held, dispatches };
    });
  }

  private async renew(lent: HeldChunk, signal: AbortSignal): Promise<void> {
    const { leaseMs } = this.settings.times;
    while (!signal.aborted) {
      await sleep(leaseMs / 3, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.database
        .transaction((tx) => sql.extendLease(tx, lent.run.id, lent.no, lent.dispatches, leaseMs))
        .catch((error) => this.logger.warn({ message: 'lease not renewed', runId: lent.run.id, no: lent.no, ...failureOf(error) }));
    }
  }

  private async complete(tx: Tx, handler: RunHandler, held: HeldChunk, outcome: ChunkOutcome): Promise<void> {
    const parked = outcome.parked ?? [];
    await sql.insertParkedItems(tx, held.run.id, parked);
    await this.settle(tx, handler, held, {
      done: Math.max(held.items - parked.length, 0),
      parked: parked.length,
      ...(outcome.result ? { result: outcome.result } : {}),
    });
    // Also when somebody has paused the run meanwhile: resuming it is not approving of it.
    if (outcome.hold) await sql.moveRun(tx, held.run.id, ['running', 'paused'], 'awaiting-approval');
  }

  /** The end of a chunk that went well. The run row comes last, because the other chunks of the run wait for it. */
  private async settle(tx: Tx, handler: RunHandler, held: HeldChunk, progress: sql.RunProgress): Promise<void> {
    await sql.setChunkState(tx, held.run.id, held.no, 'done', null);
    await this.progress(tx, handler, held.run.id, progress);
  }

  /**
   * Adds progress and ends the run when nothing is left to do. Two chunks that end at the same time meet at the run row,
   * and the second looks only after the first has committed; so exactly one of them finds that it was the last.
   */
  private async progress(tx: Tx, handler: RunHandler, id: RunId, progress: sql.RunProgress): Promise<void> {
    const run = await sql.addProgress(tx, id, progress);
    if (run.state === 'cancelled' || (await sql.hasWorkLeft(tx, run))) return;
    const state = run.error === null ? 'succeeded' : 'failed';
    if (state === 'succeeded') await handler.finish?.(tx, run);
    await sql.endRun(tx, id, state);
    await this.audit.record(tx, systemActor('runs'), [
      {
        action: 'platform.finish-run',
        subjectType: 'run',
        subjectId: id,
        change: { kind: run.kind, state, done: run.done, parked: run.parked, result: run.result, error: run.error },
      },
    ]);
    this.logger.log({ message: `run ${state}`, runId: id, kind: run.kind, done: run.done, parked: run.parked });
  }

  private async recordFailure(handler: RunHandler, id: RunId, no: number, error: unknown): Promise<void> {
    const failure = failureOf(error);
    const { chunkFailures, retryMs, retryCapMs } = this.settings.times;
    await this.database.transaction(async (tx) => {
      const held = await sql.lockChunkToSettle(tx, id, no);
      if (!held) return;
      // What cannot be read cannot be cut into pieces either.
      if (failure.code === PLAN_UNREADABLE) return this.fail(tx, handler, held, failure);
      const hopeless = no === PLAN_CHUNK && isDomainError(error);
      if (hopeless || held.failures + 1 >= chunkFailures) return this.giveUp(tx, handler, held, failure);
      await sql.postponeChunk(tx, id, no, Math.min(retryMs * 2 ** held.failures, retryCapMs), failureText(failure));
    });
    this.logger.warn({ message: 'chunk failed', runId: id, no, ...failure });
  }

  /** Past the limit: a chunk that can be split is, a single item is parked, and what cannot be split fails with the run. */
  private async giveUp(tx: Tx, handler: RunHandler, held: HeldChunk, failure: Failure): Promise<void> {
    const { run, no, items, input } = held;
    if (no === PLAN_CHUNK || !handler.split) return this.fail(tx, handler, held, failure);
    const cut = cutUp(handler, input);
    if (!cut) return this.fail(tx, handler, held, failure);
    if ('item' in cut) return this.complete(tx, handler, held, { parked: [{ item: cut.item, ...failure }] });
    const { pieces } = cut;
    await sql.setChunkState(tx, run.id, no, 'split', failureText(failure));
    // The run row is locked before the numbers of the pieces are taken, and a split is never the last of a run.
    await sql.addProgress(tx, run.id, { total: itemsOf(pieces) - items });
    await sql.insertChunks(tx, run.id, pieces.map((piece) => ({ ...piece, stage: held.stage })));
  }

  private async fail(tx: Tx, handler: RunHandler, { run, no }: HeldChunk, failure: Failure): Promise<void> {
    const text = failureText(failure);
    await sql.setChunkState(tx, run.id, no, 'failed', text);
    await this.progress(tx, handler, run.id, { error: text });
  }

  private inTime<T>({ kind, limitMs = this.settings.times.jobLimitMs }: RegisteredRunKind, work: () => Promise<T>): Promise<T> {
    return within(limitMs, kind, work);
  }

  private known(kind: string): RegisteredRunKind {
    const registered = this.registry.runKinds.get(kind);
    if (!registered) throw new Error(`this process does not know runs of the kind ${kind}`);
    return registered;
  }
}

/** The pieces of a chunk, or the name of the one item that it is; nothing when it cannot even be cut up: then it must not come back for ever. */
function cutUp(handler: RunHandler, input: unknown): { pieces: readonly PlannedChunk[] } | { item: string } | undefined {
  try {
    const pieces = handler.split?.(input);
    if (pieces?.length) return { pieces };
    return { item: (handler.itemName?.(input) ?? JSON.stringify(input)).slice(0, LONGEST_ITEM_NAME) };
  } catch {
    return undefined;
  }
}

function itemsOf(chunks: readonly PlannedChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.items, 0);
}
