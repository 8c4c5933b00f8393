// Recognition: earned by day, once, to the cent, in few entries, and never before the invoice stands in the books.
import { BooksUnderTest, day } from '../../test/books-under-test';

describe('RecogniseRevenue', () => {
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
  });
  afterEach(async () => {
    expect(await ledger.brokenProofs()).toEqual([]);
    await ledger.test.drop();
  });

  const inAdvance = () =>
    ledger.anInvoice({
      on: day('2026-01-01'),
      netMinor: 24_995n,
      taxMinor: 0n,
      lines: [{ lineNo: 1, netMinor: 24_995n, servicePeriod: { start: day('2026-01-01'), end: day('2026-01-31') } }],
    });
  const entries = () =>
    ledger.database.query(
      `SELECT entry_date, account_role, sum(amount_minor)::int8 AS minor FROM accounting.posted_by_source
         JOIN accounting.journal_entry ON id = entry_id WHERE posted_by_source.kind = 'revenue-earned'
        GROUP BY entry_id, entry_date, account_role ORDER BY entry_id, account_role`,
    );

  it('earns 116.64 of 249.95 in the first 14 of 30 days', async () => {
    await ledger.record(inAdvance());
    expect(await ledger.recognise('2026-01-14')).toBe(1);
    expect(await entries()).toEqual([
      { entry_date: '2026-01-14', account_role: 'deferred-revenue', minor: 11_664n },
      { entry_date: '2026-01-14', account_role: 'revenue', minor: -11_664n },
    ]);
  });

  it('recognises nothing when it runs again for the same day, or for an earlier one', async () => {
    await ledger.record(inAdvance());
    await ledger.recognise('2026-01-14');
    expect(await ledger.recognise('2026-01-14')).toBe(0);
    expect(await ledger.recognise('2026-01-07')).toBe(0);
    expect(await ledger.balance('revenue')).toBe(-11_664n);
  });

  it('comes to the exact total however the period is cut', async () => {
    await ledger.record(inAdvance());
    for (const through of ['2026-01-03', '2026-01-04', '2026-01-19', '2026-01-29', '2026-02-28']) await ledger.recognise(through);
    expect(await ledger.balance('revenue')).toBe(-24_995n);
    expect(await ledger.balance('deferred-revenue')).toBe(0n);
    expect(await ledger.recognise('2026-03-31')).toBe(0);
  });

  it('catches up at once on an invoice whose service is over', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2026-03-05') }));
    expect(await ledger.recognise('2026-03-05')).toBe(1);
    expect(await ledger.balance('revenue')).toBe(-10_000n);
  });

  it('recognises nothing on a day before the invoice stands in the books', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2026-02-05') }));
    expect(await ledger.recognise('2026-01-31')).toBe(0);
    expect(await ledger.balance('revenue')).toBe(0n);
  });

  it('takes a credit line back as it was earned, in one entry with the charges', async () => {
    const servicePeriod = { start: day('2026-01-01'), end: day('2026-02-01') };
    await ledger.record(
      ledger.anInvoice({
        on: day('2026-01-01'),
        netMinor: 6_200n,
        lines: [
          { lineNo: 1, netMinor: 9_300n, servicePeriod },
          { lineNo: 2, netMinor: -3_100n, servicePeriod },
        ],
      }),
    );
    expect(await ledger.recognise('2026-01-10')).toBe(2);
    expect(await ledger.balance('revenue')).toBe(-2_000n);
  });

  it('keeps the recognitions of lines that cancel out, without an entry', async () => {
    const servicePeriod = { start: day('2026-01-01'), end: day('2026-02-01') };
    await ledger.record(
      ledger.anInvoice({
        on: day('2026-01-01'),
        netMinor: 100n,
        lines: [
          { lineNo: 1, netMinor: 3_100n, servicePeriod },
          { lineNo: 2, netMinor: -3_100n, servicePeriod },
          { lineNo: 3, netMinor: 100n, servicePeriod: { start: day('2026-03-01'), end: day('2026-03-02') } },
        ],
      }),
    );
    expect(await ledger.recognise('2026-01-10')).toBe(2);
    expect(await entries()).toEqual([]);
    await ledger.recognise('2026-03-01');
    expect(await ledger.balance('deferred-revenue')).toBe(0n);
  });

  it('posts into the first open period when the day it runs through is closed', async () => {
    await ledger.record(inAdvance());
    await ledger.close('2026-01-01');
    await ledger.recognise('2026-01-31');
    expect(await entries()).toMatchObject([{ entry_date: '2026-02-01' }, { entry_date: '2026-02-01' }]);
  });

  it('recognises thousands of lines in one entry per chunk', async () => {
    await ledger.record(...Array.from({ length: 6_000 }, () => ledger.anInvoice({ on: day('2026-01-01') })));
    expect(await ledger.recognise('2026-01-31')).toBe(6_000);
    expect(await entries()).toHaveLength(2 * 2);
    expect(await ledger.balance('revenue')).toBe(-60_000_000n);
  });

  it('recognises once when two runs race', async () => {
    await ledger.record(...Array.from({ length: 200 }, () => ledger.anInvoice({ on: day('2026-01-01') })));
    const recognised = await Promise.all([ledger.recognise('2026-01-31'), ledger.recognise('2026-01-31')]);
    expect(recognised[0]! + recognised[1]!).toBe(200);
    expect(await ledger.balance('revenue')).toBe(-2_000_000n);
  });
});
