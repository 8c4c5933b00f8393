// Work that never returns counts as a failure like any other, gives back the hand and the locks it had, and writes nothing when it wakes up.
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { defineEvent, event } from '@countinghouse/contracts';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { z } from 'zod';
import { Audit } from '../audit/audit';
import { systemActor } from '../auth/actor';
import { Tx } from '../database/tx';
import { newId } from '../ids/new-id';
import { Consumer, Delivered } from '../outbox/consumer';
import { Deliveries } from '../outbox/deliveries';
import { Outbox } from '../outbox/outbox';
import { PlannedChunk, RunHandler, RunKind } from '../runs/run';
import { RunChunks } from '../runs/run-chunks';
import { Runs } from '../runs/runs';
import { JobRegistry } from './job-registry';
import { QueueSettings } from './queue-settings';

const Asked = defineEvent('sleeper.asked.v1', z.object({ n: z.int() }));
/** Longer than an insert takes on a machine that is busy with other specs. */
const LIMIT_MS = 400;

/** Falls asleep over number 3, and wakes up when the spec says so. */
class Sleeper {
  private wakers: (() => void)[] = [];
  /** What happened to those that woke up. */
  readonly woken: Promise<unknown>[] = [];
  /** Told the session and the transaction of each that falls asleep. */
  fellAsleep: (session: { pid: number; began: string }) => void = () => undefined;

  wakeUp(): void {
    for (const wake of this.wakers.splice(0)) wake();
  }

  async work(tx: Tx, numbers: readonly number[]): Promise<void> {
    await tx.execute('INSERT INTO public.effect SELECT unnest($1::int[])', [numbers]);
    if (!numbers.includes(3)) return;
    this.fellAsleep(await tx.one('SELECT pg_backend_pid() AS pid, now()::text AS began'));
    const asleep = new Promise<void>((resolve) => this.wakers.push(resolve)).then(() => tx.execute('INSERT INTO public.effect VALUES (-3)'));
    this.woken.push(asleep.catch((error: Error) => error.message));
    await asleep;
  }

  @Consumer({ queue: 'spec', name: 'sleeper.hear', event: Asked })
  async hear(tx: Tx, events: Delivered<typeof Asked>[]): Promise<void> {
    await this.work(tx, events.map(({ payload }) => payload.n));
  }
}

type Chunk = { readonly numbers: readonly number[] };

@RunKind({ kind: 'sleeper.sleep', queue: 'spec' })
class SleepRun implements RunHandler<unknown, Chunk> {
  constructor(protected readonly sleeper: Sleeper) {}

  async plan(): Promise<PlannedChunk<Chunk>[]> {
    return [{ items: 4, input: { numbers: [1, 2, 3, 4] } }];
  }

  async processInTx(tx: Tx, { numbers }: Chunk): Promise<object> {
    await this.sleeper.work(tx, numbers);
    return {};
  }

  split({ numbers }: Chunk): PlannedChunk<Chunk>[] | undefined {
    return numbers.length > 1 ? numbers.map((n) => ({ items: 1, input: { numbers: [n] } })) : undefined;
  }
}

@RunKind({ kind: 'sleeper.sleep-outside', queue: 'spec' })
class SleepOutsideRun implements RunHandler {
  async plan(): Promise<PlannedChunk[]> {
    return [{ items: 1, input: {} }];
  }

  process(): Promise<object> {
    return new Promise(() => undefined);
  }
}

@RunKind({ kind: 'sleeper.sleep-longer', queue: 'spec', limitMs: 10 * LIMIT_MS })
class SleepLongerRun implements RunHandler {
  async plan(): Promise<PlannedChunk[]> {
    return [{ items: 1, input: {} }];
  }

  async process(): Promise<object> {
    await sleep(2 * LIMIT_MS);
    return {};
  }
}

