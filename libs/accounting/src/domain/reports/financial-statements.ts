// Balance sheet, and profit and loss: the accounts of a trial balance, grouped by what they are.
import { AccountType } from '../account-role';

/** One account and currency, in functional minor units; debit positive. */
export interface StatementAccount {
  readonly accountCode: string;
  readonly accountName: string;
  readonly accountType: AccountType;
  readonly functionalBalanceMinor: bigint;
}

/** One account over all its currencies. Positive is what the section is made of: debits of assets, credits of income. */
export interface StatementItem {
  readonly accountCode: string;
  readonly accountName: string;
  readonly amountMinor: bigint;
}

export interface StatementSection {
  readonly items: readonly StatementItem[];
  readonly totalMinor: bigint;
}

export interface ProfitAndLoss {
  readonly income: StatementSection;
  readonly expenses: StatementSection;
  /** Profit is positive. */
  readonly resultMinor: bigint;
}

export interface BalanceSheet {
  readonly assets: StatementSection;
  readonly liabilities: StatementSection;
  /** What was put in; the results follow it, because no entry moves them at the end of a year. */
  readonly equity: StatementSection;
  readonly resultOfEarlierYearsMinor: bigint;
  readonly resultOfTheYearMinor: bigint;
  /** Equity and both results. */
  readonly totalEquityMinor: bigint;
}

/** @param movement what each account moved by over the period */
export function profitAndLoss(movement: readonly StatementAccount[]): ProfitAndLoss {
  const income = section(movement, 'income', -1n);
  const expenses = section(movement, 'expense', 1n);
  return { income, expenses, resultMinor: income.totalMinor - expenses.totalMinor };
}

/**
 * @param balances every account as of the day
 * @param beforeYear the same as of the last day before the year
 * @throws RangeError if the sides differ, which books that balance cannot do
 */
export function balanceSheet(balances: readonly StatementAccount[], beforeYear: readonly StatementAccount[]): BalanceSheet {
  const assets = section(balances, 'asset', 1n);
  const liabilities = section(balances, 'liability', -1n);
  const equity = section(balances, 'equity', -1n);
  const resultOfEarlierYearsMinor = profitAndLoss(beforeYear).resultMinor;
  const resultOfTheYearMinor = profitAndLoss(balances).resultMinor - resultOfEarlierYearsMinor;
  const totalEquityMinor = equity.totalMinor + resultOfEarlierYearsMinor + resultOfTheYearMinor;
  if (assets.totalMinor !== liabilities.totalMinor + totalEquityMinor) {
    throw new RangeError(`assets of ${assets.totalMinor} stand against ${liabilities.totalMinor} and ${totalEquityMinor}`);
  }
  return { assets, liabilities, equity, resultOfEarlierYearsMinor, resultOfTheYearMinor, totalEquityMinor };
}

/** What each account moved by between two days; accounts that did not move are left out. */
export function movement(until: readonly StatementAccount[], before: readonly StatementAccount[]): StatementAccount[] {
  const negated = before.map((account) => ({ ...account, functionalBalanceMinor: -account.functionalBalanceMinor }));
  return summed([...until, ...negated]).filter(({ functionalBalanceMinor }) => functionalBalanceMinor !== 0n);
}

function section(accounts: readonly StatementAccount[], type: AccountType, sign: bigint): StatementSection {
  const items = summed(accounts.filter(({ accountType }) => accountType === type)).map(({ accountCode, accountName, functionalBalanceMinor }) => ({
    accountCode,
    accountName,
    amountMinor: sign * functionalBalanceMinor,
  }));
  return { items, totalMinor: items.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) };
}

/** One line per account, over its currencies, by code. */
function summed(accounts: readonly StatementAccount[]): StatementAccount[] {
  const byCode = new Map<string, StatementAccount>();
  for (const account of accounts) {
    const known = byCode.get(account.accountCode)?.functionalBalanceMinor ?? 0n;
    byCode.set(account.accountCode, { ...account, functionalBalanceMinor: known + account.functionalBalanceMinor });
  }
  return [...byCode.values()].sort((a, b) => (a.accountCode < b.accountCode ? -1 : 1));
}
