// Financial statements: worked figures, and the law that both sides agree whatever was posted.
import fc from 'fast-check';
import { AccountType } from '../account-role';
import { balanceSheet, movement, profitAndLoss, StatementAccount } from './financial-statements';

const account = (accountCode: string, accountType: AccountType, functionalBalanceMinor: bigint): StatementAccount => ({
  accountCode,
  accountName: accountCode,
  accountType,
  functionalBalanceMinor,
});

describe('financial statements', () => {
  // 100.00 invoiced with 23.00 tax, 40.00 of it earned, 1.00 of fees paid from the bank; 10.00 were earned the year before.
  const year = [
    account('2111', 'asset', 12_300n),
    account('12', 'asset', -100n),
    account('2433', 'liability', -2_300n),
    account('282', 'liability', -6_000n),
    account('721', 'income', -4_000n),
    account('6225', 'expense', 100n),
  ];
  const before = [account('2111', 'asset', 12_300n), account('282', 'liability', -11_300n), account('721', 'income', -1_000n)];

  it('show what there is, what is owed, and the results of this year and of those before', () => {
    expect(balanceSheet(year, before)).toMatchObject({
      assets: { totalMinor: 12_200n, items: [{ accountCode: '12', amountMinor: -100n }, { accountCode: '2111', amountMinor: 12_300n }] },
      liabilities: { totalMinor: 8_300n },
      resultOfEarlierYearsMinor: 1_000n,
      resultOfTheYearMinor: 2_900n,
      totalEquityMinor: 3_900n,
    });
  });

  it('show income less expenses of the period alone', () => {
    const result = profitAndLoss(movement(year, before));
    expect(result).toMatchObject({ income: { totalMinor: 3_000n }, expenses: { totalMinor: 100n }, resultMinor: 2_900n });
  });

  it('refuse books whose sides differ', () => {
    expect(() => balanceSheet(year.slice(1), before)).toThrow(RangeError);
  });

  it('have two equal sides for any books that balance', () => {
    const types: AccountType[] = ['asset', 'liability', 'equity', 'income', 'expense'];
    const posting = fc.record({ from: fc.nat(9), to: fc.nat(9), amount: fc.bigInt({ min: -1_000_000_000_000n, max: 1_000_000_000_000n }) });
    const books = (postings: readonly { from: number; to: number; amount: bigint }[]) =>
      postings.flatMap(({ from, to, amount }) => [account(`${from}`, types[from % 5]!, -amount), account(`${to}`, types[to % 5]!, amount)]);
    fc.assert(
      fc.property(fc.array(posting), fc.array(posting), (earlier, thisYear) => {
        const { assets, liabilities, totalEquityMinor } = balanceSheet([...books(earlier), ...books(thisYear)], books(earlier));
        expect(assets.totalMinor).toBe(liabilities.totalMinor + totalEquityMinor);
      }),
    );
  });
});
