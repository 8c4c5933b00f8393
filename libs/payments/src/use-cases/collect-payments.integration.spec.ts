// Collecting through the sandbox over real HTTP: intent, call, webhook, settlement; and what happens when one is missing.
import { addDays, InvoiceId, RunId } from '@countinghouse/kernel';
import { newId } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AMOUNT_MINOR, PaymentsStand, TODAY } from '../../test/payments-stand';
import { SandboxRecord } from '../providers/sandbox/sandbox-record';
import { CallProvider } from './call-provider';

const DAY_MS = 86_400_000;

describe('collecting payments', () => {
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

  interface PaymentRow {
    state: string;
    attempts: number;
    collect_on: string;
    decline_code: string | null;
    captured_on: string | null;
  }
  const payments = () => stand.query<PaymentRow>('SELECT state, attempts, collect_on, decline_code, captured_on FROM payments.payment ORDER BY id');
  const states = async () => (await payments()).map((payment) => payment.state);
  const charges = () => stand.query<{ state: string; calls: number }>('SELECT state, calls FROM payments.sandbox_charge ORDER BY id');
  const events = () => stand.query<{ name: string }>('SELECT name FROM platform.outbox_event ORDER BY id');

  it('captures, allocates, posts and tells, all in one transaction', async () => {
    const [invoiceId] = (await stand.invoices(1)) as [InvoiceId];
    expect(await stand.collect()).toEqual({ attempts: 1, cancelled: 0, unknown: 0 });
    expect(await payments()).toMatchObject([{ state: 'processing', attempts: 1 }]);
    await stand.settle();
    expect(await payments()).toEqual([{ state: 'succeeded', attempts: 1, collect_on: TODAY, decline_code: null, captured_on: TODAY }]);
    expect(await stand.query('SELECT state, open_minor FROM invoicing.invoice WHERE id = $1', [invoiceId])).toEqual([{ state: 'paid', open_minor: 0n }]);
    expect(await stand.query(`SELECT balance_minor FROM accounting.account_balance WHERE account_role = 'provider-clearing'`)).toEqual([{ balance_minor: AMOUNT_MINOR }]);
    expect(await events()).toEqual([{ name: 'payments.payment-settled.v1' }]);
    await stand.expectProofs();
  });

  it('collects only what is due', async () => {
    await stand.invoices(1);
    expect(await stand.collect(addDays(TODAY, -1))).toMatchObject({ attempts: 0 });
    expect(await stand.collect(TODAY)).toMatchObject({ attempts: 1 });
    expect(await stand.collect(TODAY)).toMatchObject({ attempts: 0 });
  });

  it('gives up what is no longer owed, before the provider hears of it', async () => {
    const [invoiceId] = (await stand.invoices(1)) as [InvoiceId];
    await stand.allocateFromElsewhere(invoiceId, 1n);
    expect(await stand.collect()).toEqual({ attempts: 0, cancelled: 1, unknown: 0 });
    expect(await states()).toEqual(['cancelled']);
    expect(await charges()).toEqual([]);
  });

  it('fails a hard decline for good', async () => {
    await stand.invoices(1, 'tok_decline_hard');
    await stand.collect();
    await stand.settle();
    expect(await payments()).toMatchObject([{ state: 'failed', attempts: 1, decline_code: 'card-expired' }]);
    expect(await stand.collect(addDays(TODAY, 300))).toMatchObject({ attempts: 0 });
    expect(await events()).toEqual([{ name: 'payments.payment-failed.v1' }]);
    await stand.expectProofs();
  });

  it('tries a soft decline again on its days, each time under another key, and then fails it', async () => {
    await stand.invoices(1, 'tok_decline_soft');
    let day = TODAY;
    for (const [attempt, wait] of [[1, 3], [2, 5], [3, 7]] as const) {
      await stand.collect(day);
      await stand.settle();
      expect(await payments()).toMatchObject([{ state: 'scheduled', attempts: attempt, collect_on: addDays(day, wait) }]);
      expect(await stand.collect(addDays(day, wait - 1))).toMatchObject({ attempts: 0 });
      day = addDays(day, wait);
      stand.clock.advanceBy(wait * DAY_MS);
    }
    await stand.collect(day);
    await stand.settle();
    expect(await payments()).toMatchObject([{ state: 'failed', attempts: 4, decline_code: 'insufficient-funds' }]);
    expect(await charges()).toHaveLength(4);
    expect(await events()).toEqual([{ name: 'payments.payment-failed.v1' }]);
    await stand.expectProofs();
  });

  it('takes a time-out for unknown, asks, and charges what never arrived once, under the same key', async () => {
    await stand.invoices(1, 'tok_timeout');
    expect(await stand.collect()).toEqual({ attempts: 1, cancelled: 0, unknown: 1 });
    expect(await states()).toEqual(['unknown']);
    expect(await stand.collect()).toMatchObject({ attempts: 0 });
    expect(await stand.ask()).toBe(0);
    stand.clock.advanceBy(10_000);
    expect(await stand.ask()).toBe(1);
    expect(await states()).toEqual(['processing']);
    await stand.settle();
    expect(await states()).toEqual(['succeeded']);
    expect(await charges()).toEqual([{ state: 'captured', calls: 2 }]);
    await stand.expectProofs();
  });

  it('takes a time-out for unknown, asks, and does not charge again what was captured', async () => {
    await stand.invoices(1, 'tok_timeout_captured');
    await stand.collect();
    await stand.get(SandboxRecord).decide(stand.clock.now(), 10);
    expect(await states()).toEqual(['unknown']);
    stand.clock.advanceBy(10_000);
    expect(await stand.ask()).toBe(1);
    expect(await states()).toEqual(['succeeded']);
    expect(await charges()).toEqual([{ state: 'captured', calls: 1 }]);
    await stand.settle();
    await stand.expectProofs();
  });

  it('resolves a time-out by the webhook, if that is faster than the question', async () => {
    await stand.invoices(1, 'tok_timeout_captured');
    await stand.collect();
    await stand.settle();
    expect(await states()).toEqual(['succeeded']);
    stand.clock.advanceBy(DAY_MS);
    expect(await stand.ask()).toBe(0);
    expect(await charges()).toEqual([{ state: 'captured', calls: 1 }]);
  });

  it('asks about a charge whose webhook never comes', async () => {
    await stand.invoices(1);
    await stand.collect();
    await stand.get(SandboxRecord).decide(stand.clock.now(), 10);
    expect(await stand.ask()).toBe(0);
    stand.clock.advanceBy(60 * 60_000);
    expect(await stand.ask()).toBe(1);
    expect(await states()).toEqual(['succeeded']);
  });

  it('survives a crash between intent and call: the same run charges it once', async () => {
    await stand.invoices(3);
    const runId = newId<RunId>();
    const calls = stand.get(CallProvider);
    const died = jest.spyOn(calls, 'charge').mockRejectedValueOnce(new Error('the process died'));
    await expect(stand.collect(TODAY, runId)).rejects.toThrow('died');
    expect(await states()).toEqual(['processing', 'processing', 'processing']);
    expect(await stand.collect(TODAY, runId)).toEqual({ attempts: 3, cancelled: 0, unknown: 0 });
    await stand.settle();
    expect(await states()).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(await charges()).toEqual(Array(3).fill({ state: 'captured', calls: 1 }));
    died.mockRestore();
    await stand.expectProofs();
  });

  it('survives a crash between call and outcome: the call is repeated under the same key, and captured once', async () => {
    await stand.invoices(3);
    const runId = newId<RunId>();
    const calls = stand.get(CallProvider);
    const charge = calls.charge.bind(calls);
    const died = jest.spyOn(calls, 'charge').mockImplementationOnce(async (intents) => {
      await charge(intents);
      throw new Error('the process died');
    });
    await expect(stand.collect(TODAY, runId)).rejects.toThrow('died');
    expect(await stand.collect(TODAY, runId)).toMatchObject({ attempts: 3 });
    await stand.settle();
    expect(await charges()).toEqual(Array(3).fill({ state: 'captured', calls: 2 }));
    expect(await states()).toEqual(['succeeded', 'succeeded', 'succeeded']);
    died.mockRestore();
    await stand.expectProofs();
  });

  it('leaves what a dead run left behind to the janitor', async () => {
    await stand.invoices(1);
    jest.spyOn(stand.get(CallProvider), 'charge').mockRejectedValueOnce(new Error('the process died'));
    await expect(stand.collect()).rejects.toThrow('died');
    // Another run does not touch it: it has not decided to charge it.
    expect(await stand.collect()).toMatchObject({ attempts: 0 });
    stand.clock.advanceBy(5 * 60_000);
    expect(await stand.ask()).toBe(1);
    await stand.settle();
    expect(await states()).toEqual(['succeeded']);
    expect(await charges()).toEqual([{ state: 'captured', calls: 1 }]);
  });

  it('settles by a webhook that is faster than the answer to the charge', async () => {
    await stand.invoices(2);
    const calls = stand.get(CallProvider);
    const charge = calls.charge.bind(calls);
    jest.spyOn(calls, 'charge').mockImplementationOnce(async (intents) => {
      const heard = await charge(intents);
      await stand.settle();
      expect(await states()).toEqual(['succeeded', 'succeeded']);
      return heard;
    });
    await stand.collect();
    expect(await states()).toEqual(['succeeded', 'succeeded']);
    expect(await events()).toHaveLength(2);
    await stand.expectProofs();
  });

  it('ends the same for every oddity of the provider', async () => {
    await stand.invoices(1, 'tok_duplicate');
    await stand.invoices(1, 'tok_reordered');
    await stand.invoices(1, 'tok_failed_after_captured');
    await stand.invoices(1, 'tok_nobody_knows');
    await stand.collect();
    await stand.settle();
    expect(await states()).toEqual(['succeeded', 'succeeded', 'succeeded', 'failed']);
    expect(await stand.query('SELECT type, state FROM payments.sandbox_event WHERE state <> $1', ['delivered'])).toEqual([]);
    await stand.expectProofs();
  });

  it('holds its proofs while the money is on its way', async () => {
    await stand.invoices(2);
    await stand.collect();
    await stand.get(SandboxRecord).decide(stand.clock.now(), 10);
    await stand.expectProofs();
  });

  it('charges each payment once when several runs race for them', async () => {
    await stand.invoices(40);
    const collected = await Promise.all([stand.collect(), stand.collect(), stand.collect()]);
    expect(collected.reduce((sum, one) => sum + one.attempts, 0)).toBe(40);
    expect(await charges()).toEqual(Array(40).fill({ state: 'pending', calls: 1 }));
    await stand.settle();
    await stand.expectProofs();
  });

  it('commits a chunk with as many statements as a single payment', async () => {
    // The provider's own statements are its own affair.
    jest.spyOn(stand.get(CallProvider), 'charge').mockImplementation(async (intents) =>
      intents.map((intent) => ({ provider: 'sandbox', idempotencyKey: intent.idempotency_key, reference: 'r', occurredAt: stand.clock.now(), news: { kind: 'captured' } })),
    );
    const count = async (invoices: number) => {
      await stand.invoices(invoices);
      return stand.countStatements(() => stand.collect());
    };
    const one = await count(1);
    expect(await count(150)).toBe(one);
  });
});
