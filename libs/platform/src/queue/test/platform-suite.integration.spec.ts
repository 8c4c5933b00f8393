// The platform suite: events, runs and ticks keep their promises on either backend of the queue, whatever is lost.
import { ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createTestDatabase, hasRedisServer, RedisServer, startRedisServer, TestDatabase } from '@countinghouse/testing';
import { RunId } from '@countinghouse/kernel';
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { systemActor } from '../../auth/actor';
import { Database } from '../../database/database';
import { newId } from '../../ids/new-id';
import { Deliveries } from '../../outbox/deliveries';
import { Outbox } from '../../outbox/outbox';
import { PlatformModule, PlatformOptions } from '../../platform.module';
import { Run } from '../../runs/run';
import { RunChunks } from '../../runs/run-chunks';
import { Runs } from '../../runs/runs';
import { Ticks } from '../../scheduling/ticks';
import { QueueTimes } from '../queue-settings';
import { Queues } from '../queues';
import { EXIT_SILENT } from '../watchdog';
import { ProcessExit } from '../worker-host';
import { Relay } from '../relay';
import { CountInput, things, WORKBENCH_TABLES, WorkbenchModule } from './workbench';

const ACTOR = systemActor('suite');
/** Short, so that what was lost is found again within the patience of a spec. */
const TIMES: Partial<QueueTimes> = { leaseMs: 1_000, pollMs: 20, retryMs: 20, deliveryFailures: 3, chunkFailures: 2 };
const PATIENCE_MS = 45_000;
/** As it is built: compiling it takes longer than starting it. */
const WORKER = join(__dirname, '../../../../../dist/libs/platform/src/queue/test/worker.js');

const BACKENDS = ['PostgreSQL', ...(hasRedisServer() ? ['Redis'] : [])];
if (!BACKENDS.includes('Redis')) {
  process.stderr.write('\n*** SKIPPED: the Redis half of the platform suite, because there is no redis-server on this machine. ***\n\n');
}