@RunKind({ kind: 'sleeper.uncut', queue: 'spec' })
class UncutRun extends SleepOutsideRun {
  override process(): Promise<object> {
    return Promise.reject(new Error('no'));
  }

  split(): undefined {
    throw new Error('cannot be cut either');
  }
}

describe('Work that never returns', () => {
  let test: TestDatabase;
  let sleeper: Sleeper;
  let deliveries: Deliveries;
  let runs: Runs;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
    await test.owner.transaction((tx) => tx.execute('CREATE TABLE public.effect (n int); GRANT ALL ON public.effect TO PUBLIC'));
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await test.owner.transaction((tx) => tx.execute('TRUNCATE public.effect'));
    sleeper = new Sleeper();
    const registry = JobRegistry.of(sleeper, new SleepRun(sleeper), new SleepOutsideRun(), new SleepLongerRun(), new UncutRun());
    const settings = new QueueSettings(test.url, undefined, { jobLimitMs: LIMIT_MS, deliveryFailures: 2, chunkFailures: 2, retryMs: 1 });
    deliveries = new Deliveries(test.database, new Audit(), registry, settings);
    runs = new Runs(test.database, new Audit(), new RunChunks(test.database, new Audit(), registry, settings));
  });

  const effects = async () => (await test.database.query<{ n: number }>('SELECT n FROM public.effect ORDER BY n')).map(({ n }) => n);
  const run = async (kind: string) => {
    const { id } = await test.database.transaction((tx) => runs.start(tx, { kind, key: newId(), input: {} }, systemActor('spec')));
    return runs.drain(id);
  };

  it('parks the event over which a consumer falls asleep, and delivers the others', async () => {
    await test.database.transaction((tx) => new Outbox().append(tx, [1, 2, 3, 4].map((n) => event(Asked, { n }))));
    const parked = () => test.database.read((reader) => deliveries.parked(reader));
    while ((await parked()).length === 0) {
      await deliveries.drain();
      await sleep(5);
    }
    expect(await parked()).toMatchObject([{ consumer: 'sleeper.hear', failures: 2, lastError: `TOOK_TOO_LONG: sleeper.hear has not returned within ${LIMIT_MS} ms` }]);
    expect(await effects()).toEqual([1, 2, 4]);
  });

  it('parks the item of a chunk in the same way, and refuses what is written by those that wake up too late', async () => {
    expect(await run('sleeper.sleep')).toMatchObject({ state: 'succeeded', done: 3, parked: 1 });
    sleeper.wakeUp();
    const said = await Promise.all(sleeper.woken);
    expect(new Set(said)).toEqual(new Set(['the transaction has ended; it takes no more statements']));
    expect(said.length).toBeGreaterThan(1);
    expect(await effects()).toEqual([1, 2, 4]);
  });

  it('is a failure also when the database has ended the session over it', async () => {
    const killed: Promise<object[]>[] = [];
    // Only while it sleeps: a moment later the session may be at work for a number that has to come through.
    sleeper.fellAsleep = ({ pid, began }) =>
      killed.push(test.owner.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND xact_start = $2::timestamptz', [pid, began]));
    const done = await run('sleeper.sleep');
    expect((await Promise.all(killed)).flat().length).toBeGreaterThan(0);
    expect(done).toMatchObject({ state: 'succeeded', done: 3, parked: 1 });
    expect(await effects()).toEqual([1, 2, 4]);
  });

  it('fails a run that works outside a transaction, unless its kind may take longer', async () => {
    expect(await run('sleeper.sleep-outside')).toMatchObject({ state: 'failed', error: expect.stringContaining('TOOK_TOO_LONG') });
    expect(await run('sleeper.sleep-longer')).toMatchObject({ state: 'succeeded' });
  });

  it('fails a chunk that can neither be done nor cut up, and does not come back to it for ever', async () => {
    expect(await run('sleeper.uncut')).toMatchObject({ state: 'failed', error: 'UNEXPECTED: no' });
  });
});
