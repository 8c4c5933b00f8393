// What the database refuses from psql, as the owner of the tables: every attack on the ledger that must fail.
import { Client } from 'pg';
import { untilSomeoneWaits } from '@countinghouse/testing';
import { BooksUnderTest, aUuid } from '../../test/books-under-test';

interface ForgedLine {
  no?: number;
  account?: string;
  accountId?: number;
  currency?: string;
  amount?: number;
  functional?: number;
  date?: string;
  document?: boolean;
  rate?: string;
  tax?: string;
}

interface ForgedEntry {
  period?: string;
  date?: string;
  effectiveOn?: string;
  lineCount?: number;
  source?: string;
  tx?: string;
  recordedAt?: string;
}

/** One statement that inserts entries with their postings, sound unless told otherwise. */
function forge(issuerId: string, ...forged: (readonly [ForgedEntry, readonly ForgedLine[]])[]): string {
  const entries: string[] = [];
  const postings: string[] = [];
  for (const [entry, lines] of forged) {
    const date = entry.date ?? '2026-01-15';
    const source = entry.source ?? aUuid();
    entries.push(`('${issuerId}', '${entry.period ?? '2026-01-01'}'::date, '${date}'::date, '${entry.effectiveOn ?? date}'::date, 'by-hand', 'attack',
      '${source}', '\\x00'::bytea, sha256(''), ${entry.lineCount ?? lines.length}, ${entry.tx ?? 'pg_current_xact_id()'}, ${entry.recordedAt ?? 'now()'}::timestamptz)`);
    lines.forEach((line, index) => {
      const amount = line.amount ?? 0;
      const account = line.account ?? (index === 0 ? 'deferred-revenue' : 'revenue');
      const ofRole = `(SELECT id FROM accounting.account WHERE issuer_id = '${issuerId}' AND role = '${account}')`;
      postings.push(`('${source}', ${line.no ?? index + 1}, ${line.accountId ?? ofRole},
        '${line.currency ?? 'EUR'}', ${amount}, ${line.functional ?? amount}, '${line.date ?? date}'::date,
        ${line.document ? `'invoice', '${aUuid()}'::uuid` : 'NULL, NULL::uuid'}, ${line.rate ?? 'NULL'}::numeric, ${line.tax ? `'${line.tax}'` : 'NULL'})`);
    });
  }
  return `
    WITH entry AS (
      INSERT INTO accounting.journal_entry
        (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, tx, recorded_at)
      VALUES ${entries.join(',')}
      RETURNING id, source_id)
    INSERT INTO accounting.posting (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date, document_type, document_id, rate, tax_code)
    SELECT entry.id, line_no, account_id, currency, amount, functional_amount, entry_date, document_type, document_id, rate, tax_code
      FROM (VALUES ${postings.join(',')}) AS line(source_id, line_no, account_id, currency, amount, functional_amount, entry_date, document_type, document_id, rate, tax_code)
      JOIN entry USING (source_id)`;
}

const CLOSE_JANUARY = `UPDATE accounting.period SET state = 'closing' WHERE starts_on = '2026-01-01';
                       UPDATE accounting.period SET state = 'closed' WHERE starts_on = '2026-01-01'`;

const SOUND: ForgedLine[] = [{ amount: 100 }, { amount: -100 }];