describe.each(BACKENDS)('The platform with its queue on %s', (backend) => {
  let test: TestDatabase;
  let redis: RedisServer | undefined;
  let app: INestApplicationContext;

  const get = <T>(type: abstract new (...args: never[]) => T): T => app.get(type as never);
  const options = (role: PlatformOptions['role'], times: Partial<QueueTimes> = {}): PlatformOptions => ({
    databaseUrl: test.url,
    ...(redis ? { queueUrl: redis.url } : {}),
    manifests: [],
    role,
    times: { ...TIMES, ...times },
  });
  const exits: number[] = [];
  const start = async (role: PlatformOptions['role'] = 'worker', times: Partial<QueueTimes> = {}) => {
    exits.length = 0;
    const module = await Test.createTestingModule({ imports: [PlatformModule.forRoot(options(role, times)), WorkbenchModule] })
      .overrideProvider(ProcessExit)
      .useValue({ exit: (code: number) => exits.push(code) })
      .compile();
    module.useLogger(false);
    app = await module.init();
  };
  const rows = <Row extends object>(sql: string, params: unknown[] = []) => test.database.query<Row>(sql, params);
  const trouble = (...what: string[]) =>
    test.database.transaction(async (tx) => {
      await tx.execute('DELETE FROM platform.workbench_trouble');
      await tx.execute('INSERT INTO platform.workbench_trouble SELECT * FROM unnest($1::text[])', [what]);
    });
  const publish = (count: number) => test.database.transaction((tx) => new Outbox().append(tx, things(count)));
  const startRun = (kind: string, input: Partial<CountInput>, key: string = newId<RunId>()) =>
    test.database.transaction((tx) =>
      get(Runs).start(tx, { kind, key, input: { stages: 1, chunks: 5, itemsPerChunk: 4, sleepMs: 0, ...input } }, ACTOR),
    );
  const done = (run: Run) => get(Runs).whenDone(run.id, { timeoutMs: PATIENCE_MS });
  const now = (run: Run) => test.database.read((reader) => get(Runs).get(reader, run.id));
  const finished = (run: Run) => rows('SELECT * FROM platform.workbench_finished WHERE run_id = $1', [run.id]);
  const delivered = () => until(async () => (await test.database.read((reader) => backlog(reader))) === 0);
  const backlog: Deliveries['backlog'] = (reader) => Deliveries.prototype.backlog(reader);
  /** Everything the queue knows is gone, without a word. */
  const emptyTheQueue = async () => {
    if (redis) {
      const client = new Redis(redis.url);
      await client.flushall();
      await client.quit();
    } else {
      await test.owner.transaction(async (tx) => {
        const tables = await tx.query<{ name: string }>(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename NOT LIKE '%migration%'`,
        );
        await tx.execute(`TRUNCATE ${tables.map((table) => table.name).join(', ')}`);
      });
    }
  };
  /**
   * Begins work, and empties the queue while jobs of it wait there: a lock on what the handlers write, taken before anything has
   * begun, holds back those that are taken up, so that others wait behind them.
   */
  const emptyTheQueueInTheMiddle = <T>(table: string, begin: () => Promise<T>): Promise<T> =>
    test.owner.transaction(async (tx) => {
      await tx.execute(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
      const begun = await begin();
      await until(async () => (await get(Queues).waiting('workbench')) > 3);
      await emptyTheQueue();
      return begun;
    });
  const effects = () =>
    rows(`SELECT consumer, count(*)::int AS effects, count(DISTINCT n)::int AS events FROM platform.workbench_effect GROUP BY 1 ORDER BY 1`);
  const eachOnce = (count: number) => [
    { consumer: 'mirror', effects: count, events: count },
    { consumer: 'record', effects: count, events: count },
  ];
  const itemsOf = (run: Run) =>
    rows<{ items: number; distinct_items: number }>(
      'SELECT count(*)::int AS items, count(DISTINCT item)::int AS distinct_items FROM platform.workbench_item WHERE run_id = $1',
      [run.id],
    );

  let child: ChildProcess | undefined;
  /** Launches a worker process; and what it has written to its log. */
  const launchWorker = (times: Partial<QueueTimes> = {}, ...args: string[]) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: process.env['TEST_COMPILED_CODE'] };
    const launched = spawn(process.execPath, [WORKER, JSON.stringify(options('worker', times)), ...args], { env });
    child = launched;
    let log = '';
    launched.stderr.on('data', (text: Buffer) => (log += text.toString()));
    return { child: launched, log: () => log };
  };
  /** The same, and waits until it is ready. */
  const spawnWorker = async () => {
    const { child: launched, log } = launchWorker();
    await Promise.race([
      once(launched.stdout, 'data'),
      once(launched, 'close').then(() => Promise.reject(new Error(`the worker did not start: ${log()}`))),
    ]);
    return launched;
  };
  const until = async (reached: () => Promise<boolean>): Promise<void> => {
    const began = performance.now();
    while (!(await reached())) {
      if (performance.now() - began > PATIENCE_MS) throw new Error(`waited too long; there is ${JSON.stringify(await standing())}`);
      await sleep(20);
    }
  };
  /** What has become of deliveries and chunks, for the message of a failing spec. */
  const standing = () =>
    rows(`
      SELECT consumer AS what, state, count(*)::int AS count, max(dispatches) AS dispatches, max(failures) AS failures, max(last_error) AS error FROM platform.delivery GROUP BY 1, 2
      UNION ALL
      SELECT format('%s, %s', r.kind, r.state), c.state, count(*)::int, max(dispatches), max(failures), max(last_error) FROM platform.run_chunk c JOIN platform.run r ON r.id = c.run_id GROUP BY 1, 2`);

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.owner.transaction((tx) => tx.execute(WORKBENCH_TABLES));
    redis = backend === 'Redis' ? await startRedisServer() : undefined;
  });
  afterAll(async () => {
    await redis?.stop();
    await test.drop();
  });
  beforeEach(async () => {
    await trouble();
    await test.owner.transaction((tx) =>
      tx.execute('TRUNCATE platform.workbench_effect, platform.workbench_item, platform.workbench_finished, platform.workbench_tick, platform.outbox_event, platform.delivery'),
    );
  });
  afterEach(async () => {
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await app?.close();
  });

  describe('events', () => {
    it('gives each event once to each consumer', async () => {
      await start();
      await publish(3);
      await delivered();
      expect(await effects()).toEqual(eachOnce(3));
    });

    it('delivers 3,000 events in sets, not one by one', async () => {
      await start();
      await publish(3_000);
      await delivered();
      expect(await effects()).toEqual(eachOnce(3_000));
      const [sets] = await rows<{ calls: number }>(
        `SELECT sum(1.0 / batch_size)::int AS calls FROM platform.workbench_effect WHERE consumer = 'record'`,
      );
      expect(sets!.calls).toBeLessThan(30);
    });

    it('parks the one event that cannot be processed, and delivers it when it is replayed', async () => {
      await start();
      await trouble('7');
      await publish(20);
      await delivered();
      const parked = await test.database.read((reader) => get(Deliveries).parked(reader));
      expect(parked).toEqual([
        expect.objectContaining({ consumer: 'workbench.record-things', failures: 3, lastError: 'UNEXPECTED: cannot stand 7' }),
      ]);
      expect(await effects()).toEqual([eachOnce(20)[0], { consumer: 'record', effects: 19, events: 19 }]);

      await trouble();
      expect(await get(Deliveries).replay({ eventId: parked[0]!.eventId }, ACTOR)).toBe(1);
      await delivered();
      expect(await effects()).toEqual(eachOnce(20));
      expect(await rows(`SELECT actor, subject_id FROM platform.audit_entry WHERE action = 'platform.replay-delivery'`)).toEqual([
        { actor: ACTOR.subject, subject_id: parked[0]!.eventId },
      ]);
    });

    it('has one effect when a job is delivered twice, also at the same time', async () => {
      await start('cli');
      await publish(50);
      const deliveries = get(Deliveries);
      const [batch] = await test.database.transaction(async (tx) => {
        await deliveries.route(tx);
        return deliveries.claim(tx, ['workbench.record-things']);
      });
      const job = () => deliveries.process(batch!.consumer, batch!.eventIds);
      await Promise.all([job(), job(), job()]);
      await job();
      expect(await effects()).toEqual([eachOnce(50)[1]]);
    });

    it('does not route an event whose transaction was rolled back', async () => {
      await start();
      await expect(
        test.database.transaction(async (tx) => {
          await new Outbox().append(tx, things(1));
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow();
      await publish(1);
      await delivered();
      expect(await effects()).toEqual(eachOnce(1));
    });

    it('delivers everything although the queue is emptied in the middle', async () => {
      await start();
      await emptyTheQueueInTheMiddle('platform.workbench_effect', () => publish(5_000));
      await delivered();
      expect(await effects()).toEqual(eachOnce(5_000));
      expect(await rows('SELECT max(dispatches) > 1 AS again FROM platform.delivery')).toEqual([{ again: true }]);
    });

    it('can be delivered without queue or worker', async () => {
      await start('cli');
      await trouble('7');
      await publish(20);
      await get(Deliveries).drain();
      expect(await effects()).toEqual([eachOnce(20)[0], { consumer: 'record', effects: 19, events: 19 }]);
    });

    it('enqueues again what was claimed and never arrived in the queue', async () => {
      await start('cli');
      await publish(10);
      await test.database.transaction(async (tx) => {
        await get(Deliveries).route(tx);
        await get(Deliveries).claim(tx, ['workbench.record-things', 'otherbench.mirror-things']);
      });
      await app.close();
      await start();
      await delivered();
      expect(await effects()).toEqual(eachOnce(10));
    });
  });

  describe('runs', () => {
    it('plans once, processes every chunk once, adds up the result, and finishes once', async () => {
      await start();
      const run = await done(await startRun('workbench.count', { chunks: 20, stages: 2 }));
      expect(run).toMatchObject({ state: 'succeeded', total: 160, done: 160, parked: 0, error: null });
      expect(run.result).toEqual({ items: '160', sumMinor: `${(159 * 160) / 2}` });
      expect(await itemsOf(run)).toEqual([{ items: 160, distinct_items: 160 }]);
      expect(await finished(run)).toHaveLength(1);
    });

    it('begins a stage when every chunk of the one before is done, also one that has to be tried again', async () => {
      await start('worker', { retryMs: 500, chunkFailures: 50 });
      await trouble('0');
      const run = await startRun('workbench.count', { chunks: 4, stages: 3 });
      const begun = () => rows('SELECT DISTINCT stage FROM platform.workbench_item WHERE run_id = $1 ORDER BY stage', [run.id]);
      await until(async () => (await now(run)).done === 12);
      await sleep(100);
      expect(await begun()).toEqual([{ stage: 0 }]);
      await trouble();
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 48 });
      expect(await begun()).toEqual([{ stage: 0 }, { stage: 1 }, { stage: 2 }]);
    });

    it('finishes at once when the plan holds nothing', async () => {
      await start();
      expect(await done(await startRun('workbench.count', { chunks: 0 }))).toMatchObject({ state: 'succeeded', total: 0 });
    });

    it('gives ten starters of one kind and key one run, and a new one after it has ended', async () => {
      await start('cli'); // A worker could be done with it before the last of them has asked.
      const started = await Promise.all(Array.from({ length: 10 }, () => startRun('workbench.count', {}, 'one')));
      expect(new Set(started.map((run) => run.id)).size).toBe(1);
      await get(Runs).drain(started[0]!.id);
      const next = await startRun('workbench.count', {}, 'one');
      expect(next.id).not.toBe(started[0]!.id);
      expect(await get(Runs).drain(next.id)).toMatchObject({ state: 'succeeded' });
    });

    it('can be paused, resumed and cancelled, by somebody who may', async () => {
      await start();
      const run = await startRun('workbench.count', { chunks: 500, sleepMs: 20 }); // More than are ever done here.
      await until(async () => (await now(run)).done > 0);
      expect(await get(Runs).pause(run.id, ACTOR)).toMatchObject({ state: 'paused' });
      let before = await now(run);
      // What was at work when it was paused is still finished; then it stands still.
      await until(async () => {
        const { done } = before;
        await sleep(300);
        before = await now(run);
        return before.done === done;
      });
      expect(before.done).toBeLessThan(before.total);

      expect(await get(Runs).resume(run.id, ACTOR)).toMatchObject({ state: 'running' });
      await until(async () => (await now(run)).done > before.done);
      expect(await get(Runs).cancel(run.id, ACTOR)).toMatchObject({ state: 'cancelled' });
      await expect(get(Runs).resume(run.id, ACTOR)).rejects.toMatchObject({ code: 'RUN_STATE_FORBIDS' });
      const viewer = { subject: 'eve', role: 'viewer', issuers: '*' } as const;
      await expect(get(Runs).cancel(run.id, viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(
        await rows('SELECT action FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id', [run.id]),
      ).toEqual(['start', 'pause', 'resume', 'cancel'].map((verb) => ({ action: `platform.${verb}-run` })));
    });

    it('keeps the other chunks going when one fails, ends as failed, and can be resumed', async () => {
      await start();
      await trouble('6');
      const run = await done(await startRun('workbench.count', { chunks: 10, stages: 2 }));
      expect(run).toMatchObject({ state: 'failed', done: 36, total: 80, error: 'UNEXPECTED: cannot stand 6' });
      expect(await finished(run)).toEqual([]);

      await trouble();
      await get(Runs).resume(run.id, ACTOR);
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 80, error: null });
      expect(await itemsOf(run)).toEqual([{ items: 80, distinct_items: 80 }]);
    });

    it('parks just the item that cannot be processed when chunks can be split', async () => {
      await start();
      await trouble('6');
      const run = await done(await startRun('workbench.split', { chunks: 10 }));
      expect(run).toMatchObject({ state: 'succeeded', total: 40, done: 39, parked: 1 });
      expect(await test.database.read((reader) => get(Runs).parkedItems(reader, run.id))).toEqual([
        { item: 'item 6', code: 'UNEXPECTED', reason: 'cannot stand 6' },
      ]);
    });

    it('fails at once, with its code, when the plan is refused', async () => {
      await start();
      await trouble('plan');
      const run = await done(await startRun('workbench.count', {}));
      expect(run).toMatchObject({ state: 'failed', error: 'NOTHING_TO_COUNT: there is nothing to count' });
    });

    it('processes chunks that call outside, and renews its loan for as long as it works', async () => {
      await start('worker', { leaseMs: 6_000 });
      const chunk = async (run: Run) => (await rows<{ dispatches: number; due: Date }>('SELECT dispatches, due_at AS due FROM platform.run_chunk WHERE run_id = $1 AND no = 1', [run.id]))[0];
      // Somebody else has what its first item needs, so that the chunk is at work until the loan was seen to be renewed.
      const run = await test.owner.transaction(async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock(0)');
        const begun = await startRun('workbench.outside', { chunks: 2, itemsPerChunk: 8 });
        await until(async () => (await chunk(begun))?.dispatches === 2);
        const { due } = (await chunk(begun))!;
        await until(async () => (await chunk(begun))!.due > due);
        return begun;
      });
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 16 });
      // Once it was enqueued and once lent: it was never taken for lost.
      expect(await chunk(run)).toMatchObject({ dispatches: 2 });
    });

    it('completes although the queue is emptied in the middle', async () => {
      await start();
      const run = await emptyTheQueueInTheMiddle('platform.workbench_item', () => startRun('workbench.count', { chunks: 60, stages: 2 }));
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 480 });
      expect(await itemsOf(run)).toEqual([{ items: 480, distinct_items: 480 }]);
      expect(await rows('SELECT max(dispatches) > 1 AS again FROM platform.run_chunk WHERE run_id = $1', [run.id])).toEqual([
        { again: true },
      ]);
    });

    it('drains without queue or worker', async () => {
      await start('cli');
      await trouble('6');
      const run = await startRun('workbench.split', { chunks: 3, stages: 2 });
      expect(await get(Runs).drain(run.id)).toMatchObject({ state: 'succeeded', done: 23, parked: 1 });
    });

    it('lets two processes share the chunks of a run without doing one twice', async () => {
      await start('cli');
      const run = await startRun('workbench.count', { chunks: 1, itemsPerChunk: 1 });
      const chunks = get(RunChunks);
      await Promise.all([0, 0, 0].map((no) => chunks.process(run.kind, run.id, no)));
      await Promise.all([1, 1, 1].map((no) => chunks.process(run.kind, run.id, no)));
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 1 });
      expect(await itemsOf(run)).toEqual([{ items: 1, distinct_items: 1 }]);
      expect(await finished(run)).toHaveLength(1);
    });
  });

  describe('ticks', () => {
    it('come by themselves, and when they are asked for', async () => {
      await emptyTheQueue(); // The tick of this window may have been asked for already.
      await start();
      const ticked = async () => (await rows('SELECT 1 FROM platform.workbench_tick')).length;
      await until(async () => (await ticked()) > 0);
      const before = await ticked();
      get(Ticks).wake('workbench.rare');
      get(Ticks).wake('workbench.rare');
      await until(async () => (await ticked()) > before);
    });
  });

  describe('a worker that is killed', () => {
    it('at any moment, many times, leaves the rows it would have left anyway', async () => {
      await start('cli');
      await publish(4_000);
      const run = await startRun('workbench.count', { chunks: 60, stages: 2, sleepMs: 15 });
      const outside = await startRun('workbench.outside', { chunks: 10, stages: 2, sleepMs: 15 });
      for (let kills = 0; kills < 4; kills++) {
        const child = await spawnWorker();
        await sleep(randomInt(0, 900));
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      const child = await spawnWorker();
      expect(await done(run)).toMatchObject({ state: 'succeeded', done: 480 });
      expect(await done(outside)).toMatchObject({ state: 'succeeded', done: 80 });
      await delivered();
      expect(await effects()).toEqual(eachOnce(4_000));
      expect(await itemsOf(run)).toEqual([{ items: 480, distinct_items: 480 }]);
      expect(await itemsOf(outside)).toEqual([{ items: 80, distinct_items: 80 }]);
      child.kill('SIGTERM');
      await once(child, 'exit');
    }, 120_000);
  });

  describe('a worker that stands still', () => {
    it('is killed when its event loop is blocked', async () => {
      const { child, log } = launchWorker({ blockedMs: 500 }, 'block');
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
      expect(log()).toContain('event loop blocked');
    });

    it('exits when its queue silently stopped handing out jobs', async () => {
      const work = jest.spyOn(Queues.prototype, 'work');
      await start('worker', { silentMs: 300 });
      for (const { value } of work.mock.results) await (value as Worker).pause();
      work.mockRestore();
      await publish(1);
      await until(async () => exits.length > 0);
      expect(exits[0]).toBe(EXIT_SILENT);
    });
  });

  it('relays nothing when there is nothing to relay', async () => {
    await start();
    await delivered();
    expect(await get(Relay).round()).toBe(0);
    expect(await get(Database).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
