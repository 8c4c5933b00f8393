// Runs across versions of the software, and the names they go by.
import { Logger } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { z } from 'zod';
import { Audit } from '../audit/audit';
import { systemActor } from '../auth/actor';
import { Tx } from '../database/tx';
import { newId } from '../ids/new-id';
import { JobRegistry } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { PlannedChunk, RunHandler, RunKind } from './run';
import { RunChunks } from './run-chunks';
import { Runs } from './runs';

const ACTOR = systemActor('spec');
const SHAPE = { input: z.strictObject({ to: z.int() }), chunk: z.strictObject({ numbers: z.array(z.int()) }) };

/** Counts; a chunk can be cut into single numbers. */
class Counting implements RunHandler<{ to: number }, { numbers: number[] }> {
  processed: number[] = [];

  async plan(_tx: Tx, { input }: { input: { to: number } }): Promise<PlannedChunk<{ numbers: number[] }>[]> {
    return Array.from({ length: input.to }, (_, n) => ({ items: 1, input: { numbers: [n] } }));
  }

  async processInTx(_tx: Tx, { numbers }: { numbers: number[] }): Promise<object> {
    this.processed.push(...numbers);
    return {};
  }

  split({ numbers }: { numbers: number[] }): PlannedChunk<{ numbers: number[] }>[] | undefined {
    return numbers.length > 1 ? numbers.map((n) => ({ items: 1, input: { numbers: [n] } })) : undefined;
  }
}

@RunKind({ kind: 'spec.counting', queue: 'spec', shape: SHAPE })
class CountingOne extends Counting {}

@RunKind({ kind: 'spec.counting', queue: 'spec', shape: SHAPE, version: 2 })
class CountingTwo extends Counting {}

describe('Runs', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  /** The software as it was, or is: what it does with runs, and what its handler got to do. */
  const software = (handler: Counting) => {
    const chunks = new RunChunks(test.database, new Audit(), JobRegistry.of(handler), new QueueSettings(test.url));
    return { handler, chunks, runs: new Runs(test.database, new Audit(), chunks) };
  };
  const start = ({ runs }: { runs: Runs }, input: unknown = { to: 3 }, key: string = newId<RunId>()) =>
    test.database.transaction((tx) => runs.start(tx, { kind: 'spec.counting', key, input }, ACTOR));
  const plan = ({ chunks }: { chunks: RunChunks }, id: RunId) => chunks.process('spec.counting', id, 0);
  const claimed = ({ chunks }: { chunks: RunChunks }) => test.database.transaction((tx) => chunks.claim(tx, ['spec.counting']));
  const owner = (sql: string, params: unknown[]) => test.owner.transaction((tx) => tx.execute(sql, params));
  const WHAT_TO_DO = 'Start the run again: what is done stays done, and the rest is planned anew.';

  it('planned by older software fail at once, with the reason and what to do, and nothing of them is worked on', async () => {
    const [old, now] = [software(new CountingOne()), software(new CountingTwo())];
    const { id } = await start(old);
    await plan(old, id);
    await old.chunks.process('spec.counting', id, 1);
    const run = await now.runs.drain(id);
    expect(run).toMatchObject({
      state: 'failed',
      done: 1,
      error: `RUN_PLAN_UNREADABLE: the run was started by software that makes plans of version 1 of spec.counting, and this reads version 2. ${WHAT_TO_DO}`,
    });
    expect(now.handler.processed).toEqual([]);
    expect(await test.database.query('SELECT state, failures FROM platform.run_chunk WHERE run_id = $1 AND no > 1', [id])).toEqual([2, 3].map(() => ({ state: 'failed', failures: 0 })));

    const again = await start(now, { to: 3 }, run.key);
    expect(again.id).not.toBe(id);
    expect(await now.runs.drain(again.id)).toMatchObject({ state: 'succeeded', done: 3 });
  });

  it('started by older software and not planned yet fail as well', async () => {
    const [old, now] = [software(new CountingOne()), software(new CountingTwo())];
    const { id } = await start(old);
    expect(await now.runs.drain(id)).toMatchObject({ state: 'failed', total: 0, error: expect.stringContaining('version 1 of spec.counting') });
  });

  it('of newer software are left to workers that know them, also while both are at work', async () => {
    const [old, now] = [software(new CountingOne()), software(new CountingTwo())];
    const { id } = await start(now);
    expect(await claimed(old)).toEqual([]);
    expect(await claimed(now)).toEqual([{ runId: id, no: 0, dispatch: 1, kind: 'spec.counting' }]);
    await plan(now, id);
    expect(await claimed(old)).toEqual([]);
    expect(await now.runs.drain(id)).toMatchObject({ state: 'succeeded', done: 3 });
  });

  it('whose input or chunks have another shape than they should fail at once, and say where', async () => {
    const now = software(new CountingOne());
    const other = await start(now, { upTo: 3 });
    expect(await now.runs.drain(other.id)).toMatchObject({ state: 'failed', error: expect.stringContaining('the input of the run is not as this version of the software makes it (to: ') });

    const { id } = await start(now);
    await plan(now, id);
    await owner(`UPDATE platform.run_chunk SET input = '{"numbers": ["one"]}' WHERE run_id = $1 AND no = 2`, [id]);
    expect(await now.runs.drain(id)).toMatchObject({
      state: 'failed',
      done: 2,
      parked: 0,
      error: expect.stringMatching(/^RUN_PLAN_UNREADABLE: chunk 2 of its plan is not as .*numbers: 0: .*Start the run again/),
    });
    expect(now.handler.processed.sort()).toEqual([0, 2]);
  });

  it('can be resumed by the software that planned them', async () => {
    const [old, now] = [software(new CountingOne()), software(new CountingTwo())];
    const { id } = await start(old);
    await plan(old, id);
    await now.runs.drain(id);
    await old.runs.resume(id, ACTOR);
    expect(await old.runs.drain(id)).toMatchObject({ state: 'succeeded', done: 3, error: null });
  });

  it('have keys of at most 500 characters', async () => {
    const now = software(new CountingOne());
    await expect(start(now, { to: 1 }, 'k'.repeat(501))).rejects.toMatchObject({ code: 'RUN_KEY_TOO_LONG', field: 'key', value: `${'k'.repeat(60)}…`, remedy: expect.any(String) });
    const { id } = await start(now, { to: 1 }, 'k'.repeat(500));
    await expect(owner(`UPDATE platform.run SET key = repeat('k', 501) WHERE id = $1`, [id])).rejects.toMatchObject({ constraint: 'run_key_has_at_most_500_characters' });
  });
});
