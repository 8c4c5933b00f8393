// Health and metrics against a real database: ready, not ready and why, and what waits.
import { createTestDatabase, hasRedisServer, startRedisServer, TestDatabase } from '@countinghouse/testing';
import { platformPersistence } from '../persistence/platform.manifest';
import { QueueSettings } from '../queue/queue-settings';
import { Metrics } from './metrics';
import { Readiness } from './readiness';

describe('telemetry', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase([platformPersistence]);
  });
  afterAll(() => test.drop());

  const readiness = (queueUrl?: string) => new Readiness(test.dataSource, test.database, new QueueSettings(test.url, queueUrl));

  it('is ready when the database answers with the schema this code was written for', async () => {
    expect(await readiness().report()).toEqual({ ready: true, checks: { database: 'ok', migrations: 'ok', queue: 'ok' } });
  });

  it('is not ready while a migration has not been run, and names it', async () => {
    const [last] = await test.owner.transaction((tx) =>
      tx.query<{ name: string }>(`DELETE FROM platform.migration WHERE name LIKE 'Platform%' AND id = (SELECT max(id) FROM platform.migration WHERE name LIKE 'Platform%') RETURNING name`),
    );
    const { ready, checks } = await readiness().report();
    expect(ready).toBe(false);
    expect(checks.migrations).toContain(last!.name);
    expect(checks.database).toBe('ok');
  });

  it('is not ready without its queue, and shows neither address nor password', async () => {
    const { ready, checks } = await readiness('redis://:hunter2@127.0.0.1:1').report();
    expect(ready).toBe(false);
    expect(checks.queue).not.toMatch(/ok|hunter2|127\.0\.0\.1/);
  });

  const whereRedisIs = hasRedisServer() ? it : it.skip;

  whereRedisIs('is ready with one Redis, and says that a cluster is none', async () => {
    const one = await startRedisServer();
    const cluster = await startRedisServer({ 'cluster-enabled': 'yes' });
    try {
      expect((await readiness(one.url).report()).checks.queue).toBe('ok');
      expect((await readiness(cluster.url).report()).checks.queue).toBe('QUEUE_URL names a node of a Redis Cluster; the queue needs a Redis with a single primary');
    } finally {
      await Promise.all([one.stop(), cluster.stop()]);
    }
  });

  it('counts what waits and what was given up', async () => {
    await test.database.transaction(async (tx) => {
      await tx.execute(`INSERT INTO platform.outbox_event (id, name, payload) SELECT uuidv7(), 'spec.happened.v1', '{}' FROM generate_series(1, 3)`);
      await tx.execute(`INSERT INTO platform.delivery (event_id, consumer, state) SELECT id, 'spec.consumer', 'parked' FROM platform.outbox_event LIMIT 1`);
    });
    await test.database.transaction(async (tx) => {
      await tx.execute(`INSERT INTO platform.run (id, kind, key, input, state, started_by) SELECT uuidv7(), 'spec', state, '{}', state, 'spec' FROM unnest(ARRAY['running', 'cancelled', 'failed']) AS state`);
      await tx.execute(`INSERT INTO platform.run_chunk (run_id, no, stage, items, input) SELECT id, no, 1, 1, '{}' FROM platform.run, generate_series(1, 2) AS no`);
    });
    const metrics = new Metrics(test.database);
    metrics.observeJob('payments', 'chunk', 'done', 0.2);
    const { body } = await metrics.scrape();
    expect(body).toContain('countinghouse_backlog{what="unrouted"} 3');
    expect(body).toContain('countinghouse_backlog{what="parked"} 1');
    // What is left of runs that have failed or were cancelled waits for nobody.
    expect(body).toContain('countinghouse_backlog{what="chunks"} 2');
    expect(body).toContain('countinghouse_job_duration_seconds_count{queue="payments",job="chunk",outcome="done"} 1');
  });
});
