// Foreign currency from invoice to payment: booked at the rate of the day, revalued at month-end, realised when it is settled.
import { currency } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { aUuid, BooksUnderTest, day } from '../../test/books-under-test';
import { aCreditOf, aReceipt, aRefundOf, aSettlementOf, aWriteOffOf, anAllocation } from '../../test/fact-builders';
import { UnrevaluedCurrency } from '../close-checks/unrevalued-currency.check';

const INR = currency('INR');
const USD = currency('USD');

describe('RevalueMonth', () => {
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create(INR);
    await ledger.rate(USD, INR, '2026-01-10', '80');
    await ledger.rate(USD, INR, '2026-01-31', '85');
  });
  afterEach(async () => {
    expect(await ledger.brokenProofs()).toEqual([]);
    await ledger.test.drop();
  });

  const anInvoice = (changes = {}) => ledger.anInvoice({ currency: USD, on: day('2026-01-15'), netMinor: 10_000n, taxMinor: 0n, ...changes });
  const both = (minor: bigint, functional: bigint) => ({ minor, functional });
  const entries = () =>
    ledger.database.query(
      `SELECT entry.kind, entry.entry_date, account.role, line.amount_minor, line.functional_amount_minor, line.rate::text
         FROM accounting.journal_entry entry JOIN accounting.posting line ON line.entry_id = entry.id JOIN accounting.account ON account.id = line.account_id
        WHERE entry.kind <> 'invoice-finalised' ORDER BY entry.entry_date, line.line_no`,
    );

  it('books USD 100 at 80, revalues it to 85 at month-end and back on day 1, and realises 500 when it is paid at 85', async () => {
    const invoice = anInvoice();
    await ledger.record(invoice);
    expect(await ledger.balances('receivables', USD)).toEqual(both(10_000n, 800_000n));

    expect(await ledger.revalue('2026-01-01')).toBe(1);
    expect(await ledger.balances('receivables', USD, '2026-01-31')).toEqual(both(10_000n, 850_000n));
    expect(await ledger.balances('fx-gain', USD, '2026-01-31')).toEqual(both(0n, -50_000n));
    expect(await ledger.balances('receivables', USD, '2026-02-01')).toEqual(both(10_000n, 800_000n));
    expect(await ledger.balances('fx-gain', USD, '2026-02-01')).toEqual(both(0n, 0n));

    await ledger.record(ledger.aPaymentOf(invoice, { on: day('2026-02-10') }));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('provider-clearing', USD)).toEqual(both(10_000n, 850_000n));
    expect(await ledger.balances('fx-gain', USD)).toEqual(both(0n, -50_000n));
    expect(await entries()).toEqual([
      { kind: 'revaluation', entry_date: '2026-01-31', role: 'receivables', amount_minor: 0n, functional_amount_minor: 50_000n, rate: '85' },
      { kind: 'revaluation', entry_date: '2026-01-31', role: 'fx-gain', amount_minor: 0n, functional_amount_minor: -50_000n, rate: '85' },
      { kind: 'revaluation-reversed', entry_date: '2026-02-01', role: 'receivables', amount_minor: 0n, functional_amount_minor: -50_000n, rate: '85' },
      { kind: 'revaluation-reversed', entry_date: '2026-02-01', role: 'fx-gain', amount_minor: 0n, functional_amount_minor: 50_000n, rate: '85' },
      { kind: 'payment-captured', entry_date: '2026-02-10', role: 'provider-clearing', amount_minor: 10_000n, functional_amount_minor: 850_000n, rate: '85' },
      { kind: 'payment-captured', entry_date: '2026-02-10', role: 'receivables', amount_minor: -10_000n, functional_amount_minor: -800_000n, rate: '80' },
      { kind: 'payment-captured', entry_date: '2026-02-10', role: 'fx-gain', amount_minor: 0n, functional_amount_minor: -50_000n, rate: '85' },
    ]);
  });

  it('posts nothing when it runs again, and only what late facts have changed', async () => {
    await ledger.record(anInvoice());
    await ledger.revalue('2026-01-01');
    expect(await ledger.revalue('2026-01-01')).toBe(0);
    await ledger.record(anInvoice({ netMinor: 300n }));
    expect(await ledger.revalue('2026-01-01')).toBe(1);
    expect(await ledger.balances('receivables', USD, '2026-01-31')).toEqual(both(10_300n, 875_500n));
  });

  it('names the revaluation that each reversal takes back', async () => {
    await ledger.record(anInvoice());
    await ledger.revalue('2026-01-01');
    const pairs = await ledger.database.query(
      `SELECT reversed.kind FROM accounting.journal_entry entry JOIN accounting.journal_entry reversed ON reversed.id = entry.reverses`,
    );
    expect(pairs).toEqual([{ kind: 'revaluation' }]);
  });

  it('revalues what was open at month-end, also when it was paid before the run', async () => {
    const invoice = anInvoice();
    await ledger.record(invoice, ledger.aPaymentOf(invoice, { on: day('2026-02-03') }));
    expect(await ledger.revalue('2026-01-01')).toBe(1);
    expect(await ledger.balances('receivables', USD, '2026-01-31')).toEqual(both(10_000n, 850_000n));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
  });

  it('keeps gains and losses apart, and revalues unapplied cash and the bank too', async () => {
    await ledger.record(anInvoice(), aReceipt(ledger.issuerId, { currency: USD, on: day('2026-01-15'), amountMinor: 4_000n }));
    expect(await ledger.revalue('2026-01-01')).toBe(3);
    expect(await ledger.balances('bank', USD, '2026-01-31')).toEqual(both(4_000n, 340_000n));
    expect(await ledger.balances('unapplied-cash', USD, '2026-01-31')).toEqual(both(-4_000n, -340_000n));
    expect(await ledger.balances('fx-gain', USD, '2026-01-31')).toEqual(both(0n, -70_000n));
    expect(await ledger.balances('fx-loss', USD, '2026-01-31')).toEqual(both(0n, 20_000n));
    expect(await ledger.balances('fx-loss', USD)).toEqual(both(0n, 0n));
  });

  it('settles in parts, each with its share of what the invoice carries and the last with the rest', async () => {
    const invoice = anInvoice({ netMinor: 1_001n });
    await ledger.rate(USD, INR, '2026-01-12', '80.333');
    await ledger.record(invoice);
    expect(await ledger.balances('receivables', USD)).toEqual(both(1_001n, 80_413n));
    await ledger.record(ledger.aPaymentOf(invoice, { amountMinor: 333n }));
    expect(await ledger.balances('receivables', USD)).toEqual(both(668n, 53_662n));
    await ledger.record(ledger.aPaymentOf(invoice, { amountMinor: 667n }));
    await ledger.record(ledger.aPaymentOf(invoice, { amountMinor: 1n }));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
  });

  it('lets two payments of one invoice race and leaves nothing in either currency', async () => {
    const invoices = Array.from({ length: 40 }, () => anInvoice({ netMinor: 1_001n }));
    await ledger.record(...invoices);
    const payments = invoices.flatMap((invoice) => [334n, 333n, 334n].map((amountMinor) => ledger.aPaymentOf(invoice, { amountMinor, on: day('2026-02-02') })));
    const racers = Array.from({ length: 6 }, (_, racer) => ledger.record(...payments.filter((_payment, index) => index % 6 === racer)));
    await Promise.all(racers);
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('provider-clearing', USD)).toEqual(both(40_040n, 3_403_400n));
    // 50.05 per invoice: what each was booked below the rate it was paid at.
    expect(await ledger.balances('fx-gain', USD)).toEqual(both(0n, -200_200n));
  });

  it('realises the difference between receipt and invoice when the receipt is allocated', async () => {
    const invoice = anInvoice();
    const receipt = aReceipt(ledger.issuerId, { currency: USD, amountMinor: 10_000n });
    await ledger.record(invoice, receipt, anAllocation(receipt, invoice, 10_000n));
    expect(await ledger.balances('unapplied-cash', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('fx-gain', USD)).toEqual(both(0n, -50_000n));
  });

  it('realises a loss when the payout comes at a lower rate than the capture', async () => {
    const invoice = anInvoice();
    const payment = ledger.aPaymentOf(invoice, { on: day('2026-02-03') });
    await ledger.rate(USD, INR, '2026-02-05', '84');
    await ledger.record(invoice, payment, aSettlementOf([payment], 100n, { on: day('2026-02-05') }));
    expect(await ledger.balances('provider-clearing', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('bank', USD)).toEqual(both(9_900n, 831_600n));
    expect(await ledger.balances('provider-fees', USD)).toEqual(both(100n, 8_400n));
    expect(await ledger.balances('fx-loss', USD)).toEqual(both(0n, 10_000n));
  });

  it('takes along what the bank carries when money leaves it, and leaves nothing there in either currency', async () => {
    const early = aReceipt(ledger.issuerId, { currency: USD, on: day('2026-01-15'), amountMinor: 10_000n });
    const late = { ...early, sourceId: aUuid(), on: day('2026-02-03') };
    await ledger.record(early);
    // What was fixed by a close counts with what has come since.
    await ledger.close('2026-01-01');
    await ledger.record(late);
    expect(await ledger.balances('bank', USD)).toEqual(both(20_000n, 1_650_000n));
    const back = (of: typeof early) => ({ ...aRefundOf(anInvoice(), 10_000n), on: day('2026-02-04'), of: { type: 'receipt' as const, id: of.sourceId }, via: { type: 'bank' as const } });
    // Each takes half of what the bank carries: 250.00 more than the first receipt was booked at, 250.00 less than the second.
    await ledger.record(back(early));
    expect(await ledger.balances('bank', USD)).toEqual(both(10_000n, 825_000n));
    expect(await ledger.balances('fx-loss', USD)).toEqual(both(0n, 25_000n));
    await ledger.record(back(late));
    expect(await ledger.balances('bank', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('fx-gain', USD)).toEqual(both(0n, -25_000n));
  });

  it('lets refunds race for what the bank carries, and leaves nothing there', async () => {
    const receipts = Array.from({ length: 12 }, (_, index) => aReceipt(ledger.issuerId, { currency: USD, on: index % 2 ? day('2026-01-15') : day('2026-02-03'), amountMinor: 1_001n }));
    await ledger.record(...receipts);
    const refunds = receipts.map(({ sourceId: id }) => ({ ...aRefundOf(anInvoice(), 1_001n), on: day('2026-02-04'), of: { type: 'receipt' as const, id }, via: { type: 'bank' as const } }));
    await Promise.all(refunds.map((refund) => ledger.record(refund)));
    expect(await ledger.balances('bank', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('unapplied-cash', USD)).toEqual(both(0n, 0n));
  });

  it('writes off what the invoice stands at, without an exchange difference', async () => {
    const invoice = anInvoice();
    await ledger.record(invoice, aWriteOffOf(invoice, 10_000n, { on: day('2026-02-03') }));
    expect(await ledger.balances('bad-debt', USD)).toEqual(both(10_000n, 800_000n));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
  });

  it('earns deferred revenue at what it was deferred at', async () => {
    await ledger.record(anInvoice({ netMinor: 1_001n }));
    await ledger.recognise('2026-01-20');
    await ledger.recognise('2026-01-31');
    expect(await ledger.balances('deferred-revenue', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('revenue', USD)).toEqual(both(-1_001n, -80_080n));
  });

  it('takes credit notes out at the rate the invoice was booked at', async () => {
    const invoice = anInvoice({ netMinor: 1_001n, taxMinor: 230n });
    await ledger.record(invoice);
    await ledger.recognise('2026-01-20');
    await ledger.record(aCreditOf(invoice, 500n, { on: day('2026-02-02') }));
    await ledger.record(aCreditOf(invoice, 501n, { on: day('2026-02-03') }));
    await ledger.recognise('2026-02-28');
    for (const role of ['receivables', 'deferred-revenue', 'revenue', 'vat-payable', 'fx-gain', 'fx-loss']) {
      expect([role, await ledger.balances(role, USD)]).toEqual([role, both(0n, 0n)]);
    }
  });

  it('owes the payer a credit on a paid invoice at the rate of its day', async () => {
    const invoice = anInvoice();
    await ledger.record(invoice, ledger.aPaymentOf(invoice));
    await ledger.record(aCreditOf(invoice, 10_000n, { on: day('2026-02-02'), taxMinor: 0n }));
    expect(await ledger.balances('receivables', USD)).toEqual(both(-10_000n, -850_000n));
    expect(await ledger.balances('fx-loss', USD)).toEqual(both(0n, 50_000n));
    await ledger.rate(USD, INR, '2026-02-05', '90');
    await ledger.record(aRefundOf(invoice, 10_000n, { on: day('2026-02-05') }));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
    expect(await ledger.balances('fx-loss', USD)).toEqual(both(0n, 100_000n));
  });

  it('takes the same number of statements for a few foreign facts and for thousands', async () => {
    const statementsFor = (count: number) =>
      ledger.database.transaction(async (tx) => {
        const invoices = Array.from({ length: count }, () => anInvoice({ netMinor: 1_001n }));
        const run = jest.spyOn(Tx.prototype as unknown as { run: () => unknown }, 'run');
        await ledger.books.record(tx, invoices);
        const forInvoices = run.mock.calls.length;
        const credits = invoices.map((invoice) => aCreditOf(invoice, 1n, { taxMinor: 0n }));
        await ledger.books.record(tx, [...credits, ...invoices.map((invoice) => ledger.aPaymentOf(invoice, { amountMinor: 1_000n }))]);
        const forTheRest = run.mock.calls.length - forInvoices;
        run.mockRestore();
        return [forInvoices, forTheRest];
      });
    const few = await statementsFor(2);
    expect(await statementsFor(2_000)).toEqual(few);
    expect(few.every((statements) => statements <= 12)).toBe(true);
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
  });

  it('counts a payment once when it is told by many at a time', async () => {
    const invoice = anInvoice();
    await ledger.record(invoice);
    const payment = ledger.aPaymentOf(invoice, { amountMinor: 4_000n });
    const racing = await Promise.all(Array.from({ length: 6 }, () => ledger.record(payment)));
    expect(racing.flat().filter((entry) => entry.isNew)).toHaveLength(1);
    expect(await ledger.balances('receivables', USD)).toEqual(both(6_000n, 480_000n));
  });

  it('races with payments of what it revalues, and nothing is left over', async () => {
    const invoices = Array.from({ length: 60 }, () => anInvoice());
    await ledger.record(...invoices);
    await Promise.all([
      ledger.revalue('2026-01-01'),
      ledger.revalue('2026-01-01'),
      ...invoices.map((invoice) => ledger.record(ledger.aPaymentOf(invoice, { on: day('2026-02-01') }))),
    ]);
    expect(await ledger.balances('receivables', USD, '2026-01-31')).toEqual(both(600_000n, 51_000_000n));
    expect(await ledger.balances('receivables', USD)).toEqual(both(0n, 0n));
  });

  it('stands in the way of the close until it has run', async () => {
    const check = () =>
      ledger.database.read((reader) =>
        new UnrevaluedCurrency().check(reader, { issuerId: ledger.issuerId, start: day('2026-01-01'), end: day('2026-02-01'), closingSince: null }),
      );
    expect(await check()).toBeNull();
    await ledger.record(anInvoice());
    expect(await check()).toMatchObject({ detail: '1 of the balances in USD do not stand at the closing rate' });
    await ledger.revalue('2026-01-01');
    expect(await check()).toBeNull();
  });

  it('refuses a month that is closed, and one whose next month does not take the reversal', async () => {
    await ledger.record(anInvoice());
    const next = `UPDATE accounting.period SET state = 'closing' WHERE starts_on = '2026-02-01'`;
    await ledger.database.transaction((tx) => tx.execute(next));
    await expect(ledger.revalue('2026-01-01')).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG', value: '2026-02-01' });
    await ledger.close('2026-01-01');
    await expect(ledger.revalue('2026-01-01')).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG', value: '2026-01-01' });
  });

  it('asks for no rate of a month that held nothing in the currency yet', async () => {
    const other = await BooksUnderTest.create(INR);
    await other.rate(USD, INR, '2026-02-01', '80');
    await other.record(other.anInvoice({ currency: USD, on: day('2026-02-01') }));
    expect(await other.revalue('2026-01-01')).toBe(0);
    await other.test.drop();
  });
});
