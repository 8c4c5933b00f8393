// SQL of the month-end revaluation: the currencies, what is due, and the locks of what is being revalued.
import { Currency, IssuerId, LocalDate } from '@countinghouse/kernel';
import type { RevaluedItem } from '@countinghouse/contracts';
import { Reader, Tx } from '@countinghouse/platform';
import { ExchangeRate, perMinorUnit } from '../domain/exchange-rate';

export interface MonthEnd {
  readonly issuerId: IssuerId;
  /** The first day of the month. */
  readonly periodStart: LocalDate;
  /** The first day after it, on which the revaluation is reversed. */
  readonly until: LocalDate;
}

export interface ClosingRate {
  readonly currency: Currency;
  readonly functionalCurrency: Currency;
  readonly rate: ExchangeRate;
}

/** Items of one account and currency, by a range of documents; a bank balance has none. Text, because it travels as JSON. */
export interface ItemRange {
  readonly accountId: string;
  readonly currency: Currency;
  readonly firstDocument: string | null;
  readonly lastDocument: string | null;
}

/** The foreign currencies in which anything was open, or at the bank, at the end of the month. */
export async function currenciesHeld(reader: Reader, { issuerId, until }: MonthEnd): Promise<Currency[]> {
  const rows = await reader.query<{ currency: Currency }>(
    `SELECT item.currency FROM accounting.account JOIN accounting.foreign_item item ON item.account_id = account.id
      WHERE account.issuer_id = $1 AND item.first_entry_date < $2 AND (item.amount_minor <> 0 OR item.last_entry_date >= $2)
     UNION
     SELECT day.currency FROM accounting.account JOIN accounting.account_day day ON day.account_id = account.id
      WHERE account.issuer_id = $1 AND account.role = 'bank' AND day.entry_date < $2
        AND day.currency <> (SELECT functional_currency FROM platform.issuer WHERE id = $1)
     ORDER BY 1`,
    [issuerId, until],
  );
  return rows.map((row) => row.currency);
}

const DUE = 'accounting.revaluation_due($1, $2, $3, $4, $5)';

function dueParams({ issuerId, until }: MonthEnd, rates: readonly ClosingRate[]): unknown[] {
  const fractions = rates.map(({ rate, currency, functionalCurrency }) => perMinorUnit(rate, { from: currency, to: functionalCurrency }));
  return [issuerId, until, rates.map((rate) => rate.currency), fractions.map((f) => f.numerator), fractions.map((f) => f.denominator)];
}

/** What is due, cut into ranges of at most `size` items. */
export async function rangesDue(
  reader: Reader,
  month: MonthEnd,
  rates: readonly ClosingRate[],
  size: number,
): Promise<(ItemRange & { items: number })[]> {
  return reader.query(
    `SELECT account_id::text AS "accountId", currency, min(document_id::text) AS "firstDocument", max(document_id::text) AS "lastDocument",
            count(*)::int AS items
       FROM (SELECT account_id, currency, document_id,
                    (row_number() OVER (PARTITION BY account_id, currency ORDER BY document_id) - 1) / $6::int AS chunk
               FROM ${DUE}) AS numbered
      GROUP BY account_id, currency, chunk ORDER BY account_id, currency, chunk`,
    [...dueParams(month, rates), size],
  );
}

/** How many items are due and the sum of their differences, by currency. */
export async function differencesDue(
  reader: Reader,
  month: MonthEnd,
  rates: readonly ClosingRate[],
): Promise<{ currency: Currency; items: bigint }[]> {
  return reader.query(`SELECT currency, count(*) AS items FROM ${DUE} GROUP BY currency ORDER BY currency`, dueParams(month, rates));
}

/** Locks the items of a range, then says what each is due: two runs that meet wait here, and the second finds nothing. */
export async function lockDueItems(tx: Tx, month: MonthEnd, rate: ClosingRate, range: ItemRange): Promise<RevaluedItem[]> {
  await tx.execute('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`accounting.revaluation ${range.accountId} ${range.currency}`]);
  if (range.firstDocument !== null) {
    await tx.execute(
      `SELECT FROM accounting.foreign_item WHERE account_id = $1 AND currency = $2 AND document_id BETWEEN $3 AND $4
        ORDER BY account_id, document_id, currency FOR NO KEY UPDATE`,
      [range.accountId, range.currency, range.firstDocument, range.lastDocument],
    );
  }
  const rows = await tx.query<{
    role: RevaluedItem['role'];
    documentType: string | null;
    documentId: string;
    partyType: 'company' | 'member' | 'provider' | null;
    partyId: string;
    differenceMinor: bigint;
  }>(
    `SELECT role, document_type AS "documentType", document_id AS "documentId", party_type AS "partyType", party_id AS "partyId",
            difference_minor AS "differenceMinor"
       FROM ${DUE}
      WHERE account_id = $6 AND (document_id BETWEEN $7 AND $8 OR (document_id IS NULL AND $7::uuid IS NULL))
      ORDER BY document_id`,
    [...dueParams(month, [rate]), range.accountId, range.firstDocument, range.lastDocument],
  );
  return rows.map(({ role, documentType, documentId, partyType, partyId, differenceMinor }) => ({
    role,
    functionalAmountMinor: differenceMinor,
    ...(documentType === null ? {} : { document: { type: documentType, id: documentId } }),
    ...(partyType === null ? {} : { party: { type: partyType, id: partyId } }),
  }));
}
