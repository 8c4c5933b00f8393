// The chart is extended and its accounts are closed, by somebody who may, and not under what is posted.
import type { Actor } from '@countinghouse/platform';
import { day } from '../../test/books-under-test';
import { ana, bruno, clerk, ClosingUnderTest } from '../../test/closing-under-test';
import { chartOf } from '../persistence/chart.queries';
import { AddAccount, AddAccountInput } from './add-account';
import { ApproveManualEntry } from './approve-manual-entry';
import { CloseAccount } from './close-account';
import { RequestManualEntry } from './request-manual-entry';
import { ReverseEntry } from './reverse-entry';

describe('the chart of accounts', () => {
  let house: ClosingUnderTest;

  beforeEach(async () => {
    house = await ClosingUnderTest.create();
  });
  afterEach(() => house.drop());

  const add = (changes: Partial<AddAccountInput> = {}, by: Actor = ana) =>
    house.get(AddAccount).execute({ issuerId: house.ledger.issuerId, code: '6228', name: 'Outros serviços', type: 'expense', ...changes }, by);
  const close = (from: string, code = '6228', by: Actor = ana) =>
    house.get(CloseAccount).execute({ issuerId: house.ledger.issuerId, code, from: day(from), reason: 'merged' }, by);
  const post = async (amountMinor: bigint, on: string) => {
    const lines = [{ account: '6228', amountMinor }, { account: '12', amountMinor: -amountMinor }];
    const { id } = await house.get(RequestManualEntry).execute({ issuerId: house.ledger.issuerId, effectiveOn: day(on), currency: 'EUR', reason: 'office', lines }, ana);
    return house.get(ApproveManualEntry).execute({ manualEntryId: id }, bruno);
  };

  it('has an account for every role from the beginning, with its number in SAF-T where the law has one', async () => {
    const chart = await house.ledger.database.read((reader) => chartOf(reader, house.ledger.issuerId));
    expect(chart.map(({ code, role, taxonomyCode, byDocument }) => [code, role, taxonomyCode, byDocument])).toContainEqual(['2111', 'receivables', 10, true]);
    expect(chart.every(({ taxonomyCode }) => taxonomyCode !== null)).toBe(true);
  });

  it('takes an account, which two persons can post to by hand, and says who added it', async () => {
    expect(await add({ taxonomyCode: 363 })).toMatchObject({ code: '6228', type: 'expense', role: null, taxonomyCode: 363, activeUntil: null });
    await expect(post(1_000n, '2026-01-20')).resolves.toMatchObject({ state: 'approved' });
    expect(await house.audited('account')).toEqual([{ action: 'accounting.add-account', actor: 'ana', reason: null }]);
  });

  it.each<[string, Partial<AddAccountInput>, string]>([
    ['a code that is taken', { code: '12' }, 'ACCOUNT_CODE_TAKEN'],
    ['a code with a space', { code: '62 28' }, 'ACCOUNT_INVALID'],
    // What other programs read the journal with would know 62-28 and 62.28 by one name, and take no small letter at its start.
    ['a code with a hyphen', { code: '62-28' }, 'ACCOUNT_INVALID'],
    ['a code that begins with a small letter', { code: 'x6228' }, 'ACCOUNT_INVALID'],
    ['no name', { name: ' ' }, 'ACCOUNT_INVALID'],
    ['a name of two lines', { name: 'Outros\nserviços' }, 'ACCOUNT_INVALID'],
    ['a currency that does not exist', { currency: 'XXQ' }, 'CURRENCY_UNKNOWN'],
  ])('refuses %s', async (_what, changes, code) => {
    await expect(add(changes)).rejects.toMatchObject({ code });
  });

  it('is not changed by a clerk', async () => {
    await expect(add({}, clerk)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(close('2026-02-01', '12', clerk)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('closes an account from a day on, and takes postings of the days before', async () => {
    await add({ activeFrom: day('2026-01-10') });
    expect(await close('2026-02-01')).toMatchObject({ activeFrom: '2026-01-10', activeUntil: '2026-02-01' });
    await expect(post(1_000n, '2026-02-01')).rejects.toMatchObject({ code: 'ACCOUNT_CLOSED' });
    await expect(post(1_000n, '2026-01-09')).rejects.toMatchObject({ code: 'ACCOUNT_CLOSED' });
    await expect(post(1_000n, '2026-01-31')).resolves.toMatchObject({ state: 'approved' });
  });

  it('refuses to close what facts are posted to, what has a balance, and what has later postings', async () => {
    await expect(close('2026-02-01', '2111')).rejects.toMatchObject({ code: 'ACCOUNT_HAS_A_ROLE' });
    await expect(close('2026-02-01', '9')).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
    await add({ activeFrom: day('2026-01-10') });
    await post(1_000n, '2026-01-20');
    await expect(close('2026-02-01')).rejects.toMatchObject({ code: 'ACCOUNT_HAS_A_BALANCE' });
    await post(-1_000n, '2026-02-20');
    await expect(close('2026-02-20')).rejects.toMatchObject({ code: 'ACCOUNT_HAS_LATER_POSTINGS', field: 'from' });
    await expect(close('2026-01-10')).rejects.toMatchObject({ code: expect.stringMatching(/^ACCOUNT_/) as string });
    await expect(close('2026-02-21')).resolves.toMatchObject({ activeUntil: '2026-02-21' });
  });

  it('is not closed while an entry that would be posted to it waits for a decision', async () => {
    await add();
    const lines = [{ account: '6228', amountMinor: 5n }, { account: '12', amountMinor: -5n }];
    const input = { issuerId: house.ledger.issuerId, effectiveOn: day('2026-02-10'), currency: 'EUR', reason: 'office', lines };
    const { id } = await house.get(RequestManualEntry).execute(input, ana);
    await expect(close('2026-02-10')).rejects.toMatchObject({ code: 'ACCOUNT_IS_ASKED_FOR', value: '6228' });
    await expect(close('2026-02-11')).resolves.toMatchObject({ activeUntil: '2026-02-11' });
    await expect(house.get(ApproveManualEntry).execute({ manualEntryId: id }, bruno)).resolves.toMatchObject({ state: 'approved' });
  });

  it('names an account that is closed when an entry on it is to be taken back', async () => {
    await add();
    const { entryId } = await post(1_000n, '2026-01-20');
    await post(-1_000n, '2026-01-21');
    await close('2026-02-01');
    const reverse = (on: string) => house.get(ReverseEntry).execute({ entryId: entryId!, effectiveOn: day(on), reason: 'booked twice' }, ana);
    await expect(reverse('2026-02-01')).rejects.toMatchObject({ code: 'ACCOUNT_CLOSED', field: 'effectiveOn', value: '2026-02-01' });
    await expect(reverse('2026-01-31')).resolves.toMatchObject({ kind: 'reversal' });
  });

  it('refuses from psql to close an account under its postings', async () => {
    await add();
    await post(1_000n, '2026-01-20');
    const closing = house.ledger.test.owner.transaction((tx) => tx.execute(`UPDATE accounting.account SET active_until = '2026-01-20' WHERE code = '6228'`));
    await expect(closing).rejects.toMatchObject({ constraint: 'account_is_active_on_its_postings' });
  });
});
