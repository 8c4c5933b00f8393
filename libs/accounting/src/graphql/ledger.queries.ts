// Reads of the ledger for the API.
import type { IssuerId, LocalDate } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import type { TrialBalanceLineType } from './ledger.type';

/** Debits, credits and balance of every account and currency, from the totals per day; a chart has tens of accounts. */
export async function trialBalance(reader: Reader, issuerId: IssuerId, asOf: LocalDate | null): Promise<TrialBalanceLineType[]> {
  return reader.query<TrialBalanceLineType>(
    `SELECT a.code AS "accountCode", a.name AS "accountName", a.type AS "accountType", a.role AS "accountRole", d.currency,
            sum(d.debit_minor)::bigint AS "debitMinor", sum(d.credit_minor)::bigint AS "creditMinor",
            sum(d.debit_minor - d.credit_minor)::bigint AS "balanceMinor"
       FROM accounting.account a JOIN accounting.account_day d ON d.account_id = a.id
      WHERE a.issuer_id = $1 AND ($2::date IS NULL OR d.entry_date <= $2)
      GROUP BY a.id, d.currency ORDER BY a.code, d.currency`,
    [issuerId, asOf],
  );
}