describe.each(['origin', 'replica'])('the ledger under session_replication_role = %s', (replicationRole) => {
  let ledger: BooksUnderTest;
  let psql: Client;

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
    psql = new Client({ connectionString: ledger.test.url });
    await psql.connect();
    await psql.query(`SET session_replication_role = ${replicationRole}`);
    const invoice = ledger.anInvoice();
    await ledger.record(invoice, ledger.aPaymentOf(invoice));
  });
  afterAll(async () => {
    await psql.end();
    await ledger.test.drop();
  });
  // Whatever was tried before: nothing of it may have stuck.
  afterEach(async () => {
    await psql.query('ROLLBACK');
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  const forged = (entry: ForgedEntry, lines: readonly ForgedLine[]) => psql.query(forge(ledger.issuerId, [entry, lines]));

  it('takes a sound entry', async () => {
    await psql.query('BEGIN');
    expect((await forged({}, SOUND)).rowCount).toBe(2);
    expect((await psql.query(forge(ledger.issuerId, [{}, SOUND], [{}, SOUND]))).rowCount).toBe(4);
  });

  it.each<[string, string, ForgedEntry, ForgedLine[]]>([
    ['that moves value where no rule lets it go', 'entry_flows_are_declared', {}, [{ account: 'revenue', amount: 100 }, { account: 'bank', amount: -100 }]],
    ['unbalanced by one', 'entry_balances_per_currency', {}, [{ amount: 100 }, { amount: -99 }]],
    ['balanced in total but not per currency', 'entry_balances_per_currency', {}, [{ amount: 100 }, { amount: -100, currency: 'USD', rate: '1' }]],
    ['balanced per currency but not in functional currency', 'entry_balances_in_functional_currency', {},
      [{ amount: 100, currency: 'USD', functional: 90, rate: '0.9' }, { amount: -100, currency: 'USD', functional: -91, rate: '0.91' }]],
    ['worth two amounts of the functional currency', 'posting_has_one_value_in_both_currencies', {}, [{ amount: 100, functional: 90 }, { amount: -100, functional: -90 }]],
    ['debit in one currency and credit in the other', 'posting_has_one_value_in_both_currencies', {},
      [{ amount: 100, currency: 'USD', functional: -90, rate: '0.9' }, { amount: -100, currency: 'USD', functional: 90, rate: '0.9' }]],
    ['in a foreign currency without its rate', 'posting_has_a_rate_in_foreign_currency', {}, [{ amount: 100, currency: 'USD' }, { amount: -100, currency: 'USD' }]],
    ['in functional currency with a rate', 'posting_has_a_rate_in_foreign_currency', {}, [{ amount: 100, rate: '1' }, { amount: -100 }]],
    ['of a tax that names nothing', 'posting_tax_is_country_category_and_rate', {}, [{ amount: 100, tax: '23%' }, { amount: -100 }]],
    ['along a flow that is not declared', 'entry_flows_are_declared', {}, [{ amount: 100, account: 'bank' }, { amount: -100 }]],
    ['with one flow that is not declared among others that are', 'entry_flows_are_declared', {},
      [{ amount: 100 }, { amount: -90 }, { amount: -10, account: 'bank' }]],
    ['that settles an item in one currency and leaves it in the other', 'settled_item_carries_nothing', {},
      [{ amount: 0, functional: 5, currency: 'USD', rate: '1', account: 'receivables', document: true }, { amount: 0, functional: -5, currency: 'USD', rate: '1', account: 'fx-gain' }]],
    ['without its last line', 'entry_comes_whole_in_one_statement', { lineCount: 3 }, SOUND],
    ['with a line too many', 'entry_comes_whole_in_one_statement', { lineCount: 2 }, [{ amount: 100 }, { amount: -50 }, { amount: -50 }]],
    ['with a gap in its lines', 'entry_comes_whole_in_one_statement', { lineCount: 3 }, [{ amount: 100 }, { amount: -100, no: 3 }]],
    ['of a single line', 'entry_has_its_postings', { lineCount: 1 }, [{ amount: 100 }]],
    ['with a line of zero', 'posting_is_not_zero', {}, [...SOUND, { amount: 0 }]],
    ['of more than balances can hold', 'posting_is_not_too_large', {}, [{ amount: 10 ** 15 + 1 }, { amount: -(10 ** 15) - 1 }]],
    ['on an account that does not exist', 'posting_has_an_account_of_its_issuer', {}, [{ amount: 100 }, { amount: -100, accountId: 0 }]],
    ['on a sub-ledger without its document', 'posting_of_a_sub_ledger_has_its_document', {}, [{ amount: 100, account: 'receivables' }, { amount: -100 }]],
    ['with a line of another date', 'posting_has_the_date_of_its_entry', {}, [{ amount: 100 }, { amount: -100, date: '2026-01-16' }]],
    ['dated outside its period', 'entry_date_lies_in_its_period', { date: '2026-02-01' }, SOUND],
    ['in a period that does not exist', 'entry_has_a_period', { period: '2019-01-01', date: '2019-01-15' }, SOUND],
    ['dated before its fact', 'entry_is_not_dated_before_its_fact', { effectiveOn: '2026-01-16' }, SOUND],
    ['with a forged transaction stamp', 'entry_carries_the_stamp_of_its_transaction', { tx: `'3'::xid8` }, SOUND],
    ['with a stamp of the future', 'entry_carries_the_stamp_of_its_transaction', { tx: `'99999999999'::xid8` }, SOUND],
    ['with a forged time of recording', 'entry_is_recorded_now', { recordedAt: `'2020-01-01'` }, SOUND],
  ])('refuses an entry %s, by itself, beside a sound one and among hundreds', async (_attack, rule, entry, lines) => {
    const beside = (count: number) => psql.query(forge(ledger.issuerId, ...Array.from({ length: count }, () => [{}, SOUND] as const), [entry, lines], [{}, SOUND]));
    await expect(forged(entry, lines)).rejects.toMatchObject({ constraint: rule });
    await expect(beside(0)).rejects.toMatchObject({ constraint: rule });
    await expect(beside(260)).rejects.toMatchObject({ constraint: rule });
  });

  it('derives what the guard asks of an account, whatever is written there', async () => {
    const wrong = () =>
      psql.query(`SELECT role FROM accounting.account JOIN platform.issuer ON issuer.id = issuer_id
        WHERE (account.functional_currency, flow_credit_bits) IS DISTINCT FROM
              (issuer.functional_currency, coalesce((SELECT bit_or(credit_bit) FROM accounting.flow WHERE debit_role = role), 0))`);
    expect((await wrong()).rows).toEqual([]);
    await psql.query(`UPDATE accounting.account SET flow_credit_bits = -1, functional_currency = 'USD'`);
    expect((await wrong()).rows).toEqual([]);
  });

  it('refuses an entry without postings', async () => {
    const alone = psql.query(
      `INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count)
       VALUES ($1, '2026-01-01', '2026-01-15', '2026-01-15', 'by-hand', 'attack', 'alone', '\\x00', sha256(''), 2)`,
      [ledger.issuerId],
    );
    await expect(alone).rejects.toMatchObject({ constraint: 'entry_has_its_postings' });
  });

  it('refuses postings without an entry', async () => {
    await expect(psql.query(lateLines('999999', 1))).rejects.toMatchObject({ constraint: 'posting_belongs_to_an_entry' });
  });

  it('refuses balanced lines added to an old entry', async () => {
    const { rows } = await psql.query('SELECT min(id) AS id FROM accounting.journal_entry');
    await expect(psql.query(lateLines(rows[0].id, 4))).rejects.toMatchObject({ constraint: 'posting_comes_with_its_entry' });
  });

  it('refuses the lines of one entry in two statements of one transaction', async () => {
    await psql.query('BEGIN');
    await forged({ source: 'two statements' }, SOUND);
    const { rows } = await psql.query(`SELECT id FROM accounting.journal_entry WHERE source_id = 'two statements'`);
    await expect(psql.query(lateLines(rows[0].id, 3))).rejects.toMatchObject({ constraint: 'entry_comes_whole_in_one_statement' });
  });

  it('refuses the same source twice', async () => {
    await psql.query('BEGIN');
    await forged({ source: 'twice' }, SOUND);
    await expect(forged({ source: 'twice' }, SOUND)).rejects.toMatchObject({ constraint: 'source_is_posted_once' });
  });

  it('refuses an account of another issuer', async () => {
    await psql.query('BEGIN');
    const other = aUuid();
    await psql.query(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES ($1, 'OTHER', 'Other', 'PT', 'other', 'EUR', 'Europe/Lisbon')`,
      [other],
    );
    await psql.query(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2026-01-01')`, [other]);
    const sql = forge(ledger.issuerId, [{}, SOUND]).replace(`VALUES ('${ledger.issuerId}'`, `VALUES ('${other}'`);
    await expect(psql.query(sql)).rejects.toMatchObject({ constraint: 'posting_has_an_account_of_its_issuer' });
  });

  it('refuses another currency than the account takes, and a closed account', async () => {
    await psql.query('BEGIN');
    await psql.query(
      `INSERT INTO accounting.account (issuer_id, code, name, type, role, currency, active_until)
       VALUES ($1, '9998', 'Dollars only', 'asset', 'dollars', 'USD', NULL), ($1, '9999', 'Closed', 'asset', 'closed', NULL, '2026-01-15')`,
      [ledger.issuerId],
    );
    await psql.query('SAVEPOINT before');
    const inEuros = forged({}, [{ amount: 100, account: 'dollars' }, { amount: -100 }]);
    await expect(inEuros).rejects.toMatchObject({ constraint: 'posting_has_the_currency_of_its_account' });
    await psql.query('ROLLBACK TO before');
    const onClosed = forged({}, [{ amount: 100, account: 'closed' }, { amount: -100 }]);
    await expect(onClosed).rejects.toMatchObject({ constraint: 'posting_account_is_active' });
  });

  it('refuses an entry in a closed period', async () => {
    await psql.query('BEGIN');
    await psql.query(CLOSE_JANUARY);
    await expect(forged({}, SOUND)).rejects.toMatchObject({ constraint: 'entry_period_is_not_closed' });
  });

  it('refuses to write on an older snapshot, on which a closed period could still look open', async () => {
    await psql.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await expect(forged({}, SOUND)).rejects.toMatchObject({ constraint: 'ledger_is_written_in_read_committed' });
  });

  it.each([
    ['update of a posting', 'UPDATE accounting.posting SET amount_minor = amount_minor'],
    ['update of nothing', 'UPDATE accounting.posting SET amount_minor = 1 WHERE false'],
    ['update of an entry', `UPDATE accounting.journal_entry SET kind = 'other'`],
    ['delete of postings', 'DELETE FROM accounting.posting'],
    ['delete of entries', 'DELETE FROM accounting.journal_entry'],
    ['truncate of postings', 'TRUNCATE accounting.posting'],
    ['truncate of entries', 'TRUNCATE accounting.journal_entry CASCADE'],
    ['MERGE', `MERGE INTO accounting.posting p USING (SELECT 1) s ON p.line_no = 1 WHEN MATCHED THEN UPDATE SET amount_minor = 0`],
    ['MERGE that deletes', `MERGE INTO accounting.posting p USING (SELECT 1) s ON p.line_no = 1 WHEN MATCHED THEN DELETE`],
    ['ON CONFLICT DO UPDATE', `INSERT INTO accounting.posting SELECT * FROM accounting.posting ON CONFLICT (entry_id, line_no) DO UPDATE SET amount_minor = 0`],
    ['delete of an account', `DELETE FROM accounting.account WHERE role = 'fx-gain'`],
    ['truncate of accounts', 'TRUNCATE accounting.account CASCADE'],
    ['another currency for an account', `UPDATE accounting.account SET currency = 'USD' WHERE role = 'revenue'`],
    ['another issuer for an account', `UPDATE accounting.account SET issuer_id = gen_random_uuid() WHERE role = 'revenue'`],
    ['another type for an account', `UPDATE accounting.account SET type = 'equity' WHERE role = 'revenue'`],
    ['delete of a period', 'DELETE FROM accounting.period'],
    ['another month for a period', `UPDATE accounting.period SET starts_on = starts_on + interval '10 years'`],
    ['a changed day total', 'UPDATE accounting.account_day_total SET debit_minor = debit_minor + 1'],
    ['an invented day total', `INSERT INTO accounting.account_day_total SELECT account_id, currency, entry_date, 99, 1, 1, 1, 1, 1 FROM accounting.account_day`],
    ['delete of day totals', 'DELETE FROM accounting.account_day_total'],
    ['truncate of day totals', 'TRUNCATE accounting.account_day_total'],
    ['an invented entry to be totalled', 'INSERT INTO accounting.untotalled_entry SELECT id FROM accounting.journal_entry'],
    ['another entry to be totalled', 'UPDATE accounting.untotalled_entry SET entry_id = 1'],
    ['truncate of what is to be totalled', 'TRUNCATE accounting.untotalled_entry'],
    ['delete of a revenue schedule', 'DELETE FROM accounting.revenue_schedule'],
    ['a changed revenue schedule', 'UPDATE accounting.revenue_schedule SET recognised_minor = total_minor'],
    ['a flow declared from psql', `INSERT INTO accounting.flow VALUES ('bank', 'revenue')`],
    ['delete of flows', 'DELETE FROM accounting.flow'],
    ['an invented foreign item', `INSERT INTO accounting.foreign_item VALUES (1, gen_random_uuid(), 'USD', 5, 5, '2026-01-01', '2026-01-01')`],
    ['a changed foreign item', 'UPDATE accounting.foreign_item SET functional_amount_minor = 0'],
    ['delete of foreign items', 'DELETE FROM accounting.foreign_item'],
    ['truncate of foreign items', 'TRUNCATE accounting.foreign_item'],
    ['update of an exchange rate', 'UPDATE accounting.exchange_rate SET rate = 1'],
    ['delete of exchange rates', 'DELETE FROM accounting.exchange_rate'],
    ['delete of recognitions', 'DELETE FROM accounting.revenue_recognition'],
    ['update of a block', `UPDATE accounting.block SET hash = '\\x00'`],
    ['delete of a block', 'DELETE FROM accounting.block'],
  ])('refuses %s', async (_attack, sql) => {
    await expect(psql.query(sql)).rejects.toMatchObject({ code: '23001' });
  });

  it('refuses a period that does not start with its month, so that periods cannot overlap', async () => {
    const crooked = psql.query(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2030-01-15')`, [ledger.issuerId]);
    await expect(crooked).rejects.toMatchObject({ constraint: 'period_starts_with_its_month' });
    const again = psql.query(`INSERT INTO accounting.period (issuer_id, starts_on) VALUES ($1, '2026-01-01')`, [ledger.issuerId]);
    await expect(again).rejects.toMatchObject({ constraint: 'period_pkey' });
  });

  it('refuses credits above the line they reduce, of another issuer, or of another credit', async () => {
    const credit = (total: string, reduces = '(SELECT min(id) FROM accounting.revenue_schedule)', issuer = 'issuer_id') =>
      psql.query(`
        INSERT INTO accounting.revenue_schedule (issuer_id, entry_id, line_no, document_type, document_id, currency, total_minor, functional_total_minor,
                                                 service_start, service_end, deferred_on, reduces)
        SELECT ${issuer}, entry_id, 1000 + nextval('accounting.revenue_schedule_id_seq'), 'credit-note', document_id, currency, ${total}, ${total},
               service_start, service_end, deferred_on, ${reduces}
          FROM accounting.revenue_schedule WHERE id = (SELECT min(id) FROM accounting.revenue_schedule)`);
    const refused = { constraint: 'credits_leave_their_line_at_nothing_at_most' };
    await expect(credit('-10001')).rejects.toMatchObject(refused);
    await expect(credit('1')).rejects.toMatchObject(refused);
    await expect(credit('-1', '987654')).rejects.toMatchObject(refused);
    await expect(credit('-1', undefined, 'gen_random_uuid()')).rejects.toMatchObject(refused);
    await psql.query('BEGIN');
    await credit('-6000');
    await psql.query('SAVEPOINT before');
    await expect(credit('-4001')).rejects.toMatchObject(refused);
    await psql.query('ROLLBACK TO before');
    await expect(credit('1', '(SELECT max(id) FROM accounting.revenue_schedule)')).rejects.toMatchObject(refused);
  });

  it('refuses an entry that only says it was approved by two persons', async () => {
    const sql = forge(ledger.issuerId, [{}, [{ amount: 100, account: 'bank' }, { amount: -100 }]]).replace("'by-hand'", "'manual-entry'");
    await expect(psql.query(sql)).rejects.toMatchObject({ constraint: 'entry_flows_are_declared' });
  });

  it('refuses a recognition above the total, of an earlier day, or of no schedule', async () => {
    const recognise = (through: string, amount: string, schedule = '(SELECT min(id) FROM accounting.revenue_schedule)') =>
      psql.query(`INSERT INTO accounting.revenue_recognition (schedule_id, through, amount_minor, functional_amount_minor) VALUES (${schedule}, '${through}', ${amount}, ${amount})`);
    await expect(recognise('2026-02-01', '10001')).rejects.toMatchObject({ constraint: 'schedule_recognises_no_more_than_its_total' });
    await expect(recognise('2026-02-01', '1', '987654')).rejects.toMatchObject({ constraint: 'recognition_moves_its_schedule_forward' });
    await expect(recognise('2026-01-30', '1')).rejects.toMatchObject({ constraint: 'recognition_moves_its_schedule_forward' });
    await psql.query('BEGIN');
    await recognise('2026-02-02', '1');
    await expect(recognise('2026-02-01', '1')).rejects.toMatchObject({ constraint: 'recognition_moves_its_schedule_forward' });
  });

  function lateLines(entryId: string, from: number): string {
    const account = (role: string) => `(SELECT id FROM accounting.account WHERE issuer_id = '${ledger.issuerId}' AND role = '${role}')`;
    return `INSERT INTO accounting.posting (entry_id, line_no, account_id, currency, amount_minor, functional_amount_minor, entry_date)
            VALUES (${entryId}, ${from}, ${account('bank')}, 'EUR', 5, 5, '2026-01-15'), (${entryId}, ${from + 1}, ${account('revenue')}, 'EUR', -5, -5, '2026-01-15')`;
  }
});

describe('posting and closing', () => {
  let ledger: BooksUnderTest;
  let closer: Client;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
    closer = new Client({ connectionString: ledger.test.url });
    await closer.connect();
  });
  afterEach(async () => {
    await closer.end();
    await ledger.test.drop();
  });

  const close = () => closer.query(CLOSE_JANUARY);

  const someoneWaits = () => untilSomeoneWaits(ledger.test);

  it('lets a posting that came first commit before the period closes', async () => {
    const order: string[] = [];
    let closing: Promise<void> | undefined;
    await ledger.database.transaction(async (tx) => {
      await ledger.books.record(tx, [ledger.anInvoice()]);
      closing = close().then(() => void order.push('closed'));
      await someoneWaits();
      order.push('posted');
    });
    await closing;
    expect(order).toEqual(['posted', 'closed']);
    expect(await ledger.database.query('SELECT period_start FROM accounting.journal_entry')).toEqual([{ period_start: '2026-01-01' }]);
  });

  it('moves a posting that comes while its period closes into the next one', async () => {
    await closer.query('BEGIN');
    await close();
    const recording = ledger.record(ledger.anInvoice());
    await someoneWaits();
    await closer.query('COMMIT');
    await recording;
    expect(await ledger.database.query('SELECT period_start, is_correction FROM accounting.journal_entry')).toEqual([
      { period_start: '2026-02-01', is_correction: true },
    ]);
  });

  it('refuses a posting from psql that waited for the close', async () => {
    await closer.query('BEGIN');
    await close();
    const attack = ledger.test.owner.transaction((tx) => tx.execute(forge(ledger.issuerId, [{}, SOUND])));
    const refused = expect(attack).rejects.toMatchObject({ constraint: 'entry_period_is_not_closed' });
    await someoneWaits();
    await closer.query('COMMIT');
    await refused;
  });

  const closeAccount = (client: Client) => client.query(`UPDATE accounting.account SET active_until = '2026-01-10' WHERE role = 'revenue'`);

  it('refuses to close an account under a posting of the same moment', async () => {
    const poster = new Client({ connectionString: ledger.test.url });
    await poster.connect();
    await poster.query('BEGIN');
    await poster.query(forge(ledger.issuerId, [{}, SOUND]));
    const refused = expect(closeAccount(closer)).rejects.toMatchObject({ constraint: 'account_is_active_on_its_postings' });
    await someoneWaits();
    await poster.query('COMMIT');
    await refused;
    await poster.end();
  });

  it('refuses a posting to an account that is closed in the same moment', async () => {
    await closer.query('BEGIN');
    await closeAccount(closer);
    const refused = expect(ledger.test.owner.transaction((tx) => tx.execute(forge(ledger.issuerId, [{}, SOUND])))).rejects.toMatchObject({ constraint: 'posting_account_is_active' });
    await someoneWaits();
    await closer.query('COMMIT');
    await refused;
  });
});
