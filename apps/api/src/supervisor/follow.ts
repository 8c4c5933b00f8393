// Follows work that other processes do: looks at its rows until it has ended, through restarts of the database.
import { setTimeout as sleep } from 'node:timers/promises';
import { RunId } from '@countinghouse/kernel';
import { Database, Reader, Run, Runs, sqlState } from '@countinghouse/platform';
import { Progress } from './progress';

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 120_000;
const REST_MS = 500;
/** Nothing happens to them any more, or not before somebody approves. */
const AT_REST: readonly Run['state'][] = ['succeeded', 'failed', 'cancelled', 'awaiting-approval'];
/** What Node says when there is no connection, or no longer one. */
const CONNECTION_LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
/** PostgreSQL: connection exceptions, and "shutting down", "crashed", "starting up". */
const SERVER_AWAY = /^(08...|57P0[123])$/;

export class Follower {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
    private readonly stopped: AbortSignal,
  ) {}

  /** Until all of them have ended, or wait for approval. @throws when one has failed or was cancelled, with its reason */
  async follow(ids: readonly RunId[], progress: Progress, what: string): Promise<Run[]> {
    for (;;) {
      const runs = await this.look(async (reader) => {
        const found: Run[] = [];
        for (const id of ids) found.push(await this.runs.get(reader, id));
        return found;
      });
      const sum = (figure: 'done' | 'total') => runs.reduce((total, run) => total + run[figure], 0);
      progress.update(sum('done'), sum('total'), what);
      const lost = runs.find((run) => run.state === 'failed' || run.state === 'cancelled');
      if (lost) throw new Error(`the run ${lost.kind} ${lost.id} has ${lost.state}: ${lost.error ?? 'no reason was recorded'}`);
      if (runs.every((run) => AT_REST.includes(run.state))) return runs;
      await this.rest();
    }
  }

  /** Until `measure` says that nothing is left; gives what is left when `patienceMs` is over. */
  async waitFor(measure: (reader: Reader) => Promise<number>, progress: Progress, what: string, patienceMs: number): Promise<number> {
    const started = performance.now();
    let most = 0;
    for (;;) {
      const left = await this.look(measure);
      most = Math.max(most, left);
      if (left === 0 || performance.now() - started > patienceMs) return left;
      progress.update(most - left, most, what);
      await this.rest();
    }
  }

  look<T>(question: (reader: Reader) => Promise<T>): Promise<T> {
    return this.patiently(() => this.database.read(question));
  }

  /** Does it again while the database is away; for work that is safe to do twice. */
  async patiently<T>(work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    for (;;) {
      this.stopped.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!isConnectionLost(error) || performance.now() - started > PATIENCE_MS) throw error;
        await sleep(REST_MS);
      }
    }
  }

  private async rest(): Promise<void> {
    await sleep(LOOK_EVERY_MS);
    this.stopped.throwIfAborted();
  }
}

function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  return CONNECTION_LOST.has(state) || SERVER_AWAY.test(state) || /^(Connection terminated|timeout exceeded when trying to connect)/i.test(message);
}
