// Retention: what is done with and old goes, everything else stays, and nothing that has gone can happen a second time.
import { Logger } from '@nestjs/common';
import { defineEvent, event } from '@countinghouse/contracts';
import { RunId } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { z } from 'zod';
import { Audit } from '../audit/audit';
import { Actor, systemActor } from '../auth/actor';
import { TestClock } from '../clock/test-clock';
import { violatedConstraint } from '../database/database';
import { Tx } from '../database/tx';
import { Idempotency } from '../idempotency/idempotency';
import { KeyRetention } from '../idempotency/key-retention';
import { Consumer, Delivered } from '../outbox/consumer';
import { Deliveries } from '../outbox/deliveries';
import { EventRetention } from '../outbox/event-retention';
import { Outbox } from '../outbox/outbox';
import { JobRegistry } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { PlannedChunk, RunHandler, RunKind } from '../runs/run';
import { RunChunks } from '../runs/run-chunks';
import { ChunkRetention } from '../runs/chunk-retention';
import { Runs } from '../runs/runs';
import { Metrics } from '../telemetry/metrics';
import { Retention, RetentionSettings } from './retention';
import { RetentionRule, RetentionRules } from './retention-rule';

const Rang = defineEvent('bell.rang.v1', z.object({ n: z.int() }));

class Bell {
  @Consumer({ queue: 'bell', name: 'bell.count', event: Rang })
  async count(tx: Tx, events: Delivered<typeof Rang>[]): Promise<void> {
    await tx.execute('INSERT INTO public.effect SELECT unnest($1::int[])', [events.map(({ payload }) => payload.n)]);
  }
}

@RunKind({ kind: 'bell.ringing', queue: 'bell' })
class Ringing implements RunHandler<unknown, { no: number }> {
  async plan(): Promise<PlannedChunk<{ no: number }>[]> {
    return [1, 2, 3].map((no) => ({ items: 1, input: { no } }));
  }

  async processInTx(tx: Tx, { no }: { no: number }): Promise<object> {
    await tx.execute('INSERT INTO public.effect VALUES ($1)', [no]);
    return {};
  }
}

