// The proofs, against somebody who can switch triggers off: what he changes they find, and they name it.
import { Client } from 'pg';
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
    await sealEverything();
    expect(await ledger.brokenProofs()).toEqual([]);
  });
  afterEach(async () => {
    await superuser.end();
    await ledger.test.drop();
  });

  /** Entries of a transaction wait for the ones that began before it, also for those of other databases of the server. */
  async function sealEverything(): Promise<void> {
    const unsealed = async () =>
      (await ledger.database.query('SELECT 1 FROM accounting.journal_entry e WHERE NOT EXISTS (SELECT FROM accounting.block_leaf l WHERE l.entry_id = e.id)')).length;
    while ((await unsealed()) > 0) await ledger.sealBlocks.execute();
  }

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
    await tamper('posting', `UPDATE accounting.posting SET amount_minor = amount_minor + 1 WHERE entry_id = ${firstEntry} AND line_no = 1`);
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
      INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, line_count, tx)
      SELECT issuer_id, period_start, entry_date, effective_on, kind, source_type, 'slipped in', content_hash, 2, tx FROM accounting.journal_entry WHERE id = 1`);
    expect(await ledger.brokenProofs()).toContainEqual(expect.stringMatching(/chain-verifies: 1 breaks in the chain, first: entry \d+ of block 1 was inserted/));
  });

  it('find a posting that was removed from an entry, and one that was added to another, and name both', async () => {
    await tamper('posting', 'DELETE FROM accounting.posting WHERE entry_id = 5 AND line_no = 2');
    await tamper('posting', `
      INSERT INTO accounting.posting (entry_id, line_no, account_id, amount_minor, functional_amount_minor, entry_date, currency)
      SELECT 7, 99, account_id, 0, 0, entry_date, currency FROM accounting.posting WHERE entry_id = 7 AND line_no = 1`);
    expect(await ledger.brokenProofs()).toContainEqual(
      'chain-verifies: 2 breaks in the chain, first: entry 5 of block 1 was changed; entry 7 of block 1 was changed',
    );
  });

  it('find every column of a posting and of an entry that was changed', async () => {
    const changes: [table: string, set: string][] = [
      ['posting', 'line_no = 50'], ['posting', 'account_id = 999'], ['posting', `currency = 'USD'`], ['posting', 'functional_amount_minor = 1'],
      ['posting', `entry_date = '2020-01-01'`], ['posting', `party_type = 'member'`], ['posting', `document_type = 'x'`],
      ['posting', 'document_id = gen_random_uuid()'], ['posting', `tax_code = 'ES S 21.00'`], ['posting', 'rate = 7'],
      ['journal_entry', 'issuer_id = gen_random_uuid()'], ['journal_entry', `period_start = '2020-01-01'`], ['journal_entry', `entry_date = '2030-01-01'`],
      ['journal_entry', `effective_on = '2020-01-01'`], ['journal_entry', 'recorded_at = now()'], ['journal_entry', `kind = 'x'`],
      ['journal_entry', `source_type = 'x'`], ['journal_entry', `source_id = 'x'`], ['journal_entry', `content_hash = '\\x00'`], ['journal_entry', 'reverses = 1'],
    ];
    const chain = new ChainVerifies();
    for (const [table, set] of changes) {
      const id = table === 'posting' ? 'entry_id = 3 AND line_no = 1' : 'id = 3';
      await superuser.query(`BEGIN; ALTER TABLE accounting.${table} DISABLE TRIGGER USER; UPDATE accounting.${table} SET ${set} WHERE ${id}`);
      const { rows } = await superuser.query(`SELECT leaf.hash = entry_leaf.hash AS same FROM accounting.block_leaf leaf JOIN accounting.entry_leaf USING (entry_id) WHERE entry_id = 3`);
      expect([set, rows]).toEqual([set, [{ same: false }]]);
      await superuser.query('ROLLBACK');
    }
    expect(await ledger.database.read((reader) => chain.prove(reader))).toMatchObject({ ok: true });
  });

  it('find an entry that was changed together with its leaf', async () => {
    await tamper('posting', `UPDATE accounting.posting SET party_id = 'somebody else' WHERE entry_id = 3 AND party_id IS NOT NULL`);
    await tamper('block_leaf', 'UPDATE accounting.block_leaf leaf SET hash = now.hash FROM accounting.entry_leaf now WHERE now.entry_id = leaf.entry_id');
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: block 1 does not match its entries or its predecessor']);
  });

  it('find a block that was hashed anew, by the next one', async () => {
    await ledger.record(ledger.anInvoice());
    await sealEverything();
    await tamper('block', `
      UPDATE accounting.block SET sealed_at = '2020-01-01',
             hash = accounting.block_hash(no, entry_count, through_tx, merkle_root, previous_hash, '2020-01-01') WHERE no = 1`);
    const blocks = (await ledger.database.query('SELECT 1 FROM accounting.block')).length;
    expect(blocks).toBeGreaterThan(1);
    expect(await ledger.brokenProofs()).toEqual(['chain-verifies: 1 breaks in the chain, first: block 2 does not match its entries or its predecessor']);
  });

  it('find a removed block', async () => {
    await ledger.record(ledger.anInvoice());
    await sealEverything();
    await tamper('block', 'DELETE FROM accounting.block WHERE no = 1');
    expect(await ledger.brokenProofs()).toEqual([expect.stringMatching(/^chain-verifies: .* block 1 does not match/)]);
  });

  it('find deferred revenue that no schedule explains', async () => {
    await tamper('revenue_schedule', 'UPDATE accounting.revenue_schedule SET recognised_minor = recognised_minor - 1, functional_recognised_minor = functional_recognised_minor - 1 WHERE id = 1');
    expect(await ledger.brokenProofs()).toEqual(['deferred-revenue: PT EUR: unearned 1, deferred revenue 0']);
  });

  it('find a day total that differs from its postings', async () => {
    await tamper('account_day', 'UPDATE accounting.account_day SET debit_minor = debit_minor + 1, credit_minor = credit_minor + 1, posting_count = posting_count + 1');
    expect(await ledger.brokenProofs()).toEqual([expect.stringMatching(/^day-totals: 5 of 5/)]);
  });
});
