// The reports over a year of business: every figure is what the postings say, by another way of asking them.
import { addDays, addMonths, LocalDate } from '@countinghouse/kernel';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { Reader } from '@countinghouse/platform';
import { BooksUnderTest, day } from '../test/books-under-test';
import { collect } from '../test/plain-text-accounting';
import { aYearOfBusiness } from '../test/year-of-business';
import { Ledger, LedgerLineWithBalance, StatementLineWithBalance } from './ledger.facade';
import { OpenDocument } from './persistence/reports/receivables.queries';

const END_OF_TIME = day('2099-12-31');
const YEAR = { start: day('2026-01-01'), end: day('2027-01-01') };

describe('the reports', () => {
  const reports = new Ledger();
  let ledger: BooksUnderTest;
  let companies: string[];
  let invoices: InvoiceFinalisedFact[];

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
    ({ companies, invoices } = await aYearOfBusiness(ledger, '2026-09-01'));
  });
  afterAll(() => ledger.test.drop());

  const read = <T>(work: (reader: Reader) => Promise<T>) => ledger.database.read(work);
  const all = <T>(stream: (reader: Reader) => AsyncGenerator<T>) => read((reader) => collect(stream(reader)));
  /** A line of a page, without its place in the list. */
  const bare = <Line extends object>({ keyNo: _keyNo, keyset: _keyset, ...line }: Line & { keyNo?: unknown; keyset?: unknown }) => line as unknown as Line;
  const codeOf = async (role: string) =>
    (await ledger.database.query<{ code: string }>('SELECT code FROM accounting.account WHERE issuer_id = $1 AND role = $2', [ledger.issuerId, role]))[0]!.code;
  /** Sum of a role's postings up to a day, the slow way. */
  const summed = (role: string, asOf: LocalDate, partyId: string | null = null) =>
    ledger.database.query<{ currency: string; balanceMinor: bigint; functionalBalanceMinor: bigint }>(
      `SELECT line.currency, sum(amount_minor)::bigint AS "balanceMinor", sum(functional_amount_minor)::bigint AS "functionalBalanceMinor"
         FROM accounting.posting line JOIN accounting.account ON account.id = account_id
        WHERE issuer_id = $1 AND role = $2 AND entry_date <= $3 AND ($4::text IS NULL OR party_id = $4) GROUP BY line.currency ORDER BY line.currency`,
      [ledger.issuerId, role, asOf, partyId],
    );
  const notZero = <T extends { balanceMinor: bigint; functionalBalanceMinor: bigint }>(rows: readonly T[]) =>
    rows.filter(({ balanceMinor, functionalBalanceMinor }) => balanceMinor !== 0n || functionalBalanceMinor !== 0n);
  // The first and last day there is, ends and beginnings of closed and open months, and days within them.
  const DAYS = ['2025-12-31', '2026-01-01', '2026-03-17', '2026-03-31', '2026-04-01', '2026-09-30', '2026-10-01', '2026-10-13', '2026-12-31', '2099-12-31'].map(day);

  it('are over books that hold every proof', async () => {
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it.each(DAYS)('trial balance and balances as of %s are the sums of the postings, and balance', async (asOf) => {
    const lines = await read((reader) => reports.trialBalance(reader, ledger.issuerId, asOf));
    for (const role of ['receivables', 'deferred-revenue', 'unapplied-cash', 'bank', 'revenue', 'fx-gain', 'fx-loss', 'bad-debt']) {
      const expected = await summed(role, asOf);
      expect(lines.filter(({ accountRole }) => accountRole === role).map(({ currency, balanceMinor, functionalBalanceMinor }) => ({ currency, balanceMinor, functionalBalanceMinor }))).toEqual(expected);
      const code = await codeOf(role);
      expect(await read((reader) => reports.balance(reader, ledger.issuerId, code, asOf))).toEqual(expected);
    }
    expect(lines.reduce((sum, line) => sum + line.functionalBalanceMinor, 0n)).toBe(0n);
    for (const currency of ['EUR', 'USD']) {
      expect(lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + line.balanceMinor, 0n)).toBe(0n);
    }
  });

  it.each(DAYS)('what a party owes as of %s is the sum of its postings', async (asOf) => {
    const code = await codeOf('receivables');
    for (const company of companies.slice(0, 4)) {
      const found = await read((reader) => reports.partyBalance(reader, ledger.issuerId, code, company, asOf));
      expect(notZero(found)).toEqual(notZero(await summed('receivables', asOf, company)));
    }
  });

  it.each(DAYS)('ageing as of %s adds up to receivables, and each line to its open documents', async (asOf) => {
    const query = { issuerId: ledger.issuerId, asOf };
    const lines = await all((reader) => reports.receivablesAgeingStream(reader, query));
    for (const { currency, balanceMinor } of await summed('receivables', asOf)) {
      const ofCurrency = lines.filter((line) => line.currency === currency);
      expect(ofCurrency.reduce((sum, line) => sum + line.totalMinor, 0n)).toBe(balanceMinor);
    }
    for (const line of lines) {
      const documents: OpenDocument[] = [];
      for (let after: string | null = null; ; ) {
        const page = await read((reader) => reports.openDocuments(reader, query, line.partyId!, { after, first: 3 }));
        documents.push(...page);
        if (page.length < 3) break;
        after = page.at(-1)!.documentId;
      }
      const buckets = line.bucketsMinor.map((_minor, no) =>
        documents.filter(({ bucket, currency }) => bucket === no && currency === line.currency).reduce((sum, { openMinor }) => sum + openMinor, 0n),
      );
      expect(line.bucketsMinor).toEqual(buckets);
      expect(line.bucketsMinor.reduce((sum, minor) => sum + minor, 0n)).toBe(line.totalMinor);
    }
    const pages = [];
    for (let after: (typeof lines)[number] | null = null; ; ) {
      const page = await read((reader) => reports.receivablesAgeing(reader, query, after, 5));
      pages.push(...page);
      if (page.length < 5) break;
      after = page.at(-1)!;
    }
    expect(pages).toEqual(lines);
  });

  it('put an invoice into the bucket of the days since it was due: 0, 1, 30, 31, 60, 61, 90 and 91', async () => {
    const [fresh] = [await BooksUnderTest.create()];
    const invoice = fresh.anInvoice({ on: day('2026-01-10'), dueOn: day('2026-01-20') });
    await fresh.record(invoice);
    const bucketAfter = async (days: number) => {
      const query = { issuerId: fresh.issuerId, asOf: addDays(day('2026-01-20'), days) };
      return (await fresh.database.read((reader) => reports.openDocuments(reader, query, invoice.party.id, { after: null, first: 1 })))[0]!.bucket;
    };
    expect(await Promise.all([-5, 0, 1, 30, 31, 60, 61, 90, 91].map(bucketAfter))).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4]);
    await fresh.test.drop();
  });

  it('general ledger runs from the opening to the closing balance, by pages in both directions and as a stream', async () => {
    const range = { start: day('2026-02-11'), end: day('2026-11-20') };
    const query = { issuerId: ledger.issuerId, accountCode: await codeOf('receivables'), range };
    const lines = await all((reader) => reports.generalLedgerStream(reader, query));
    expect(lines.length).toBeGreaterThan(100);
    for (const { currency, balanceMinor } of await summed('receivables', addDays(range.end, -1))) {
      expect(lines.findLast((line) => line.currency === currency)!.balanceMinor).toBe(balanceMinor);
    }
    const forward: LedgerLineWithBalance[] = [];
    for (let after: string | null = null; ; ) {
      const { edges, pageInfo } = await read((reader) => reports.generalLedger(reader, query, { first: 37, after }));
      forward.push(...edges.map(({ node }) => node));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(forward.map(bare)).toEqual(lines);
    const last = await read((reader) => reports.generalLedger(reader, query, { last: 5 }));
    expect(last.edges.map(({ node }) => [node.entryId, node.balanceMinor, node.functionalBalanceMinor])).toEqual(
      lines.slice(-5).map((line) => [line.entryId, line.balanceMinor, line.functionalBalanceMinor]),
    );
    await expect(read((reader) => reports.generalLedger(reader, { ...query, accountCode: 'nowhere' }, {}))).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  });

  it('lead from a line to its whole entry and on to the document', async () => {
    const range = { start: invoices[5]!.on, end: addDays(invoices[5]!.on, 1) };
    const lines = await all((reader) => reports.generalLedgerStream(reader, { issuerId: ledger.issuerId, accountCode: '2111', range }));
    const line = lines.find(({ documentId, kind }) => documentId === invoices[5]!.sourceId && kind === 'invoice-finalised')!;
    expect(line.documentNumber).toBe(invoices[5]!.documentNumber);
    const [entry] = await read((reader) => reports.journalEntries(reader, [line.entryId]));
    expect(entry).toMatchObject({ kind: 'invoice-finalised', sourceType: 'invoice', sourceId: invoices[5]!.sourceId });
    expect(entry!.lines.reduce((sum, { functionalAmountMinor }) => sum + functionalAmountMinor, 0n)).toBe(0n);
  });

  it('statement of a company goes from what it owed to what it owes', async () => {
    const range = { start: day('2026-03-01'), end: day('2026-12-01') };
    for (const partyId of companies) {
      const query = { issuerId: ledger.issuerId, partyId, range };
      const opening = await read((reader) => reports.statementOpening(reader, query));
      const lines = await all((reader) => reports.statementStream(reader, query));
      const pages: StatementLineWithBalance[] = [];
      for (let after: string | null = null; ; ) {
        const page = await read((reader) => reports.statement(reader, query, { first: 3, after }));
        expect(page.opening).toEqual(opening);
        pages.push(...page.lines.edges.map(({ node }) => bare(node)));
        if (!page.lines.pageInfo.hasNextPage) break;
        after = page.lines.pageInfo.endCursor;
      }
      expect(pages).toEqual(lines);
      const last5 = await read((reader) => reports.statement(reader, query, { last: 5 }));
      expect(last5.lines.edges.map(({ node }) => bare(node))).toEqual(lines.slice(-5));
      const closing = new Map(opening.map(({ currency, balanceMinor }) => [currency, balanceMinor]));
      for (const line of lines) closing.set(line.currency, line.balanceMinor);
      const last = addDays(range.end, -1);
      const owed = new Map<string, bigint>();
      for (const role of ['receivables', 'unapplied-cash']) {
        for (const { currency, balanceMinor } of await summed(role, last, partyId)) owed.set(currency, (owed.get(currency) ?? 0n) + balanceMinor);
      }
      for (const [currency, minor] of owed) expect(closing.get(currency as never) ?? 0n).toBe(minor);
    }
    const [first, second] = companies;
    const of = (partyId: string, after?: string | null) => read((reader) => reports.statement(reader, { issuerId: ledger.issuerId, partyId, range }, { first: 1, after: after ?? null }));
    await expect(of(second!, (await of(first!)).lines.pageInfo.endCursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('profit and loss of the months add up to the result of the year, and the balance sheet has two equal sides', async () => {
    let resultMinor = 0n;
    for (let month = 0; month < 12; month++) {
      const start = addMonths(YEAR.start, month);
      resultMinor += (await read((reader) => reports.profitAndLoss(reader, ledger.issuerId, { start, end: addMonths(start, 1) }))).resultMinor;
    }
    const year = await read((reader) => reports.profitAndLoss(reader, ledger.issuerId, YEAR));
    expect(year.resultMinor).toBe(resultMinor);
    const sheet = await read((reader) => reports.balanceSheet(reader, ledger.issuerId, day('2026-12-31')));
    expect(sheet).toMatchObject({ resultOfTheYearMinor: resultMinor, resultOfEarlierYearsMinor: 0n });
    expect(sheet.assets.totalMinor).toBe(sheet.liabilities.totalMinor + sheet.totalEquityMinor);
    // With the new year the result belongs to the earlier ones, and nothing else moves.
    const newYear = day('2027-01-01');
    const first = await read((reader) => reports.profitAndLoss(reader, ledger.issuerId, { start: newYear, end: addDays(newYear, 1) }));
    expect(await read((reader) => reports.balanceSheet(reader, ledger.issuerId, newYear))).toMatchObject({
      resultOfEarlierYearsMinor: resultMinor,
      resultOfTheYearMinor: first.resultMinor,
    });
  });

  it.each([...DAYS, day('2027-01-01')])('balance sheet as of %s is the trial balance, with the results for income and expenses', async (asOf) => {
    const sheet = await read((reader) => reports.balanceSheet(reader, ledger.issuerId, asOf));
    const lines = await read((reader) => reports.trialBalance(reader, ledger.issuerId, asOf));
    const summedOf = (...types: string[]) => lines.filter(({ accountType }) => types.includes(accountType)).reduce((sum, { functionalBalanceMinor }) => sum + functionalBalanceMinor, 0n);
    expect(sheet.assets.totalMinor).toBe(summedOf('asset'));
    expect(sheet.liabilities.totalMinor).toBe(-summedOf('liability'));
    expect(sheet.resultOfEarlierYearsMinor + sheet.resultOfTheYearMinor).toBe(-summedOf('income', 'expense'));
    expect(sheet.totalEquityMinor).toBe(-summedOf('equity', 'income', 'expense'));
  });

  it('value added tax is that of the documents of the days, less what was credited', async () => {
    const lines = await read((reader) => reports.vatByRate(reader, ledger.issuerId, YEAR));
    expect(lines.map(({ country, category, rate, currency }) => `${country} ${category} ${rate} ${currency}`)).toEqual([
      'PT E 0.00 EUR', 'PT E 0.00 USD', 'PT S 23.00 EUR', 'PT S 23.00 USD', 'PT S 6.00 EUR', 'PT S 6.00 USD',
    ]);
    const owed = await summed('vat-payable', day('2026-12-31'));
    for (const { currency, balanceMinor } of owed) {
      expect(lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + line.taxMinor, 0n)).toBe(-balanceMinor);
    }
  });

  it('each tax goes down to its postings, which add up to it', async () => {
    for (const line of await read((reader) => reports.vatByRate(reader, ledger.issuerId, YEAR))) {
      const tax = { issuerId: ledger.issuerId, range: YEAR, taxCode: `${line.country} ${line.category} ${line.rate}`, currency: line.currency };
      const postings = await read(async (reader) => {
        const all: { isTax: boolean; amountMinor: bigint }[] = [];
        for (let after: string | null = null; ; ) {
          const { edges, pageInfo } = await reports.taxLines(reader, tax, { first: 7, after });
          all.push(...edges.map(({ node }) => node));
          if (!pageInfo.hasNextPage) return all;
          after = pageInfo.endCursor;
        }
      });
      const sum = (isTax: boolean) => postings.filter((each) => each.isTax === isTax).reduce((total, { amountMinor }) => total - amountMinor, 0n);
      expect([sum(false), sum(true)]).toEqual([line.baseMinor, line.taxMinor]);
    }
  });

  it('each line of the waterfall goes down to its documents, which add up to it', async () => {
    const asOf = DAYS[1]!;
    for (const line of await read((reader) => reports.deferredRevenueWaterfall(reader, ledger.issuerId, asOf))) {
      const documents = await read((reader) => reports.deferredDocuments(reader, ledger.issuerId, asOf, line, { after: null, first: 10_000 }));
      expect(documents.reduce((total, { amountMinor }) => total + amountMinor, 0n)).toBe(line.amountMinor);
      expect(documents.every(({ documentNumber }) => documentNumber !== null)).toBe(true);
      const [first, ...rest] = documents;
      expect(await read((reader) => reports.deferredDocuments(reader, ledger.issuerId, asOf, line, { after: first!.documentId, first: 10_000 }))).toEqual(rest);
    }
  });

  it.each(DAYS)('waterfall as of %s adds up to deferred revenue', async (asOf) => {
    const lines = await read((reader) => reports.deferredRevenueWaterfall(reader, ledger.issuerId, asOf));
    for (const { currency, balanceMinor } of await summed('deferred-revenue', asOf)) {
      expect(lines.filter((line) => line.currency === currency).reduce((sum, line) => sum + line.amountMinor, 0n)).toBe(-balanceMinor);
    }
    expect(lines.filter(({ month }) => month !== null && month < '2026-01-01')).toEqual([]);
  });

  it('waterfall spreads what is deferred over the months in which it is earned', async () => {
    const fresh = await BooksUnderTest.create();
    const servicePeriod = { start: day('2026-01-15'), end: day('2026-04-01') };
    await fresh.record(fresh.anInvoice({ on: day('2026-01-15'), netMinor: 7_600n, lines: [{ lineNo: 1, netMinor: 7_600n, servicePeriod }] }));
    await fresh.recognise('2026-01-20');
    // 76 days at 1.00 a day: 6 are recognised, 11 more of January, 28 of February, 31 of March.
    const waterfall = (asOf: string) => fresh.database.read((reader) => reports.deferredRevenueWaterfall(reader, fresh.issuerId, day(asOf)));
    expect(await waterfall('2026-01-20')).toEqual([
      { month: '2026-01-01', currency: 'EUR', amountMinor: 1_100n },
      { month: '2026-02-01', currency: 'EUR', amountMinor: 2_800n },
      { month: '2026-03-01', currency: 'EUR', amountMinor: 3_100n },
    ]);
    expect((await waterfall('2026-01-31'))[0]).toEqual({ month: null, currency: 'EUR', amountMinor: 1_100n });
    await fresh.test.drop();
  });

  it('ask a number of statements that does not depend on the year', async () => {
    const counted = async (work: (reader: Reader) => Promise<unknown>) =>
      read(async (reader) => {
        const asked = jest.spyOn(reader, 'query');
        await work(reader);
        const { length } = asked.mock.calls;
        asked.mockRestore();
        return length;
      });
    expect(await counted((reader) => reports.trialBalance(reader, ledger.issuerId, END_OF_TIME))).toBe(1);
    expect(await counted((reader) => reports.receivablesAgeing(reader, { issuerId: ledger.issuerId, asOf: END_OF_TIME }, null, 50))).toBe(1);
    expect(await counted((reader) => reports.deferredRevenueWaterfall(reader, ledger.issuerId, END_OF_TIME))).toBe(1);
    expect(await counted((reader) => reports.vatByRate(reader, ledger.issuerId, YEAR))).toBe(1);
    expect(await counted((reader) => reports.balanceSheet(reader, ledger.issuerId, END_OF_TIME))).toBe(2);
    expect(await counted((reader) => reports.statement(reader, { issuerId: ledger.issuerId, partyId: companies[0]!, range: YEAR }, {}))).toBe(3);
  });
});
