// Overdue invoices on a real database: each is told of once, and its settlement once after it, however many look or pay at once.
import { InvoiceOverdue, InvoiceSettled } from '@countinghouse/contracts';
import { addDays, CompanyId, currency, InvoiceId, IssuerId, localDate, LocalDate, RunId, startOfDay, timeZone } from '@countinghouse/kernel';
import { Audit, newId, Outbox, systemActor, TestClock, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { assemble } from '../domain/assemble';
import { insertInvoices, takeNumbers } from '../persistence/invoice.queries';
import { Allocate } from './allocate';
import { OpenSeries } from './open-series';
import { TellOverdue } from './tell-overdue';

const ISSUED = localDate('2026-11-02');
const DUE = localDate('2026-11-30');
const EUR = currency('EUR');

describe('overdue invoices', () => {
  const issuerId = newId<IssuerId>();
  const companyId = newId<CompanyId>();
  const contractId = newId();
  let test: TestDatabase;
  let clock: TestClock;
  let tellOverdue: TellOverdue;
  const allocate = new Allocate(new Outbox());

  beforeEach(async () => {
    test = await createTestDatabase();
    clock = new TestClock(startOfDay(timeZone('Europe/Lisbon'), DUE) + 3_600_000);
    tellOverdue = new TellOverdue(test.database, clock, new Outbox());
    await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
         VALUES ($1, 'PT01', 'Bem-Estar Lda', 'PT', '503504564', 'EUR', 'Europe/Lisbon')`,
        [issuerId],
      );
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, vat_status, currency, language, time_zone, payment_terms_days)
         VALUES ($1, 'C-000001', 'Fábrica SA', 'PT', 'unchecked', 'EUR', 'pt', 'Europe/Lisbon', 28)`,
        [companyId],
      );
    });
    await new OpenSeries(test.database, new Audit()).execute({ issuerId, documentType: 'invoice', stream: 'company', year: 2026 }, systemActor('spec'));
  });
  afterEach(() => test.drop());

  /** Invoices of 1.23 each, to be paid by a day. */
  const issue = (count: number, dueOn: LocalDate = DUE): Promise<InvoiceId[]> =>
    test.database.transaction(async (tx) => {
      const line = { description: 'Fee', quantity: '1', unitPriceMinor: 100n, listedMinor: 100n, taxInclusive: false, product: 'standard' as const };
      const servicePeriod = { start: localDate('2026-10-01'), end: localDate('2026-11-01') };
      const lines = [{ ...line, servicePeriod, contractId, companyId, chargeCount: 1 }];
      const assembled = assemble({ issuerCountry: 'PT', buyer: { kind: 'member' }, issuedOn: ISSUED, lines });
      const numbers = (await takeNumbers(tx, { issuerId, documentType: 'invoice', stream: 'company' }, count, ISSUED))!;
      const invoices = Array.from({ length: count }, (_, index) => {
        const sequence = numbers.first + BigInt(index);
        const number = `${numbers.prefix}${sequence}`;
        const about = { issuerId, payerType: 'company' as const, payerId: companyId, companyId, currency: EUR, buyer: {}, runId: newId<RunId>() };
        return { id: newId<InvoiceId>(), ...about, ...numbers, sequence, number, dueOn, assembled };
      });
      await insertInvoices(tx, invoices);
      return invoices.map(({ id }) => id);
    });
  const pay = (invoiceId: InvoiceId, amountMinor: bigint, on: LocalDate = addDays(DUE, 5), sourceId: string = newId()) =>
    test.database.transaction((tx) => allocate.execute(tx, [{ invoiceId, sourceType: 'receipt', sourceId, amountMinor, on }]));
  const told = (name: string) =>
    test.database.query<{ payload: Record<string, unknown> }>('SELECT payload FROM platform.outbox_event WHERE name = $1 ORDER BY id', [name]);
  const nextDay = () => clock.advanceBy(24 * 3_600_000);

  it('are told of on the day after the one by which they were to be paid, once', async () => {
    const [invoiceId] = await issue(1);
    expect(await tellOverdue.execute()).toBe(0);
    nextDay();
    expect(await tellOverdue.execute()).toBe(1);
    expect(await tellOverdue.execute()).toBe(0);
    expect(await told(InvoiceOverdue.name)).toEqual([
      { payload: { invoiceId, issuerId, number: 'FT 2026A/1', payerType: 'company', payerId: companyId, contractIds: [contractId], dueOn: DUE, overdueOn: '2026-12-01' } },
    ]);
  });

  it('are told of once each when many look at once', async () => {
    await issue(40);
    nextDay();
    await Promise.all(Array.from({ length: 8 }, () => tellOverdue.execute()));
    // Whoever was passed by because another held it is found by the next look.
    await tellOverdue.execute();
    expect(new Set((await told(InvoiceOverdue.name)).map(({ payload }) => payload['invoiceId'])).size).toBe(40);
    expect(await told(InvoiceOverdue.name)).toHaveLength(40);
  });

  it('are none of those that were paid in time, and all of those paid in part', async () => {
    const [paid, half] = await issue(2);
    await pay(paid!, 123n);
    await pay(half!, 60n);
    nextDay();
    expect(await tellOverdue.execute()).toBe(1);
    expect((await told(InvoiceOverdue.name)).map(({ payload }) => payload['invoiceId'])).toEqual([half]);
  });

  it('are settled by the allocation that leaves nothing open: told once, with the day of it', async () => {
    const [invoiceId] = await issue(1);
    nextDay();
    await tellOverdue.execute();
    await pay(invoiceId!, 100n);
    expect(await told(InvoiceSettled.name)).toEqual([]);
    const sourceId = newId();
    await pay(invoiceId!, 23n, addDays(DUE, 7), sourceId);
    await pay(invoiceId!, 23n, addDays(DUE, 7), sourceId);
    expect((await told(InvoiceSettled.name)).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ invoiceId, contractIds: [contractId], settledOn: '2026-12-07' }),
    ]);
  });

  it('of which nobody was told are settled without a word', async () => {
    const [invoiceId] = await issue(1);
    await pay(invoiceId!, 123n);
    expect(await told(InvoiceSettled.name)).toEqual([]);
  });

  it('are told of in both directions or in none when payments race with those who look', async () => {
    const invoices = await issue(30);
    nextDay();
    await Promise.all([...invoices.map((invoiceId) => pay(invoiceId, 123n)), tellOverdue.execute(), tellOverdue.execute()]);
    await tellOverdue.execute();
    const ids = async (name: string) => (await told(name)).map(({ payload }) => payload['invoiceId']).sort();
    expect(await ids(InvoiceSettled.name)).toEqual(await ids(InvoiceOverdue.name));
  });

  it('of a test issuer are left to its own clock', async () => {
    const testIssuer = newId<IssuerId>();
    await test.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone, test_clock_at)
         SELECT $1, 'TEST', legal_name, country, 'TEST', functional_currency, time_zone, '2026-01-01' FROM platform.issuer WHERE id = $2`,
        [testIssuer, issuerId],
      ),
    );
    await issue(1);
    clock.advanceBy(90 * 24 * 3_600_000);
    expect(await tellOverdue.tell([{ issuerId: testIssuer, day: localDate('2027-01-01') }])).toBe(0);
    expect(await tellOverdue.execute()).toBe(1);
  });

  it.each([
    ['takes back that one was told', `DELETE FROM invoicing.overdue_invoice`, undefined],
    ['changes the day on which one was found', `UPDATE invoicing.overdue_invoice SET overdue_on = overdue_on - 1`, 'overdue_invoice_is_told_for_good'],
    ['settles one without telling', `UPDATE invoicing.overdue_invoice SET settled_on = '2026-12-24'`, 'overdue_invoice_is_settled_when_told'],
  ])('the database refuses whoever %s', async (_what, sql, constraint) => {
    await issue(1);
    nextDay();
    await tellOverdue.execute();
    const error: unknown = await test.database.transaction((tx) => tx.execute(sql)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(violatedConstraint(error)).toBe(constraint);
  });
});
