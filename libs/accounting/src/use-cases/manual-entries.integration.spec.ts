// Manual entries: one asks with a reason, another approves, the guard posts; nobody does it alone, not even in psql.
import { ana, bruno, clerk, ClosingUnderTest, noId } from '../../test/closing-under-test';
import { BooksUnderTest, day } from '../../test/books-under-test';
import { linesOfManualEntries } from '../persistence/manual-entry.queries';
import { ApproveManualEntry } from './approve-manual-entry';
import { BeginClose } from './begin-close';
import { RejectManualEntry } from './reject-manual-entry';
import { ManualEntryInput, RequestManualEntry } from './request-manual-entry';
import { ReverseEntry } from './reverse-entry';

describe('a manual entry', () => {
  let closing: ClosingUnderTest;
  let ledger: BooksUnderTest;

  beforeEach(async () => {
    closing = await ClosingUnderTest.create();
    ledger = closing.ledger;
  });
  afterEach(async () => {
    expect(await ledger.brokenProofs()).toEqual([]);
    await closing.drop();
  });

  const feesOf = (changes: Partial<ManualEntryInput> = {}): ManualEntryInput => ({
    issuerId: ledger.issuerId,
    effectiveOn: day('2026-01-20'),
    currency: 'EUR',
    reason: 'bank fees of January',
    lines: [
      { account: '6225', amountMinor: 1_250n },
      { account: '12', amountMinor: -1_250n },
    ],
    ...changes,
  });
  const request = (changes: Partial<ManualEntryInput> = {}, by = ana) => closing.get(RequestManualEntry).execute(feesOf(changes), by);
  const approve = (manualEntryId: typeof noId, by = bruno) => closing.get(ApproveManualEntry).execute({ manualEntryId }, by);
  const reject = (manualEntryId: typeof noId, by = bruno) => closing.get(RejectManualEntry).execute({ manualEntryId }, by);
  const reverse = (entryId: bigint, on = '2026-02-01') => closing.get(ReverseEntry).execute({ entryId, effectiveOn: day(on), reason: 'booked twice' }, ana);
  const idOf = ({ id }: { id: unknown }) => id as typeof noId;

  it('is posted when a second accountant approves it, and both are audited', async () => {
    const asked = await request();
    expect(await ledger.balance('provider-fees')).toBe(0n);
    const approved = await approve(idOf(asked));
    expect(approved).toMatchObject({ state: 'approved', decidedBy: 'bruno', entryId: expect.any(BigInt) as bigint });
    expect(await ledger.balance('provider-fees')).toBe(1_250n);
    expect(await ledger.balance('bank')).toBe(-1_250n);
    expect(await closing.audited('manual-entry')).toEqual([
      { action: 'accounting.request-manual-entry', actor: 'ana', reason: 'bank fees of January' },
      { action: 'accounting.approve-manual-entry', actor: 'bruno', reason: 'bank fees of January' },
    ]);
  });

  it('is not approved by the one who asked, by a clerk, twice, or after it was rejected', async () => {
    const asked = idOf(await request());
    await expect(approve(asked, ana)).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    await expect(approve(asked, clerk)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(approve(noId)).rejects.toMatchObject({ code: 'MANUAL_ENTRY_NOT_FOUND' });
    await approve(asked);
    await expect(approve(asked)).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    const other = idOf(await request());
    await reject(other);
    await expect(approve(other)).rejects.toMatchObject({ code: 'ALREADY_DECIDED' });
    expect(await ledger.balance('provider-fees')).toBe(1_250n);
  });

  it('is posted once when two approve it at the same moment', async () => {
    const asked = idOf(await request());
    const outcome = (by: typeof bruno) => approve(asked, by).then(({ state }) => state, (error: unknown) => error);
    const outcomes = await Promise.all([outcome(bruno), outcome({ ...bruno, subject: 'dora' })]);
    expect(outcomes).toEqual(expect.arrayContaining(['approved', expect.objectContaining({ code: 'ALREADY_DECIDED' })]));
    expect(await ledger.balance('provider-fees')).toBe(1_250n);
  });

  it('in a foreign currency carries its rate', async () => {
    await approve(idOf(await request({ currency: 'USD', rate: '0.8' })));
    expect(await ledger.database.query('SELECT currency, amount_minor, functional_amount_minor, rate FROM accounting.posting ORDER BY line_no')).toEqual([
      { currency: 'USD', amount_minor: 1_250n, functional_amount_minor: 1_000n, rate: '0.8' },
      { currency: 'USD', amount_minor: -1_250n, functional_amount_minor: -1_000n, rate: '0.8' },
    ]);
  });

  it.each<[string, Partial<ManualEntryInput>, string]>([
    ['without a reason', { reason: '' }, 'REASON_MISSING'],
    ['that does not balance', { lines: [{ account: '6225', amountMinor: 1n }, { account: '12', amountMinor: -2n }] }, 'ENTRY_UNBALANCED'],
    ['on an unknown account', { lines: [{ account: '999', amountMinor: 1n }, { account: '12', amountMinor: -1n }] }, 'ACCOUNT_UNKNOWN'],
    ['on receivables, which documents alone move', { lines: [{ account: '2111', amountMinor: 1n }, { account: '12', amountMinor: -1n }] }, 'ACCOUNT_IS_CONTROLLED'],
    ['on deferred revenue, which schedules explain', { lines: [{ account: '282', amountMinor: 1n }, { account: '12', amountMinor: -1n }] }, 'ACCOUNT_IS_CONTROLLED'],
    ['in a currency without a rate', { currency: 'USD' }, 'RATE_MISSING'],
    ['at a rate of nothing', { currency: 'USD', rate: '0' }, 'RATE_INVALID'],
    ['at a rate below nothing', { currency: 'USD', rate: '-0.8' }, 'RATE_INVALID'],
    ['over more than balances can hold', { lines: [{ account: '6225', amountMinor: 10n ** 16n }, { account: '12', amountMinor: -(10n ** 16n) }] }, 'AMOUNT_TOO_LARGE'],
    ['in a month that does not exist', { effectiveOn: day('2019-01-01') }, 'PERIOD_NOT_FOUND'],
    ['with a reason that nobody reads', { reason: 'because '.repeat(200) }, 'REASON_TOO_LONG'],
  ])('is refused %s', async (_what, changes, code) => {
    await expect(request(changes)).rejects.toMatchObject({ code });
  });

  it('names the day that was given when the books have no month for it, or a closed one', async () => {
    await expect(request({ effectiveOn: day('2050-05-05') })).rejects.toMatchObject({ code: 'PERIOD_NOT_FOUND', field: 'effectiveOn', value: '2050-05-05' });
    await ledger.close('2026-01-01');
    await expect(request()).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG', field: 'effectiveOn', value: '2026-01-20' });
  });

  it('shows its lines to whoever decides on it', async () => {
    const { id } = await request({ currency: 'USD', rate: '0.8' });
    const lines = await ledger.database.read((reader) => linesOfManualEntries(reader, [id]));
    const inDollars = { currency: 'USD', functionalCurrency: 'EUR', rate: '0.8' };
    expect(lines.get(id)).toMatchObject([
      { ...inDollars, accountCode: '6225', accountName: 'Comissões', amountMinor: 1_250n, functionalAmountMinor: 1_000n },
      { ...inDollars, accountCode: '12', accountName: 'Depósitos à ordem', amountMinor: -1_250n, functionalAmountMinor: -1_000n },
    ]);
  });

  it('goes into a month that is being closed, and not into one that is closed', async () => {
    await closing.get(BeginClose).execute(closing.period('2026-01-01'), ana);
    await approve(idOf(await request()));
    const late = idOf(await request());
    await ledger.close('2026-01-01');
    await expect(approve(late)).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG' });
    await expect(request()).rejects.toMatchObject({ code: 'PERIOD_STATE_WRONG' });
    expect(await ledger.database.query('SELECT period_start, is_correction FROM accounting.journal_entry')).toEqual([{ period_start: '2026-01-01', is_correction: false }]);
  });

  it('is taken back by another entry, once, with two persons again', async () => {
    const { entryId } = await approve(idOf(await request()));
    const reversal = await reverse(entryId!);
    await expect(reverse(entryId!)).rejects.toMatchObject({ code: 'ENTRY_ALREADY_REVERSED' });
    await expect(approve(idOf(reversal), ana)).rejects.toMatchObject({ code: 'SECOND_PERSON_NEEDED' });
    const { entryId: taken } = await approve(idOf(reversal));
    expect(await ledger.balance('provider-fees')).toBe(0n);
    expect(await ledger.database.query('SELECT reverses, kind, entry_date FROM accounting.journal_entry WHERE id = $1', [taken])).toEqual([
      { reverses: entryId, kind: 'reversal', entry_date: '2026-02-01' },
    ]);
    await expect(reverse(entryId!)).rejects.toMatchObject({ code: 'ENTRY_ALREADY_REVERSED' });
    await expect(reverse(9_999n)).rejects.toMatchObject({ code: 'ENTRY_NOT_FOUND' });
  });

  it('is not taken back on a day before it, and entries of documents are corrected by documents', async () => {
    const { entryId } = await approve(idOf(await request()));
    await expect(reverse(entryId!, '2026-01-19')).rejects.toMatchObject({ code: 'REVERSAL_BEFORE_ENTRY' });
    const [invoice] = await ledger.record(ledger.anInvoice());
    await expect(reverse(invoice!.entryId)).rejects.toMatchObject({ code: 'ACCOUNT_IS_CONTROLLED' });
  });

  describe('in psql', () => {
    const psql = (sql: string) => ledger.test.owner.transaction((tx) => tx.execute(sql));

    it.each([
      ['approval by the one who asked', `SELECT accounting.post_manual_entry(id, 'ana') FROM accounting.manual_entry`, 'manual_entry_is_approved_by_a_second_person'],
      ['approval without posting', `UPDATE accounting.manual_entry SET state = 'approved', decided_by = 'bruno'`, 'manual_entry_is_posted_iff_approved'],
      ['other lines than were asked for', `UPDATE accounting.manual_entry SET lines = '[1, 2]'`, 'manual_entry_is_decided_once'],
      ['another requester', `UPDATE accounting.manual_entry SET requested_by = 'eve'`, 'manual_entry_is_decided_once'],
    ])('refuses %s', async (_attack, sql, constraint) => {
      await request();
      await expect(psql(sql)).rejects.toMatchObject({ constraint });
    });

    it('refuses a second approval, and a line on a control account', async () => {
      await approve(idOf(await request()));
      await expect(psql(`SELECT accounting.post_manual_entry(id, 'dora') FROM accounting.manual_entry`)).rejects.toMatchObject({ constraint: 'manual_entry_is_decided_once' });
      const forged = `
        INSERT INTO accounting.manual_entry (id, issuer_id, kind, effective_on, currency, lines, reason, requested_by)
        SELECT gen_random_uuid(), issuer_id, 'manual-entry', '2026-01-20', 'EUR',
               jsonb_agg(jsonb_build_object('accountId', id, 'amountMinor', CASE role WHEN 'bank' THEN 5 ELSE -5 END,
                                            'functionalAmountMinor', CASE role WHEN 'bank' THEN 5 ELSE -5 END)), 'forged', 'eve'
          FROM accounting.account WHERE role IN ('bank', 'deferred-revenue') GROUP BY issuer_id`;
      await psql(forged);
      const posting = psql(`SELECT accounting.post_manual_entry(id, 'bruno') FROM accounting.manual_entry WHERE requested_by = 'eve'`);
      await expect(posting).rejects.toMatchObject({ constraint: 'manual_entry_keeps_off_control_accounts' });
      await expect(psql(`INSERT INTO accounting.manual_entry SELECT * FROM accounting.manual_entry`)).rejects.toMatchObject({ code: '23505' });
    });
  });
});
