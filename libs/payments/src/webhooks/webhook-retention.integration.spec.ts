// Retention in payments: what providers have told goes when it is worked off and old, and told once more it has no second effect.
import { Retention, systemActor } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AMOUNT_MINOR, PaymentsStand } from '../../test/payments-stand';
import { ProcessWebhooks } from '../use-cases/process-webhooks';

describe('the retention of webhooks', () => {
  const DAYS = 86_400_000;
  let test: TestDatabase;
  let stand: PaymentsStand;

  beforeEach(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url });
  });
  afterEach(async () => {
    await stand.close();
    await test.drop();
  });

  /**
   * So many days before the stand's today, as a literal of SQL. The database stamps what is worked off with the machine's time; on
   * whatever day the spec runs, these are older than the quarter within which the database lets nothing go.
   */
  const before = (days: number) => `'${new Date(stand.clock.now() - days * DAYS).toISOString()}'::timestamptz`;
  const prune = (rule: string) => stand.get(Retention).run(systemActor('spec'), rule);
  const owner = (sql: string) => test.owner.transaction((tx) => tx.execute(sql));
  const inbox = () => stand.query<{ id: string; outcome: string | null }>('SELECT provider_event_id AS id, outcome FROM payments.webhook_event ORDER BY 1');
  const put = (id: string, raw: string | Buffer) =>
    stand.database.transaction((tx) => tx.execute(`INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers) VALUES ('sandbox', $1, $2, '{}')`, [id, Buffer.from(raw)]));
  const effects = () =>
    stand.query(
      `SELECT (SELECT count(*)::int FROM invoicing.allocation) AS allocations, (SELECT count(*)::int FROM platform.outbox_event) AS events, (SELECT count(*)::int FROM accounting.journal_entry) AS entries,
              (SELECT coalesce(sum(balance_minor), 0)::bigint FROM accounting.account_balance WHERE account_role = 'provider-clearing') AS clearing`,
    );

  it('lets go of what is worked off and old; the same event, told again, is recorded and does nothing', async () => {
    await stand.invoices(3);
    await stand.collect();
    await stand.settle();
    const told = await stand.query<{ id: string; raw: Buffer }>('SELECT provider_event_id AS id, raw FROM payments.webhook_event ORDER BY id');
    expect(await effects()).toMatchObject([{ allocations: 3, clearing: 3n * AMOUNT_MINOR }]);
    await owner(`UPDATE payments.webhook_event SET processed_at = ${before(401)}`);
    expect(await prune('payments.webhooks')).toMatchObject([{ rule: 'payments.webhooks', rows: told.length }]);
    expect(await inbox()).toEqual([]);

    const had = await effects();
    for (const { id, raw } of told) await put(id, raw);
    expect(await stand.get(ProcessWebhooks).execute()).toBe(told.length);
    expect((await inbox()).map(({ outcome }) => outcome)).toEqual(told.map(() => 'recorded'));
    expect(await effects()).toEqual(had);
    expect(await stand.query('SELECT state, attempts FROM payments.payment')).toEqual([1, 2, 3].map(() => ({ state: 'succeeded', attempts: 1 })));
  });

  it('keeps what waits, what is parked and what is young, and can be at it twice at once', async () => {
    for (const id of ['waits', 'parked', 'young']) await put(id, 'x');
    await owner(
      `INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers, processed_at, outcome)
       SELECT 'sandbox', 'old ' || n, 'x', '{}', ${before(401)}, 'applied' FROM generate_series(1, 5000) AS n`,
    );
    await owner(`UPDATE payments.webhook_event SET processed_at = ${before(9 * 365)}, outcome = 'parked', reason = 'ODD: odd' WHERE provider_event_id = 'parked'`);
    await owner(`UPDATE payments.webhook_event SET processed_at = ${before(399)}, outcome = 'applied' WHERE provider_event_id = 'young'`);
    const both = (await Promise.all([prune('payments.webhooks'), prune('payments.webhooks')])).flat();
    expect(both.reduce((sum, { rows }) => sum + rows, 0)).toBe(5000);
    expect((await inbox()).map(({ id }) => id)).toEqual(['parked', 'waits', 'young']);
  });

  it('of the sandbox takes what it has delivered, and leaves what it gave up and what it has charged', async () => {
    await stand.invoices(2);
    await stand.collect();
    await stand.settle();
    await owner(`UPDATE payments.sandbox_event SET state = 'given-up' WHERE id = (SELECT max(id) FROM payments.sandbox_event)`);
    const [{ n }] = (await stand.query<{ n: number }>('SELECT count(*)::int AS n FROM payments.sandbox_event')) as [{ n: number }];
    expect(await prune('payments.sandbox-events')).toMatchObject([{ rows: 0 }]);
    stand.clock.advanceBy(31 * DAYS);
    expect(await prune('payments.sandbox-events')).toMatchObject([{ rows: n - 1 }]);
    expect(await stand.query('SELECT state FROM payments.sandbox_event')).toEqual([{ state: 'given-up' }]);
    await stand.expectProofs();
  });
});
