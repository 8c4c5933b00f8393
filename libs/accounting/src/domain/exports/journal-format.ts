// What an export of the journal is made of, whatever the format: a head, and one text per entry.
import { Currency, LocalDate, Money } from '@countinghouse/kernel';
import { AccountType } from '../account-role';

export interface ExportedLine {
  readonly lineNo: number;
  readonly accountCode: string;
  readonly accountType: AccountType;
  readonly accountName: string;
  readonly currency: Currency;
  /** Debit positive. */
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
  /** Decimal text; null in functional currency. */
  readonly rate: string | null;
  readonly partyType: string | null;
  readonly partyId: string | null;
  readonly documentType: string | null;
  readonly documentId: string | null;
  readonly documentNumber: string | null;
  readonly taxCode: string | null;
}

export interface ExportedEntry {
  readonly id: bigint;
  readonly entryDate: LocalDate;
  readonly effectiveOn: LocalDate;
  /** Its own period was closed when it came. */
  readonly isCorrection: boolean;
  readonly kind: string;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly reverses: bigint | null;
  readonly recordedAt: Date;
  readonly lines: readonly ExportedLine[];
}

export interface ExportedBooks {
  readonly issuerName: string;
  readonly functionalCurrency: Currency;
  /** Nothing is dated before it. */
  readonly from: LocalDate;
  readonly currencies: readonly Currency[];
  readonly accounts: readonly { readonly code: string; readonly name: string; readonly type: AccountType }[];
}

export interface JournalFormat {
  head(books: ExportedBooks): string;
  entry(entry: ExportedEntry, books: ExportedBooks): string;
}

const ROOTS: Readonly<Record<AccountType, string>> = {
  asset: 'Assets',
  liability: 'Liabilities',
  equity: 'Equity',
  income: 'Income',
  expense: 'Expenses',
};

/** `Assets:2111`: a name that hledger, ledger and beancount take alike. */
export function accountName({ accountType, accountCode }: Pick<ExportedLine, 'accountType' | 'accountCode'>): string {
  return `${ROOTS[accountType]}:${accountCode.replace(/[^A-Za-z0-9-]/g, '-')}`;
}

/**
 * `12.30 EUR`; in a foreign currency with its value in the functional one, `100.00 USD @@ 80.00 EUR`. The three programs
 * balance an entry by that value. A line of nothing but value is an exchange difference, and is that value.
 */
export function amountText({ currency, amountMinor, functionalAmountMinor }: ExportedLine, functionalCurrency: Currency): string {
  if (currency === functionalCurrency) return moneyText(amountMinor, currency);
  if (amountMinor === 0n) return moneyText(functionalAmountMinor, functionalCurrency);
  const value = functionalAmountMinor < 0n ? -functionalAmountMinor : functionalAmountMinor;
  return `${moneyText(amountMinor, currency)} @@ ${moneyText(value, functionalCurrency)}`;
}

export function moneyText(minor: bigint, currency: Currency): string {
  return `${Money.of(minor, currency).toDecimal()} ${currency}`;
}

/** Text from outside on one line, without what would end a comment or a field of any of the formats. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
