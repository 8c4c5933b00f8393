// Recording facts: each once, in the right period, whole or not at all, at a constant number of statements.
import { LocalDate } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import { BooksUnderTest, day, EUR, insertIssuer } from '../../test/books-under-test';

describe('RecordFacts', () => {
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
  });
  afterEach(() => ledger.test.drop());

  const countEntries = async () =>
    (await ledger.database.query<{ n: bigint }>('SELECT count(*) AS n FROM accounting.journal_entry'))[0]!.n;

  /** Everything that recording a fact writes. */
  const nothingIsLeft = async () => {
    const tables = ['journal_entry', 'posting', 'account_day', 'foreign_item', 'document', 'revenue_schedule', 'revenue_recognition'];
    const counts = tables.map((table) => `(SELECT count(*) FROM accounting.${table})`).join(' + ');
    expect(await ledger.database.query(`SELECT ${counts} AS rows`)).toEqual([{ rows: 0n }]);
  };

  it('posts an invoice and its payment so that nothing is left open', async () => {
    const invoice = ledger.anInvoice();
    await ledger.record(invoice, ledger.aPaymentOf(invoice));
    expect(await ledger.balance('receivables')).toBe(0n);
    expect(await ledger.balance('provider-clearing')).toBe(12_300n);
    expect(await ledger.balance('deferred-revenue')).toBe(-10_000n);
    expect(await ledger.balance('vat-payable')).toBe(-2_300n);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('keeps party and document on receivables and clearing, so that open items are a view of the ledger', async () => {
    const invoice = ledger.anInvoice();
    const payment = ledger.aPaymentOf(invoice, { amountMinor: 300n });
    await ledger.record(invoice, payment);
    const open = await ledger.database.query(
      `SELECT account_role, party_type, party_id, document_type, document_id, balance_minor
         FROM accounting.account_balance_by_document WHERE currency = 'EUR' ORDER BY account_role`,
    );
    expect(open).toEqual([
      { account_role: 'provider-clearing', party_type: 'provider', party_id: 'sandbox', document_type: 'payment', document_id: payment.sourceId, balance_minor: 300n },
      { account_role: 'receivables', party_type: 'company', party_id: invoice.party.id, document_type: 'invoice', document_id: invoice.sourceId, balance_minor: 12_000n },
    ]);
  });

  it('shows what was posted for a document under each kind of fact', async () => {
    const invoice = ledger.anInvoice();
    await ledger.record(invoice);
    const posted = await ledger.database.query(
      `SELECT kind, account_role, amount_minor FROM accounting.posted_by_source WHERE source_id = $1 ORDER BY account_role`,
      [invoice.sourceId],
    );
    expect(posted).toEqual([
      { kind: 'invoice-finalised', account_role: 'deferred-revenue', amount_minor: -10_000n },
      { kind: 'invoice-finalised', account_role: 'receivables', amount_minor: 12_300n },
      { kind: 'invoice-finalised', account_role: 'vat-payable', amount_minor: -2_300n },
    ]);
  });

  it('posts the same fact once, however often it is told', async () => {
    const invoice = ledger.anInvoice();
    const [first] = await ledger.record(invoice, invoice);
    const [again, other] = await ledger.record(invoice, ledger.anInvoice());
    expect(first!.isNew).toBe(true);
    expect(again).toEqual({ entryId: first!.entryId, isNew: false });
    expect(other!.isNew).toBe(true);
    expect(await countEntries()).toBe(2n);
    expect(await ledger.balance('receivables')).toBe(24_600n);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('refuses another content for a source that is posted, and posts nothing of the call', async () => {
    const invoice = ledger.anInvoice();
    await ledger.record(invoice);
    const changed = ledger.record(ledger.anInvoice(), { ...invoice, on: day('2026-01-30') });
    await expect(changed).rejects.toMatchObject({ code: 'SOURCE_ALREADY_POSTED', value: invoice.sourceId });
    expect(await countEntries()).toBe(1n);
  });

  it('refuses two contents for one source in one call', async () => {
    const invoice = ledger.anInvoice();
    await expect(ledger.record(invoice, { ...invoice, documentNumber: 'FT 2026A/2' })).rejects.toMatchObject({ code: 'SOURCE_ALREADY_POSTED' });
  });

  it('posts a late fact into the first open period and marks it as a correction', async () => {
    await ledger.close('2026-01-01');
    await ledger.close('2026-02-01');
    await ledger.record(ledger.anInvoice({ on: day('2026-01-31') }), ledger.anInvoice({ on: day('2026-03-15') }));
    const entries = await ledger.database.query(
      'SELECT effective_on, entry_date, period_start, is_correction FROM accounting.journal_entry ORDER BY effective_on',
    );
    expect(entries).toEqual([
      { effective_on: '2026-01-31', entry_date: '2026-03-01', period_start: '2026-03-01', is_correction: true },
      { effective_on: '2026-03-15', entry_date: '2026-03-15', period_start: '2026-03-01', is_correction: false },
    ]);
  });

  it('knows a late fact again after its period has closed', async () => {
    const invoice = ledger.anInvoice();
    await ledger.record(invoice);
    await ledger.close('2026-01-01');
    expect(await ledger.record(invoice)).toMatchObject([{ isNew: false }]);
  });

  it('opens the months that follow the last period when a fact falls into them', async () => {
    await ledger.record(ledger.anInvoice({ on: day('2028-03-10') }));
    const periods = await ledger.database.query<{ starts_on: LocalDate }>(
      `SELECT starts_on FROM accounting.period WHERE starts_on >= '2027-12-01' ORDER BY starts_on`,
    );
    expect(periods.map((period) => period.starts_on)).toEqual(['2027-12-01', '2028-01-01', '2028-02-01', '2028-03-01']);
  });

  it.each(['2025-12-31', '2029-01-01'])('names the day %s that has no period', async (on) => {
    await expect(ledger.record(ledger.anInvoice(), ledger.anInvoice({ on: day(on) }))).rejects.toMatchObject({
      code: 'PERIOD_MISSING',
      field: 'on',
      value: on,
    });
    await nothingIsLeft();
  });

  it('names the day of a closed period that has no open one after it', async () => {
    await ledger.test.owner.transaction(async (tx) => {
      for (const state of ['closing', 'closed']) await tx.execute('UPDATE accounting.period SET state = $1', [state]);
    });
    await expect(ledger.record(ledger.anInvoice())).rejects.toMatchObject({ code: 'PERIOD_MISSING', value: '2026-01-31' });
    await nothingIsLeft();
  });

  it('names an account that is closed', async () => {
    await ledger.database.transaction((tx) => tx.execute(`UPDATE accounting.account SET active_until = '2026-01-31' WHERE role = 'vat-payable'`));
    await expect(ledger.record(ledger.anInvoice())).rejects.toMatchObject({ code: 'ACCOUNT_CLOSED', value: '2433' });
    await nothingIsLeft();
  });

  it('names an account that takes another currency only', async () => {
    const issuerId = await insertIssuer(ledger.database, 'ES');
    await ledger.test.owner.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO accounting.account (issuer_id, code, name, type, role, currency)
         VALUES ($1, '1', 'Receivables', 'asset', 'receivables', 'USD')`,
        [issuerId],
      );
      await tx.execute(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2026-01-01')`, [issuerId]);
    });
    const invoice = ledger.anInvoice({ issuerId });
    await expect(ledger.record(ledger.anInvoice(), invoice)).rejects.toMatchObject({ code: 'ACCOUNT_CURRENCY_DIFFERS', value: 'EUR' });
    await nothingIsLeft();
  });

  it('names a role that the chart has no account for, and an issuer that has no books', async () => {
    const issuerId = await insertIssuer(ledger.database, 'ES');
    await expect(ledger.record(ledger.anInvoice({ issuerId }))).rejects.toMatchObject({ code: 'BOOKS_NOT_OPEN', value: issuerId });
    await ledger.test.owner.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO accounting.account (issuer_id, code, name, type, role) VALUES ($1, '1', 'Receivables', 'asset', 'receivables')`,
        [issuerId],
      );
      await tx.execute(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2026-01-01')`, [issuerId]);
    });
    await expect(ledger.record(ledger.anInvoice(), ledger.anInvoice({ issuerId }))).rejects.toMatchObject({
      code: 'ACCOUNT_MISSING',
      value: 'deferred-revenue',
    });
    await nothingIsLeft();
  });

  it('names currency and day when no rate is known, and leaves nothing', async () => {
    const dollars = ledger.anInvoice({ currency: 'USD' as typeof EUR });
    await expect(ledger.record(ledger.anInvoice(), dollars)).rejects.toMatchObject({ code: 'RATE_MISSING', value: 'USD 2026-01-31' });
    await nothingIsLeft();
  });

  it('takes the same number of statements for 1 fact and for 5,000', async () => {
    const statementsFor = (count: number) =>
      ledger.database.transaction(async (tx) => {
        const run = jest.spyOn(Tx.prototype as unknown as { run: () => unknown }, 'run');
        await ledger.books.record(tx, Array.from({ length: count }, () => ledger.anInvoice()));
        const statements = run.mock.calls.length;
        run.mockRestore();
        return statements;
      });
    expect(await statementsFor(1)).toBe(6);
    expect(await statementsFor(5_000)).toBe(6);
    expect(await countEntries()).toBe(5_001n);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('keeps the balances of hot accounts right while sixteen writers race', async () => {
    const writers = Array.from({ length: 16 }, async () => {
      for (let round = 0; round < 5; round++) {
        const invoices = Array.from({ length: 10 }, () => ledger.anInvoice());
        await ledger.record(...invoices, ...invoices.slice(5).map((invoice) => ledger.aPaymentOf(invoice)));
      }
    });
    await Promise.all(writers);
    expect(await countEntries()).toBe(16n * 5n * 15n);
    expect(await ledger.balance('receivables')).toBe(16n * 5n * 5n * 12_300n);
    expect(await ledger.balance('deferred-revenue')).toBe(-16n * 5n * 10n * 10_000n);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('posts one of two contents of a source when two callers race with them, and refuses the other', async () => {
    const invoice = ledger.anInvoice();
    const racers = await Promise.allSettled([ledger.record(invoice), ledger.record({ ...invoice, documentNumber: 'FT 2026A/2' })]);
    expect(racers.flatMap((racer) => (racer.status === 'fulfilled' ? racer.value : []))).toMatchObject([{ isNew: true }]);
    expect(racers.flatMap((racer) => (racer.status === 'rejected' ? [racer.reason as unknown] : []))).toMatchObject([{ code: 'SOURCE_ALREADY_POSTED', value: invoice.sourceId }]);
    expect(await countEntries()).toBe(1n);
  });

  it('posts a fact once when eight callers race with it', async () => {
    const invoices = Array.from({ length: 50 }, () => ledger.anInvoice());
    const racers = Array.from({ length: 8 }, (_, i) => ledger.record(...(i % 2 ? invoices : [...invoices].reverse())));
    const results = await Promise.all(racers);
    expect(results.flat().filter((entry) => entry.isNew)).toHaveLength(50);
    expect(await countEntries()).toBe(50n);
    expect(await ledger.brokenProofs()).toEqual([]);
  });
});
