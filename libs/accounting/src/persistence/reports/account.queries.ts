// SQL of balances: every account, or one, as of any day, from the last close and the days since.
import { Currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { AccountRole, AccountType } from '../../domain/account-role';

export interface LedgerAccount {
  readonly id: bigint;
  readonly code: string;
  readonly name: string;
  readonly type: AccountType;
  readonly role: AccountRole | null;
}

/** @throws DomainError ACCOUNT_UNKNOWN */
export async function accountByCode(reader: Reader, issuerId: IssuerId, code: string): Promise<LedgerAccount> {
  const account = await reader.first<LedgerAccount>('SELECT id, code, name, type, role FROM accounting.account WHERE issuer_id = $1 AND code = $2', [issuerId, code]);
  if (account) return account;
  throw new DomainError('ACCOUNT_UNKNOWN', `The chart has no account ${code}.`, { field: 'accountCode', value: code, remedy: 'Use a code of the chart of accounts.' });
}

/** One account and currency. Amounts are minor units; functional ones are of the issuer's currency. */
export interface TrialBalanceLine {
  readonly accountCode: string;
  readonly accountName: string;
  readonly accountType: AccountType;
  readonly accountRole: AccountRole | null;
  readonly currency: Currency;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
  /** Debit minus credit. */
  readonly balanceMinor: bigint;
  readonly functionalCurrency: Currency;
  readonly functionalDebitMinor: bigint;
  readonly functionalCreditMinor: bigint;
  readonly functionalBalanceMinor: bigint;
}

/** Every account that was ever posted to, by code and currency, up to and including a day. */
export async function trialBalance(reader: Reader, issuerId: IssuerId, asOf: LocalDate): Promise<TrialBalanceLine[]> {
  return reader.query<TrialBalanceLine>(
    `SELECT account.code AS "accountCode", account.name AS "accountName", account.type AS "accountType", account.role AS "accountRole",
            total.currency, total.debit_minor AS "debitMinor", total.credit_minor AS "creditMinor",
            total.debit_minor - total.credit_minor AS "balanceMinor", issuer.functional_currency AS "functionalCurrency",
            total.functional_debit_minor AS "functionalDebitMinor", total.functional_credit_minor AS "functionalCreditMinor",
            total.functional_debit_minor - total.functional_credit_minor AS "functionalBalanceMinor"
       FROM accounting.balance_as_of($1, $2) total
       JOIN accounting.account ON account.id = total.account_id
       JOIN platform.issuer ON issuer.id = account.issuer_id
      ORDER BY account.code, total.currency`,
    [issuerId, asOf],
  );
}

/** Debit minus credit of one currency, and the same in functional currency. */
export interface CurrencyBalance {
  readonly currency: Currency;
  readonly balanceMinor: bigint;
  readonly functionalBalanceMinor: bigint;
}

/** The balance of one account up to and including a day, by currency. */
export async function accountBalance(reader: Reader, issuerId: IssuerId, accountId: bigint, asOf: LocalDate): Promise<CurrencyBalance[]> {
  return reader.query<CurrencyBalance>(
    `SELECT currency, debit_minor - credit_minor AS "balanceMinor", functional_debit_minor - functional_credit_minor AS "functionalBalanceMinor"
       FROM accounting.balance_as_of($1, $2) WHERE account_id = $3 ORDER BY currency`,
    [issuerId, asOf, accountId],
  );
}

/**
 * The balance of a party on one sub-ledger account up to and including a day: its open items at the last close, by the
 * index (account, period, party), and its postings since, by posting_of_party.
 */
export async function partyBalance(reader: Reader, issuerId: IssuerId, accountId: bigint, partyId: string, asOf: LocalDate): Promise<CurrencyBalance[]> {
  return reader.query<CurrencyBalance>(
    `SELECT currency, sum(amount_minor)::bigint AS "balanceMinor", sum(functional_amount_minor)::bigint AS "functionalBalanceMinor"
       FROM accounting.open_item_of_party($1, $4, $2) WHERE account_id = $3 GROUP BY currency ORDER BY currency`,
    [issuerId, asOf, accountId, partyId],
  );
}