describe('Retention', () => {
  const ACTOR = systemActor('spec');
  const clock = new TestClock(Date.now());
  let test: TestDatabase;
  let deliveries: Deliveries;
  let runs: Runs;
  let chunks: RunChunks;
  let metrics: Metrics;

  const retention = (rules: RetentionRule[], days: Record<string, number> = {}) =>
    new Retention(test.database, clock, new Audit(), { all: () => rules } as unknown as RetentionRules, new RetentionSettings(days), metrics);
  const prune = async (...rules: RetentionRule[]) => (await retention(rules).run(ACTOR)).map(({ rows, failure }) => failure ?? rows);
  const owner = (sql: string, params: unknown[] = []) => test.owner.transaction((tx) => tx.execute(sql, params));
  const rows = <Row extends object>(sql: string, params: unknown[] = []) => test.database.query<Row>(sql, params);
  const effects = async () => (await rows<{ n: number }>('SELECT n FROM public.effect ORDER BY n')).map(({ n }) => n);

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
    await owner('CREATE TABLE public.effect (n int)');
    await owner('GRANT ALL ON public.effect TO PUBLIC');
    const registry = JobRegistry.of(new Bell(), new Ringing());
    const settings = new QueueSettings(test.url);
    deliveries = new Deliveries(test.database, new Audit(), registry, settings);
    chunks = new RunChunks(test.database, new Audit(), registry, settings);
    runs = new Runs(test.database, new Audit(), chunks);
    metrics = new Metrics(test.database);
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    await owner('TRUNCATE public.effect, platform.outbox_event, platform.delivery, platform.idempotency_key, platform.run_chunk');
  });

  describe('of events', () => {
    /** An event of some days ago, with a delivery for each state that is given: 'done 91' was done 91 days ago. */
    const told = (n: number, daysAgo: number, routed: boolean, ...states: string[]) =>
      test.owner.transaction(async (tx) => {
        const { id } = await tx.one<{ id: string }>(
          `INSERT INTO platform.outbox_event (id, name, payload, recorded_at, routed_at)
           VALUES (uuidv7(-$2::int * interval '1 day'), 'bell.rang.v1', jsonb_build_object('n', $1::int), now() - $2 * interval '1 day', CASE WHEN $3 THEN now() - $2 * interval '1 day' END)
           RETURNING id`,
          [n, daysAgo, routed],
        );
        for (const [i, state] of states.entries()) {
          const [word, doneDaysAgo] = state.split(' ');
          await tx.execute(`INSERT INTO platform.delivery (event_id, consumer, state, done_at) VALUES ($1, $2, $3, now() - $4::int * interval '1 day')`, [id, `spec.${i}`, word, doneDaysAgo]);
        }
      });
    const left = async () => (await rows<{ n: number }>(`SELECT (payload ->> 'n')::int AS n FROM platform.outbox_event ORDER BY 1`)).map(({ n }) => n);

    it('takes those that every consumer is done with, with their deliveries, and no other', async () => {
      await told(1, 400, true, 'done 91', 'done 399');
      await told(2, 91, true);
      await told(3, 400, true, 'done 399', 'done 89');
      await told(4, 400, true, 'done 399', 'parked');
      await told(5, 400, true, 'pending', 'done 399');
      await told(6, 400, false);
      await told(7, 89, true, 'done 89');
      expect(await prune(new EventRetention())).toEqual([2]);
      expect(await left()).toEqual([3, 4, 5, 6, 7]);
      expect(await rows('SELECT count(*)::int AS n FROM platform.delivery')).toEqual([{ n: 7 }]);
      expect(await rows('SELECT 1 FROM platform.delivery d WHERE NOT EXISTS (SELECT FROM platform.outbox_event e WHERE e.id = d.event_id)')).toEqual([]);
    });

    it('lets a parked delivery be replayed after years, and takes its event only when that is long past', async () => {
      await told(1, 900, true);
      await owner(`INSERT INTO platform.delivery (event_id, consumer, state) SELECT id, 'bell.count', 'parked' FROM platform.outbox_event`);
      expect(await prune(new EventRetention())).toEqual([0]);
      expect(await deliveries.replay({ consumer: 'bell.count' }, ACTOR)).toBe(1);
      await deliveries.drain();
      expect(await effects()).toEqual([1]);
      expect(await prune(new EventRetention())).toEqual([0]);
    });

    it('leaves a job that comes again nothing to do', async () => {
      await test.database.transaction((tx) => new Outbox().append(tx, [event(Rang, { n: 7 })]));
      const [batch] = await test.database.transaction(async (tx) => {
        await deliveries.route(tx);
        return deliveries.claim(tx, ['bell.count']);
      });
      const job = () => deliveries.process(batch!.consumer, batch!.eventIds);
      await job();
      await owner(`UPDATE platform.outbox_event SET id = uuidv7(interval '-200 days'), recorded_at = now() - interval '200 days', routed_at = now() - interval '200 days'`);
      await owner(`UPDATE platform.delivery SET event_id = (SELECT id FROM platform.outbox_event), done_at = now() - interval '200 days'`);
      const [{ id }] = (await rows<{ id: string }>('SELECT id FROM platform.outbox_event')) as [{ id: string }];
      expect(await prune(new EventRetention())).toEqual([1]);
      await job();
      await deliveries.process('bell.count', [id]);
      await deliveries.replay({ eventId: id }, ACTOR);
      await deliveries.drain();
      expect(await effects()).toEqual([7]);
    });

    it('can be at it twice at once', async () => {
      await owner(
        `INSERT INTO platform.outbox_event (id, name, payload, recorded_at, routed_at)
         SELECT uuidv7(interval '-200 days'), 'bell.rang.v1', '{"n": 1}', now() - interval '200 days', now() - interval '200 days' FROM generate_series(1, 9000)`,
      );
      await owner(`INSERT INTO platform.delivery (event_id, consumer, state, done_at) SELECT id, 'bell.count', 'done', recorded_at FROM platform.outbox_event`);
      const both = await Promise.all([prune(new EventRetention()), prune(new EventRetention())]);
      expect(both.flat().reduce<number>((sum, n) => sum + Number(n), 0)).toBe(9000);
      expect(await rows('SELECT 1 FROM platform.delivery UNION ALL SELECT 1 FROM platform.outbox_event')).toEqual([]);
    });
  });

  describe('of chunks', () => {
    const finished = async (key: string) => {
      const { id } = await test.database.transaction((tx) => runs.start(tx, { kind: 'bell.ringing', key, input: {} }, ACTOR));
      await runs.drain(id);
      return id;
    };
    const put = (id: RunId, state: string, daysAgo: number) =>
      owner(`UPDATE platform.run SET state = $2, finished_at = now() - $3 * interval '1 day' WHERE id = $1`, [id, state, daysAgo]);
    const chunksOf = async (id: RunId) => (await rows('SELECT 1 FROM platform.run_chunk WHERE run_id = $1', [id])).length;

    it('takes those of runs that have succeeded or were cancelled, and leaves the run itself and what it parked', async () => {
      const [old, young, failed, cancelled, paused] = [await finished('a'), await finished('b'), await finished('c'), await finished('d'), await finished('e')];
      await put(old!, 'succeeded', 31);
      await put(young!, 'succeeded', 29);
      await put(failed!, 'failed', 900);
      await put(cancelled!, 'cancelled', 31);
      await owner(`UPDATE platform.run SET state = 'paused', finished_at = NULL WHERE id = $1`, [paused]);
      await owner(`INSERT INTO platform.run_parked_item (run_id, item, code, reason) VALUES ($1, 'x', 'X', 'x')`, [old]);
      const before = await test.database.read((reader) => runs.get(reader, old!));
      expect(await prune(new ChunkRetention())).toEqual([8]);
      expect(await Promise.all([old, young, failed, cancelled, paused].map((id) => chunksOf(id!)))).toEqual([0, 4, 4, 0, 4]);
      expect(await test.database.read((reader) => runs.get(reader, old!))).toEqual(before);
      expect(await test.database.read((reader) => runs.parkedItems(reader, old!))).toHaveLength(1);
      expect(await prune(new ChunkRetention())).toEqual([0]);
      await put(paused!, 'cancelled', 0);
    });

    it('leaves a job that comes again nothing to do', async () => {
      const id = await finished('again');
      await put(id, 'succeeded', 31);
      expect(await prune(new ChunkRetention())).toEqual([4]);
      for (const no of [0, 1, 2, 3]) await chunks.process('bell.ringing', id, no, 1);
      expect(await effects()).toEqual([1, 2, 3]);
      expect(await chunksOf(id)).toBe(0);
      expect(await test.database.read((reader) => runs.get(reader, id))).toMatchObject({ state: 'succeeded', done: 3 });
    });

    it('takes a run that is larger than a batch in several, and many small ones at once', async () => {
      const large = await finished('large');
      await owner(`INSERT INTO platform.run_chunk (run_id, no, stage, items, input, state) SELECT $1, n, 0, 1, '{}', 'done' FROM generate_series(10, 5009) AS n`, [large]);
      await put(large, 'succeeded', 31);
      const both = await Promise.all([prune(new ChunkRetention()), prune(new ChunkRetention())]);
      expect(both.flat().reduce<number>((sum, n) => sum + Number(n), 0)).toBe(5004);
      expect(await rows('SELECT chunks_forgotten_at IS NULL AS has FROM platform.run WHERE id = $1', [large])).toEqual([{ has: false }]);
    });
  });

  describe('of idempotency keys', () => {
    const idempotency = new Idempotency();
    let done = 0;
    const ask = (key: string) => test.database.transaction((tx) => idempotency.once(tx, { operation: 'bell.hang', key, input: {} }, async () => ++done));

    it('takes those of more than a year ago: what is asked under them then is a new request', async () => {
      const answers = [await ask('old'), await ask('young')];
      await owner(`UPDATE platform.idempotency_key SET created_at = now() - CASE key WHEN 'old' THEN interval '366 days' ELSE interval '364 days' END`);
      expect(await prune(new KeyRetention())).toEqual([1]);
      expect(await ask('young')).toBe(answers[1]);
      expect(await ask('old')).toBe(3);
    });
  });

  describe('is refused by the database', () => {
    const refusal = (sql: string) =>
      owner(sql).then(
        () => undefined,
        (error: unknown) => violatedConstraint(error),
      );

    it('for deliveries that are not done or were done this week, and for events that still have one', async () => {
      await owner(`INSERT INTO platform.outbox_event (id, name, payload, routed_at) VALUES (uuidv7(), 'x', '{}', NULL), (uuidv7(), 'x', '{}', now() - interval '8 days'), (uuidv7(), 'y', '{}', now() - interval '5 days')`);
      expect(await refusal(`DELETE FROM platform.outbox_event WHERE routed_at IS NULL`)).toBe('event_goes_after_its_deliveries');
      expect(await refusal(`DELETE FROM platform.outbox_event WHERE name = 'y'`)).toBe('event_goes_after_its_deliveries');
      await owner(`INSERT INTO platform.delivery (event_id, consumer, state, done_at) SELECT id, 'c', 'done', now() - interval '8 days' FROM platform.outbox_event WHERE name = 'x' AND routed_at IS NOT NULL`);
      expect(await refusal(`DELETE FROM platform.outbox_event WHERE name = 'x' AND routed_at IS NOT NULL`)).toBe('event_goes_after_its_deliveries');
      for (const state of [`state = 'pending', done_at = NULL`, `state = 'parked', done_at = NULL`, `state = 'done', done_at = now() - interval '5 days'`]) {
        await owner(`UPDATE platform.delivery SET ${state}`);
        expect(await refusal('DELETE FROM platform.delivery')).toBe('delivery_is_kept_until_done');
      }
    });

    it('for keys of this month', async () => {
      await owner(`INSERT INTO platform.idempotency_key (operation, key, input_hash, answer, created_at) VALUES ('o', 'k', 'h', '1', now() - interval '28 days')`);
      expect(await refusal('DELETE FROM platform.idempotency_key')).toBe('idempotency_key_is_kept_for_a_month');
    });

    it('for chunks of runs that have not ended, have failed, or have ended today', async () => {
      const { id } = await test.database.transaction((tx) => runs.start(tx, { kind: 'bell.ringing', key: 'guard', input: {} }, ACTOR));
      const states = [`state = 'running'`, `state = 'failed', finished_at = now() - interval '9 days'`, `state = 'succeeded', finished_at = now() - interval '9 hours'`];
      for (const state of states) {
        await owner(`UPDATE platform.run SET ${state} WHERE id = '${id}'`);
        expect(await refusal(`DELETE FROM platform.run_chunk WHERE run_id = '${id}'`)).toBe('chunk_is_kept_until_its_run_has_ended');
      }
    });

    it('but not for what is as old as the least that can be configured, though the clocks differ by a minute', async () => {
      const rules = [new EventRetention(), new KeyRetention(), new ChunkRetention()];
      const old = (days: number) => `now() - interval '${days} days' + interval '1 minute'`;
      await owner(`INSERT INTO platform.outbox_event (id, name, payload, recorded_at, routed_at) VALUES (uuidv7(interval '-10 days'), 'x', '{}', ${old(7)}, ${old(7)})`);
      await owner(`INSERT INTO platform.delivery (event_id, consumer, state, done_at) SELECT id, 'c', 'done', routed_at FROM platform.outbox_event`);
      await owner(`INSERT INTO platform.idempotency_key (operation, key, input_hash, answer, created_at) VALUES ('o', 'k', 'h', '1', ${old(30)})`);
      const { id } = await test.database.transaction((tx) => runs.start(tx, { kind: 'bell.ringing', key: 'edge', input: {} }, ACTOR));
      await owner(`UPDATE platform.run SET state = 'succeeded', finished_at = ${old(1)} WHERE id = '${id}'`);
      clock.advanceTo(Date.now() + 120_000);
      const least = Object.fromEntries(rules.map(({ name, leastDays }) => [name, leastDays]));
      expect(await retention(rules, least).run(ACTOR)).toEqual(rules.map(({ name }) => ({ rule: name, rows: 1, more: false })));
    });

    it('for runs and what they parked, altogether', async () => {
      const attempt = (table: string) => test.database.transaction((tx) => tx.execute(`DELETE FROM platform.${table}`));
      await expect(attempt('run')).rejects.toThrow('permission denied');
      await expect(attempt('run_parked_item')).rejects.toThrow('permission denied');
    });
  });

  describe('as the operator sees it', () => {
    class Rule implements RetentionRule {
      readonly what = 'something';
      readonly keptDays = 30;
      readonly leastDays = 10;
      seen: Date[] = [];
      constructor(
        readonly name: string,
        private readonly left: number[] = [],
        private readonly fails = false,
      ) {}
      async forget(_tx: unknown, before: Date): Promise<number> {
        this.seen.push(before);
        if (this.fails) throw new Error('the table is on fire');
        return this.left.shift() ?? 0;
      }
    }

    it('keeps for as long as it is told to, and otherwise for as long as the rule says', async () => {
      const [first, second] = [new Rule('spec.first'), new Rule('spec.second')];
      await retention([first, second], { 'spec.second': 12 }).run(ACTOR);
      const days = ({ seen }: Rule) => (clock.now() - seen[0]!.getTime()) / 86_400_000;
      expect([days(first), days(second)]).toEqual([30, 12]);
    });

    it('does not start with a rule that there is none of, or with too few days', () => {
      expect(() => retention([new Rule('spec.first')], { 'spec.furst': 90 }).onApplicationBootstrap()).toThrow(
        expect.objectContaining({ code: 'RETENTION_RULE_UNKNOWN', field: 'RETENTION_DAYS', value: 'spec.furst', remedy: 'use one of: spec.first' }),
      );
      expect(() => retention([new Rule('spec.first')], { 'spec.first': 9 }).onApplicationBootstrap()).toThrow(
        expect.objectContaining({ code: 'RETENTION_TOO_SHORT', value: 'spec.first=9', remedy: 'give it 10 days or more' }),
      );
    });

    it('goes on with the other rules when one fails, counts both, and says in the audit trail what went', async () => {
      const passes = await retention([new Rule('spec.burning', [], true), new Rule('spec.fine', [2000, 5])]).run(ACTOR);
      expect(passes).toEqual([
        { rule: 'spec.burning', rows: 0, more: false, failure: { code: 'UNEXPECTED', reason: 'the table is on fire' } },
        { rule: 'spec.fine', rows: 2005, more: false },
      ]);
      const { body } = await metrics.scrape();
      expect(body).toContain('countinghouse_retention_rows_total{rule="spec.fine"} 2005');
      expect(body).toContain('countinghouse_retention_failures_total{rule="spec.burning"} 1');
      const trail = await rows(`SELECT actor, subject_id, change ->> 'rows' AS rows FROM platform.audit_entry WHERE action = 'platform.forget' AND subject_id LIKE 'spec.%' ORDER BY id`);
      expect(trail).toEqual([2000, 5].map((n) => ({ actor: 'system:spec', subject_id: 'spec.fine', rows: `${n}` })));
    });

    it('stops a pass at a bound and asks to go on, so that every rule has its turn', async () => {
      const passes = retention([new Rule('spec.endless', Array<number>(60).fill(1)), new Rule('spec.small', [1])]);
      expect(await passes.run(ACTOR)).toEqual([{ rule: 'spec.endless', rows: 50, more: true }, { rule: 'spec.small', rows: 1, more: false }]);
      expect(await passes.run(ACTOR)).toMatchObject([{ rows: 10, more: false }, { rows: 0 }]);
      expect(await retention([new Rule('spec.endless', Array<number>(60).fill(1)), new Rule('spec.small')]).tick()).toBe(1);
    });

    it('is for administrators of all issuers', async () => {
      const accountant: Actor = { subject: 'ana', role: 'accountant', issuers: '*' };
      await expect(retention([]).run(accountant)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });
});
