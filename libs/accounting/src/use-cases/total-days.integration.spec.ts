// Totals that are added up later: balances count every posting at every moment, whoever adds and whenever.
import { Client } from 'pg';
import { localDate } from '@countinghouse/kernel';
import { BooksUnderTest, day } from '../../test/books-under-test';

describe('the totals of days', () => {
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
  });
  afterEach(() => ledger.test.drop());

  const count = async (table: string) => (await ledger.database.query(`SELECT FROM accounting.${table}`)).length;
  const january = () => ledger.anInvoice({ on: day('2026-01-31') });

  it('are counted before they are added up as after', async () => {
    for (let no = 0; no < 3; no++) await ledger.record(january());
    const before = [await ledger.balance('receivables'), await ledger.balance('vat-payable')];
    expect(before[0]).toBeGreaterThan(0n);
    expect([await count('untotalled_entry'), await count('account_day_total')]).toEqual([3, 0]);

    expect(await ledger.totalDays.execute()).toBe(3);
    expect([await ledger.balance('receivables'), await ledger.balance('vat-payable')]).toEqual(before);
    expect(await count('untotalled_entry')).toBe(0);
    expect(await count('account_day_total')).toBeGreaterThan(0);
    expect(await ledger.totalDays.execute()).toBe(0);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('of many invoices at once do not wait', async () => {
    await ledger.record(...Array.from({ length: 30 }, january));
    expect(await count('untotalled_entry')).toBe(0);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('are the same when several add them up and others post meanwhile', async () => {
    for (let no = 0; no < 20; no++) await ledger.record(january());
    const each = (await ledger.balance('receivables')) / 20n;
    await Promise.all([...Array.from({ length: 4 }, () => ledger.totalDays.execute()), ...Array.from({ length: 20 }, () => ledger.record(january()))]);
    expect(await ledger.balance('receivables')).toBe(40n * each);
    await ledger.totalDays.execute();
    expect(await count('untotalled_entry')).toBe(0);
    expect(await ledger.balance('receivables')).toBe(40n * each);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('are in the balances of a period that is closed while they wait', async () => {
    await ledger.record(january());
    const open = await ledger.balance('receivables');
    await ledger.close('2026-01-01');
    const [closed] = await ledger.database.query<{ minor: bigint }>(
      `SELECT debit_minor - credit_minor AS minor FROM accounting.balance_as_of($1, $2) JOIN accounting.account ON id = account_id WHERE role = 'receivables'`,
      [ledger.issuerId, localDate('2026-01-31')],
    );
    expect(closed!.minor).toBe(open);
    await ledger.totalDays.execute();
    expect(await ledger.balance('receivables')).toBe(open);
    expect(await ledger.brokenProofs()).toEqual([]);
  });

  it('are added up by whoever takes an entry out of those that wait, also from psql', async () => {
    await ledger.record(january());
    const before = await ledger.balance('receivables');
    const psql = new Client({ connectionString: ledger.test.url });
    await psql.connect();
    await psql.query('SET session_replication_role = replica; DELETE FROM accounting.untotalled_entry');
    await psql.end();
    expect(await ledger.balance('receivables')).toBe(before);
    expect(await ledger.brokenProofs()).toEqual([]);
  });
});
