// SQL of currencies: rates on a day, what open items carry, and the rates invoices were booked at.
import { Currency, decimal, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { ExchangeRate, quotedRate } from '../domain/exchange-rate';
import { OpenItem } from '../domain/open-items';

export interface RateAsked {
  readonly issuerId: IssuerId;
  readonly currency: Currency;
  readonly day: LocalDate;
}

/** The rate from each currency to the issuer's functional one on the day, in the order asked; undefined where none is known. */
export async function ratesOn(reader: Reader, asked: readonly RateAsked[]): Promise<(ExchangeRate | undefined)[]> {
  const rows = await reader.query<RateAsked & { numerator: string | null; denominator: string | null }>(
    `SELECT issuer_id AS "issuerId", currency, day, numerator, denominator FROM accounting.rates_on($1, $2, $3)`,
    [asked.map((ask) => ask.issuerId), asked.map((ask) => ask.currency), asked.map((ask) => ask.day)],
  );
  const found = new Map(
    rows.map(({ numerator, denominator, ...ask }) => [
      rateKey(ask),
      numerator === null || denominator === null ? undefined : { numerator: decimal(numerator), denominator: decimal(denominator) },
    ]),
  );
  return asked.map((ask) => found.get(rateKey(ask)));
}

export function rateKey({ issuerId, currency, day }: RateAsked): string {
  return `${issuerId} ${currency} ${day}`;
}

/** An open item by its key in the database. */
export interface ItemKey {
  readonly accountId: bigint;
  readonly documentId: string;
  readonly currency: Currency;
}

export function itemKey({ accountId, documentId, currency }: ItemKey): string {
  return `${accountId} ${documentId} ${currency}`;
}

/** Locks the items until the transaction ends and gives what each carries, by {@link itemKey}. */
export async function lockForeignItems(tx: Tx, keys: readonly ItemKey[]): Promise<[string, OpenItem][]> {
  const distinct = [...new Map(keys.map((key) => [itemKey(key), key])).values()];
  const rows = await tx.query<ItemKey & OpenItem>(
    `SELECT account_id AS "accountId", document_id AS "documentId", currency, amount_minor AS "amountMinor",
            functional_amount_minor AS "functionalAmountMinor" FROM accounting.lock_foreign_items($1, $2, $3)`,
    [distinct.map((key) => key.accountId), distinct.map((key) => key.documentId), distinct.map((key) => key.currency)],
  );
  return rows.map(({ amountMinor, functionalAmountMinor, ...key }) => [itemKey(key), { amountMinor, functionalAmountMinor }]);
}

/** What is held of a currency on an account without documents: at the bank. */
export interface HeldKey {
  readonly issuerId: IssuerId;
  readonly accountId: bigint;
  readonly currency: Currency;
}

export function heldKey({ accountId, currency }: Pick<HeldKey, 'accountId' | 'currency'>): string {
  return `${accountId} held ${currency}`;
}

/**
 * What each account holds of a foreign currency, in both currencies, by {@link heldKey}. Whoever moves it waits for the one
 * before: locked in one statement, in key order, and read in the next.
 */
export async function lockHeld(tx: Tx, keys: readonly HeldKey[]): Promise<[string, OpenItem][]> {
  const distinct = [...new Map(keys.map((key) => [heldKey(key), key])).values()].sort((a, b) => (heldKey(a) < heldKey(b) ? -1 : 1));
  if (distinct.length === 0) return [];
  await tx.execute('SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1::text[]) AS key', [distinct.map((key) => `accounting.held ${heldKey(key)}`)]);
  // As balance_as_of, from the last close on, but by the keys of the account: a join would have it add up every account there is.
  const rows = await tx.query<Pick<HeldKey, 'accountId' | 'currency'> & OpenItem>(
    `SELECT asked.account_id AS "accountId", asked.currency,
            coalesce(fixed.debit_minor - fixed.credit_minor, 0) + since.minor AS "amountMinor",
            coalesce(fixed.functional_debit_minor - fixed.functional_credit_minor, 0) + since.functional_minor AS "functionalAmountMinor"
       FROM unnest($1::uuid[], $2::int8[], $3::text[]) AS asked(issuer_id, account_id, currency)
      CROSS JOIN LATERAL (SELECT max(ends_on) AS ended FROM accounting.period WHERE issuer_id = asked.issuer_id AND state = 'closed') AS closed
       LEFT JOIN accounting.period_balance fixed ON fixed.issuer_id = asked.issuer_id AND fixed.ends_on = closed.ended
             AND fixed.account_id = asked.account_id AND fixed.currency = asked.currency::bpchar
      CROSS JOIN LATERAL (
            SELECT coalesce(sum(debit_minor - credit_minor), 0)::bigint AS minor,
                   coalesce(sum(functional_debit_minor - functional_credit_minor), 0)::bigint AS functional_minor
              FROM accounting.account_day day
             WHERE day.account_id = asked.account_id AND day.currency = asked.currency::bpchar
               AND day.entry_date >= coalesce(closed.ended, '-infinity')) AS since`,
    [distinct.map((key) => key.issuerId), distinct.map((key) => key.accountId), distinct.map((key) => key.currency)],
  );
  return rows.map(({ amountMinor, functionalAmountMinor, ...key }) => [heldKey(key), { amountMinor, functionalAmountMinor }]);
}

/** The rates that invoices in foreign currency were booked at, by invoice id. */
export async function bookedRates(reader: Reader, invoiceIds: readonly string[]): Promise<Map<string, ExchangeRate>> {
  const rows = await reader.query<{ documentId: string; rate: string }>(
    `SELECT line.document_id AS "documentId", line.rate
       FROM accounting.posting line JOIN accounting.journal_entry entry ON entry.id = line.entry_id
      WHERE line.document_id = ANY ($1::uuid[]) AND line.document_type = 'invoice' AND line.rate IS NOT NULL
        AND entry.kind = 'invoice-finalised'`,
    [invoiceIds],
  );
  return new Map(rows.map(({ documentId, rate }) => [documentId, quotedRate(rate)]));
}

/** One tax of one invoice. */
export interface TaxOfInvoice {
  readonly invoiceId: string;
  readonly taxCode: string;
}

export function taxKey({ invoiceId, taxCode }: TaxOfInvoice): string {
  return `${invoiceId} ${taxCode}`;
}

/**
 * What invoices in foreign currency carry of each tax, less what was credited of it, by {@link taxKey}. Read after the
 * schedules of the invoices are locked, so that of two credits the second sees what the first has left.
 */
export async function taxesLeft(reader: Reader, invoiceIds: readonly string[]): Promise<[string, OpenItem][]> {
  const rows = await reader.query<TaxOfInvoice & OpenItem>(
    `SELECT touched.document_id AS "invoiceId", line.tax_code AS "taxCode", sum(line.amount_minor)::bigint AS "amountMinor",
            sum(line.functional_amount_minor)::bigint AS "functionalAmountMinor"
       FROM (SELECT DISTINCT line.document_id, line.entry_id
               FROM accounting.posting line
               JOIN accounting.journal_entry entry ON entry.id = line.entry_id AND entry.kind IN ('invoice-finalised', 'credit-note-finalised')
              WHERE line.document_id = ANY ($1::uuid[]) AND line.document_type = 'invoice') AS touched
       JOIN accounting.posting line ON line.entry_id = touched.entry_id
       JOIN accounting.account ON account.id = line.account_id AND account.role = 'vat-payable'
      GROUP BY touched.document_id, line.tax_code`,
    [invoiceIds],
  );
  return rows.map(({ amountMinor, functionalAmountMinor, ...tax }) => [taxKey(tax), { amountMinor, functionalAmountMinor }]);
}
