// The inbox worked off: one effect per event, whatever the order and count; and one bad event harms nobody else.
import fc from 'fast-check';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AMOUNT_MINOR, PaymentsStand } from '../../test/payments-stand';
import { ApplyProviderNews } from './apply-provider-news';
import { ProcessWebhooks } from './process-webhooks';

describe('processing webhooks', () => {
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

  let eventNo = 1;
  interface Told {
    readonly key: string;
    readonly type: 'charge.accepted' | 'charge.captured' | 'charge.declined';
    readonly id?: string;
    readonly amountMinor?: bigint;
    readonly currency?: string;
    readonly declineCode?: string;
  }
  /** Puts an event into the inbox as the endpoint does; the same id again is not stored again. */
  const tell = ({ key, type, id = `evt_${eventNo++}`, amountMinor = AMOUNT_MINOR, currency = 'EUR', declineCode = 'card-expired' }: Told) =>
    put(id, JSON.stringify({
      id,
      type,
      occurredAt: stand.clock.now(),
      charge: { reference: 'sbx_9', idempotencyKey: key, amountMinor: amountMinor.toString(), currency, declineCode: type === 'charge.declined' ? declineCode : null },
    }));
  const put = (id: string, raw: string) =>
    stand.database.transaction((tx) =>
      tx.execute(`INSERT INTO payments.webhook_event (provider, provider_event_id, raw, headers) VALUES ('sandbox', $1, $2, '{}') ON CONFLICT DO NOTHING`, [id, Buffer.from(raw)]),
    );
  const process = () => stand.get(ProcessWebhooks).execute();
  const outcomes = () => stand.query<{ outcome: string | null; reason: string | null }>('SELECT outcome, reason FROM payments.webhook_event ORDER BY id');
  const keys = async () => (await stand.query<{ idempotency_key: string }>('SELECT idempotency_key FROM payments.attempt ORDER BY payment_id')).map((row) => row.idempotency_key);
  const states = async () => (await stand.query<{ state: string }>('SELECT state FROM payments.payment ORDER BY id')).map((row) => row.state);
  const effects = async () => {
    const [counts] = await stand.query(
      `SELECT (SELECT count(*) FROM invoicing.allocation) AS allocations, (SELECT count(*) FROM platform.outbox_event) AS events,
              (SELECT coalesce(sum(balance_minor), 0)::bigint FROM accounting.account_balance WHERE account_role = 'provider-clearing') AS clearing`,
    );
    return counts;
  };
  const inProcessing = async (count: number): Promise<string[]> => {
    await stand.invoices(count);
    await stand.collect();
    return keys();
  };

  it('has one effect when every webhook comes five times, in random order, in several chunks', async () => {
    const all = await inProcessing(20);
    const told = all.flatMap((key, i): Told[] => [
      { key, type: 'charge.accepted', id: `evt_${1000 + i}` },
      i % 4 === 0 ? { key, type: 'charge.declined', id: `evt_${2000 + i}` } : { key, type: 'charge.captured', id: `evt_${2000 + i}` },
    ]);
    const [order] = fc.sample(fc.shuffledSubarray(Array.from({ length: 5 }, () => told).flat(), { minLength: told.length * 5 }), { numRuns: 1, seed: 7 }) as [Told[]];
    for (const [i, one] of order.entries()) {
      await tell(one);
      if (i % 40 === 0) await process();
    }
    await process();
    expect(await states()).toEqual(all.map((_, i) => (i % 4 === 0 ? 'failed' : 'succeeded')));
    expect(await effects()).toEqual({ allocations: 15n, events: 20n, clearing: 15n * AMOUNT_MINOR });
  });

  it('records a late failed after succeeded, and changes nothing', async () => {
    const [key] = (await inProcessing(1)) as [string];
    await tell({ key, type: 'charge.captured' });
    await process();
    const before = await effects();
    await tell({ key, type: 'charge.declined' });
    expect(await process()).toBe(1);
    expect(await outcomes()).toMatchObject([{ outcome: 'applied' }, { outcome: 'recorded' }]);
    expect(await states()).toEqual(['succeeded']);
    expect(await effects()).toEqual(before);
  });

  it('takes the money when a capture follows a decline', async () => {
    const [key] = (await inProcessing(1)) as [string];
    await tell({ key, type: 'charge.declined' });
    await process();
    expect(await states()).toEqual(['failed']);
    await tell({ key, type: 'charge.captured' });
    await process();
    expect(await states()).toEqual(['succeeded']);
    expect(await effects()).toMatchObject({ allocations: 1n, clearing: AMOUNT_MINOR });
  });

  it('parks what it cannot read or was never asked for, and works off the rest of the chunk', async () => {
    const [first, second, third] = (await inProcessing(3)) as [string, string, string];
    await tell({ key: first, type: 'charge.captured' });
    await put('evt_777', '{"not": "what the documentation says"}');
    await put('evt_778', 'not JSON');
    await tell({ key: '01890a5d-ac96-774b-bcce-b302099a8057.1', type: 'charge.captured' });
    await tell({ key: 'somebody-elses-key', type: 'charge.captured' });
    await tell({ key: second, type: 'charge.captured', amountMinor: AMOUNT_MINOR + 1n });
    await tell({ key: second, type: 'charge.captured', currency: 'USD' });
    await tell({ key: third, type: 'charge.captured' });
    expect(await process()).toBe(8);
    expect(await process()).toBe(0);
    expect((await outcomes()).map(({ outcome, reason }) => reason?.split(':')[0] ?? outcome)).toEqual([
      'applied', 'WEBHOOK_UNREADABLE', 'WEBHOOK_UNREADABLE', 'ATTEMPT_UNKNOWN', 'ATTEMPT_UNKNOWN', 'AMOUNT_DIFFERS', 'AMOUNT_DIFFERS', 'applied',
    ]);
    expect(await states()).toEqual(['succeeded', 'processing', 'succeeded']);
  });

  it('parks only the event whose effect is refused, with the rule that refuses it', async () => {
    const all = await inProcessing(3);
    const [, refused] = await stand.query<{ invoice_id: string }>('SELECT invoice_id FROM payments.payment ORDER BY id');
    await stand.allocateFromElsewhere(refused!.invoice_id as never, 1n);
    for (const key of all) await tell({ key, type: 'charge.captured' });
    expect(await process()).toBe(3);
    expect(await states()).toEqual(['succeeded', 'processing', 'succeeded']);
    const [, parked] = await outcomes();
    expect(parked).toMatchObject({ outcome: 'parked', reason: expect.stringContaining('ALLOCATION_ABOVE_OPEN') as string });
  });

  it('parks an event that keeps failing after five tries, and leaves the others alone', async () => {
    const [bad, good] = (await inProcessing(2)) as [string, string];
    await tell({ key: bad, type: 'charge.captured' });
    await tell({ key: good, type: 'charge.captured' });
    const news = stand.get(ApplyProviderNews);
    const execute = news.execute.bind(news);
    jest.spyOn(news, 'execute').mockImplementation((tx, heard, now) => {
      if (heard.some((one) => one.idempotencyKey === bad)) throw new TypeError('a mistake of ours');
      return execute(tx, heard, now);
    });
    expect(await process()).toBe(1);
    for (let i = 0; i < 3; i++) expect(await process()).toBe(0);
    expect(await process()).toBe(1);
    expect(await outcomes()).toEqual([{ outcome: 'parked', reason: 'FAILED: a mistake of ours' }, { outcome: 'applied', reason: null }]);
    expect(await process()).toBe(0);
  });

  it('lets two workers share the inbox: each event is worked off once', async () => {
    const all = await inProcessing(60);
    for (const key of all) await tell({ key, type: 'charge.captured' });
    const processed = await Promise.all([process(), process(), process()]);
    expect(processed.reduce((sum, n) => sum + n, 0) + (await process())).toBe(60);
    expect(await effects()).toEqual({ allocations: 60n, events: 60n, clearing: 60n * AMOUNT_MINOR });
  });

  it('hears two events of one payment in two processes one after the other', async () => {
    const [key] = (await inProcessing(1)) as [string];
    for (let i = 0; i < 4; i++) await tell({ key, type: 'charge.captured' });
    const news = stand.get(ApplyProviderNews);
    const heard = { provider: 'sandbox', idempotencyKey: key, news: { kind: 'captured' as const }, reference: null, occurredAt: stand.clock.now() };
    const hearTwice = () => stand.database.transaction((tx) => news.execute(tx, [heard], stand.clock.now()));
    const outcomesOfBoth = await Promise.all([hearTwice(), hearTwice(), process()]);
    expect(outcomesOfBoth.slice(0, 2).flat().filter((one) => (one as { outcome: string }).outcome === 'applied').length).toBeLessThanOrEqual(1);
    expect(await effects()).toEqual({ allocations: 1n, events: 1n, clearing: AMOUNT_MINOR });
  });

  it('works off a chunk with as many statements as a single event', async () => {
    const count = async (invoices: number): Promise<number> => {
      await stand.invoices(invoices);
      await stand.collect();
      const open = await stand.query<{ idempotency_key: string }>(`SELECT idempotency_key FROM payments.attempt WHERE state = 'submitted'`);
      for (const { idempotency_key: key } of open) await tell({ key, type: 'charge.captured' });
      return stand.countStatements(process);
    };
    const one = await count(1);
    expect(await count(120)).toBe(one);
  });
});
