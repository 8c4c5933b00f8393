// The proofs, against somebody who can switch triggers off: what he changes they find, and they name it.
import { Client } from 'pg';
import { Reader } from '@countinghouse/platform';
import { BooksUnderTest, day } from '../../test/books-under-test';
import { ChainVerifies } from './chain-verifies.proof';

describe('the proofs of accounting', () => {
  let ledger: BooksUnderTest;
  let superuser: Client;

  beforeEach(async () => {
    ledger = await BooksUnderTest.create();
    superuser = new Client({ connectionString: ledger.test.url });
    await superuser.connect();
    const invoices = Array.from({ length: 10 }, () => ledger.anInvoice({ on: day('2026-01-31') }));
    await ledger.record(...invoices, ...invoices.slice(4).map((invoice) => ledger.aPaymentOf(invoice)));
    await ledger.recognise('2026-01-31');
    await ledger.sealAll();
    expect(await ledger.brokenProofs()).toEqual([]);
  });
  afterEach(async () => {
    await superuser.end();
    await ledger.test.drop();
  });

  /** As a superuser who takes the triggers of a table away, changes it, and puts them back. */
  async function tamper(table: string, sql: string): Promise<void> {
    await superuser.query('BEGIN');
    await superuser.query(`ALTER TABLE accounting.${table} DISABLE TRIGGER USER`);
    await superuser.query(sql);
    await superuser.query(`ALTER TABLE accounting.${table} ENABLE TRIGGER USER`);
    await superuser.query('COMMIT');
  }

  const firstEntry = '(SELECT min(id) FROM accounting.journal_entry)';

  it('find a changed amount and name its entry', async () => {
    await tamper('posting', `UPDATE accounting.posting SET amount_minor = amount_minor + 1, functional_amount_minor = functional_amount_minor + 1 WHERE entry_id = ${firstEntry} AND line_no = 1`);
    expect(await ledger.brokenProofs()).toEqual([
      'entries-balance: 1 of 17 entries are unbalanced or not whole, first 1',
      expect.stringContaining('day-totals: 1 of'),
      'chain-verifies: 1 breaks in the chain, first: entry 1 of block 1 was changed',
    ]);
  });

  it('find a change that balances, which only the chain can know', async () => {
    await tamper('posting', `UPDATE accounting.posting SET party_id = 'somebody else' WHERE entry_id = 3 AND party_id IS NOT NULL`);
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: entry 3 of block 1 was changed']);
  });

  it('find a removed entry', async () => {
    await tamper('posting', 'DELETE FROM accounting.posting WHERE entry_id = 5');
    await tamper('journal_entry', 'DELETE FROM accounting.journal_entry WHERE id = 5');
    expect(await ledger.brokenProofs()).toContainEqual('chain-verifies: 1 breaks in the chain, first: entry 5 of block 1 was removed');
  });

  it('find an entry slipped in under a sealed block', async () => {
    await tamper('journal_entry', `
      INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, tx)
      SELECT issuer_id, period_start, entry_date, effective_on, kind, source_type, 'slipped in', content_hash, leaf_hash, 2, tx FROM accounting.journal_entry WHERE id = 1`);
    expect(await ledger.brokenProofs()).toContainEqual('chain-verifies: 1 breaks in the chain, first: entry 18 of block 1 was inserted');
  });

  it('find a posting that was removed from an entry, and one that was added to another, and name both', async () => {
    await tamper('posting', 'DELETE FROM accounting.posting WHERE entry_id = 5 AND line_no = 2');
    await tamper('posting', `
      INSERT INTO accounting.posting (entry_id, line_no, account_id, amount_minor, functional_amount_minor, entry_date, currency)
      SELECT 7, 99, account_id, 1, 1, entry_date, currency FROM accounting.posting WHERE entry_id = 7 AND line_no = 1`);
    expect(await ledger.brokenProofs()).toContainEqual(
      'chain-verifies: 2 breaks in the chain, first: entry 5 of block 1 was changed; entry 7 of block 1 was changed',
    );
  });

  it('find every column of a posting and of an entry that was changed', async () => {
    const changes: [table: string, set: string][] = [
      ['posting', 'line_no = 50'], ['posting', 'account_id = 999'], ['posting', `currency = 'USD'`], ['posting', 'amount_minor = 1, functional_amount_minor = 1'],
      ['posting', `entry_date = '2020-01-01'`], ['posting', `party_type = 'member'`], ['posting', `document_type = 'x'`],
      ['posting', 'document_id = gen_random_uuid()'], ['posting', `tax_code = 'ES S 21.00'`], ['posting', 'rate = 7'],
      ['journal_entry', 'issuer_id = gen_random_uuid()'], ['journal_entry', `period_start = '2020-01-01'`], ['journal_entry', `entry_date = '2030-01-01'`],
      ['journal_entry', `effective_on = '2020-01-01'`], ['journal_entry', 'recorded_at = now()'], ['journal_entry', `kind = 'x'`],
      ['journal_entry', `source_type = 'x'`], ['journal_entry', `source_id = 'x'`], ['journal_entry', `content_hash = '\\x00'`], ['journal_entry', 'reverses = 1'],
      ['journal_entry', `leaf_hash = sha256('')`], ['journal_entry', 'line_count = 9'], ['journal_entry', `tx = '3'`],
    ];
    for (const [table, set] of changes) {
      const id = table === 'posting' ? 'entry_id = 3 AND line_no = 1' : 'id = 3';
      await superuser.query(`BEGIN; ALTER TABLE accounting.${table} DISABLE TRIGGER USER; UPDATE accounting.${table} SET ${set} WHERE ${id}`);
      expect([set, await chainSeenBy(superuser)]).toEqual([set, expect.stringContaining('entry 3 of block 1 was changed')]);
      await superuser.query('ROLLBACK');
    }
    expect(await chainSeenBy(superuser)).toContain('are as sealed');
  });

  /** What the proof says in the middle of a transaction that changes something. */
  async function chainSeenBy(client: Client): Promise<string> {
    const reader = { one: async (sql: string) => (await client.query(sql)).rows[0] as object } as unknown as Reader;
    return (await new ChainVerifies().prove(reader)).detail;
  }

  it('find an entry that was changed together with its hash', async () => {
    await tamper('posting', `UPDATE accounting.posting SET party_id = 'somebody else' WHERE entry_id = 3 AND party_id IS NOT NULL`);
    await tamper('journal_entry', 'UPDATE accounting.journal_entry SET leaf_hash = now.hash FROM accounting.entry_leaf now WHERE now.id = journal_entry.id');
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: entry 3 of block 1 was changed']);
  });

  it('find an entry that was changed in the journal and in its block', async () => {
    await tamper('posting', `UPDATE accounting.posting SET party_id = 'somebody else' WHERE entry_id = 3 AND party_id IS NOT NULL`);
    await tamper('journal_entry', 'UPDATE accounting.journal_entry SET leaf_hash = now.hash FROM accounting.entry_leaf now WHERE now.id = journal_entry.id');
    await tamper('block', `UPDATE accounting.block SET content = (SELECT string_agg(form, '' ORDER BY tx, id) FROM accounting.entry_leaf WHERE tx <= through_tx) WHERE no = 1`);
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: block 1 does not match its content or its predecessor']);
  });

  it('find an entry that came with a hash that is not its own', async () => {
    await superuser.query(`
      WITH entry AS (
        INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count)
        SELECT issuer_id, period_start, entry_date, effective_on, kind, source_type, 'by hand', content_hash, leaf_hash, 2 FROM accounting.journal_entry WHERE kind = 'revenue-earned' LIMIT 1
        RETURNING id, entry_date)
      INSERT INTO accounting.posting (entry_id, line_no, account_id, amount_minor, functional_amount_minor, entry_date, currency)
      SELECT entry.id, line.no, account.id, line.amount, line.amount, entry.entry_date, 'EUR'
        FROM entry, (VALUES (1, 'deferred-revenue', 5), (2, 'revenue', -5)) AS line(no, role, amount) JOIN accounting.account USING (role)`);
    await ledger.sealAll();
    expect(await ledger.brokenProofs()).toContainEqual('chain-verifies: 1 breaks in the chain, first: entry 18 of block 2 was changed');
  });

  it('find a block that was hashed anew, by the next one', async () => {
    await ledger.record(ledger.anInvoice());
    await ledger.sealAll();
    await tamper('block', `
      UPDATE accounting.block SET sealed_at = '2020-01-01',
             hash = accounting.block_hash(no, entry_count, through_tx, through_id, content_hash, previous_hash, '2020-01-01') WHERE no = 1`);
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: block 2 does not match its content or its predecessor']);
  });

  it('find a removed block', async () => {
    await ledger.record(ledger.anInvoice());
    await ledger.sealAll();
    await tamper('block', 'DELETE FROM accounting.block WHERE no = 1');
    expect(await ledger.brokenProofs()).toEqual([expect.stringMatching(/^chain-verifies: .* block 2 /)]);
  });

  it('find deferred revenue that no schedule explains', async () => {
    await tamper('revenue_schedule', 'UPDATE accounting.revenue_schedule SET recognised_minor = recognised_minor - 1, functional_recognised_minor = functional_recognised_minor - 1 WHERE id = 1');
    expect(await ledger.brokenProofs()).toEqual(['deferred-revenue: PT EUR: unearned 1, deferred revenue 0']);
  });

  it('find a day total that differs from its postings', async () => {
    await superuser.query('DELETE FROM accounting.untotalled_entry');
    await tamper('account_day_total', 'UPDATE accounting.account_day_total SET debit_minor = debit_minor + 1, credit_minor = credit_minor + 1, posting_count = posting_count + 1');
    expect(await ledger.brokenProofs()).toEqual([expect.stringMatching(/^day-totals: 5 of 5/)]);
  });
});
