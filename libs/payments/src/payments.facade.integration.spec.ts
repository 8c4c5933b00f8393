// What others can ask of payments, and what the platform knows of its jobs.
import { InvoiceId } from '@countinghouse/kernel';
import { JobRegistry, Reader } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AMOUNT_MINOR, PaymentsStand, TODAY } from '../test/payments-stand';
import { Payments } from './payments.facade';

describe('the façade of payments', () => {
  let test: TestDatabase;
  let stand: PaymentsStand;
  let invoiceIds: InvoiceId[];

  beforeAll(async () => {
    test = await createTestDatabase();
    stand = await PaymentsStand.open({ url: test.url });
    invoiceIds = [...(await stand.invoices(2)), ...(await stand.invoices(1, 'tok_decline_hard'))];
    await stand.collect();
    await stand.settle();
    invoiceIds.push(...(await stand.invoices(1)));
    await stand.collect();
  });
  afterAll(async () => {
    await stand.close();
    await test.drop();
  });

  const ask = <T>(question: (payments: Payments, reader: Reader) => Promise<T>) => stand.database.read((reader) => question(stand.get(Payments), reader));

  it('finds the payments of invoices, and a payment by its id', async () => {
    const payments = await ask((facade, reader) => facade.ofInvoices(reader, invoiceIds));
    expect(payments.map(({ invoiceId, state }) => [invoiceId, state])).toEqual([
      [invoiceIds[0], 'succeeded'], [invoiceIds[1], 'succeeded'], [invoiceIds[2], 'failed'], [invoiceIds[3], 'processing'],
    ]);
    expect(payments[0]).toMatchObject({ payerType: 'member', amountMinor: AMOUNT_MINOR, currency: 'EUR', collectOn: TODAY, capturedOn: TODAY, attempts: 1 });
    expect(await ask((facade, reader) => facade.withIds(reader, [payments[2]!.id]))).toEqual([payments[2]]);
  });

  it('says how collecting is getting on', async () => {
    expect(await ask((facade, reader) => facade.progress(reader, stand.issuerId))).toEqual([
      { state: 'failed', currency: 'EUR', count: 1, amountMinor: AMOUNT_MINOR },
      { state: 'processing', currency: 'EUR', count: 1, amountMinor: AMOUNT_MINOR },
      { state: 'succeeded', currency: 'EUR', count: 2, amountMinor: 2n * AMOUNT_MINOR },
    ]);
    expect(await ask((facade, reader) => facade.inFlight(reader))).toBe(1);
  });

  it('shows the webhooks that a person has to look at', async () => {
    expect(await ask((facade, reader) => facade.parkedWebhooks(reader))).toEqual([]);
  });

  it('has all of its jobs known to the platform', () => {
    const { consumers, runKinds, ticks } = stand.get(JobRegistry);
    expect([...consumers.keys()]).toContain('payments.schedule-collection');
    expect([...runKinds.keys()]).toEqual(expect.arrayContaining(['payments.collection', 'payments.payment-methods']));
    expect([...ticks.keys()]).toEqual(
      expect.arrayContaining(['payments.process-webhooks', 'payments.resolve-unknown-attempts', 'payments.deliver-sandbox-webhooks']),
    );
  });
});
