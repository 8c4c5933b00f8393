// The SQL that writes companies by the set.
import { Reader, Tx } from '@countinghouse/platform';
import type { CompanyProfile } from '../domain/company-profile';

/** One company of a file. */
export interface CompanyRow extends CompanyProfile {
  readonly number: string;
  readonly legalName: string;
  readonly tradeName: string | null;
  readonly paymentTermsDays: number;
  readonly email: string | null;
  readonly addressLine: string | null;
  readonly postalCode: string | null;
  readonly city: string | null;
}

/** The optional columns, by the names they have in files and in the table. */
export const OPTIONAL_COLUMNS = ['trade_name', 'tax_id', 'vat_status', 'email', 'address_line', 'postal_code', 'city'] as const;
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

/**
 * Inserts new companies and updates those that differ, by number; `given` says which optional columns the file speaks
 * of, and the others stay as they are. Rows are locked in the order of their numbers, so that two files cannot deadlock.
 */
export async function upsertCompanies(
  tx: Tx,
  companies: readonly CompanyRow[],
  given: ReadonlySet<OptionalColumn>,
): Promise<{ added: number; changed: number }> {
  const kept = (column: OptionalColumn) => (given.has(column) ? `excluded.${column}` : `c.${column}`);
  const taxId = kept('tax_id');
  // Another number has not been checked, whatever was known of the old one.
  const vatStatus = given.has('vat_status')
    ? 'excluded.vat_status'
    : `CASE WHEN ${taxId} IS DISTINCT FROM c.tax_id THEN 'unchecked' ELSE c.vat_status END`;
  const { added, changed } = await tx.one<{ added: bigint; changed: bigint }>(
    `WITH written AS (
       INSERT INTO companies.company AS c
         (id, number, legal_name, trade_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days,
          email, address_line, postal_code, city)
       SELECT uuidv7(), i.number, i."legalName", i."tradeName", i.country, i."taxId", i."vatStatus", i.currency, i.language,
              i."timeZone", i."paymentTermsDays", i.email, i."addressLine", i."postalCode", i.city
         FROM jsonb_to_recordset($1::jsonb) AS i(
                number text, "legalName" text, "tradeName" text, country text, "taxId" text, "vatStatus" text, currency text,
                language text, "timeZone" text, "paymentTermsDays" int, email text, "addressLine" text, "postalCode" text, city text)
        ORDER BY i.number
       ON CONFLICT (number) DO UPDATE SET
         legal_name = excluded.legal_name, trade_name = ${kept('trade_name')}, country = excluded.country, tax_id = ${taxId},
         vat_status = ${vatStatus},
         vat_checked_on = CASE WHEN ${taxId} IS NOT DISTINCT FROM c.tax_id AND ${vatStatus} = c.vat_status THEN c.vat_checked_on END,
         currency = excluded.currency, language = excluded.language, time_zone = excluded.time_zone,
         payment_terms_days = excluded.payment_terms_days, email = ${kept('email')}, address_line = ${kept('address_line')},
         postal_code = ${kept('postal_code')}, city = ${kept('city')}
       WHERE (c.legal_name, c.trade_name, c.country, c.tax_id, c.vat_status, c.currency, c.language, c.time_zone,
              c.payment_terms_days, c.email, c.address_line, c.postal_code, c.city)
          IS DISTINCT FROM
             (excluded.legal_name, ${kept('trade_name')}, excluded.country, ${taxId}, ${vatStatus}, excluded.currency, excluded.language,
              excluded.time_zone, excluded.payment_terms_days, ${kept('email')}, ${kept('address_line')}, ${kept('postal_code')}, ${kept('city')})
       RETURNING old.id IS NULL AS is_new
     )
     SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM written`,
    [JSON.stringify(companies)],
  );
  return { added: Number(added), changed: Number(changed) };
}

/** The status of each company that exists, by number. */
export async function companyStatuses(reader: Reader, numbers: readonly string[]): Promise<Map<string, string>> {
  const rows = await reader.query<{ number: string; status: string }>(
    `SELECT number, status FROM companies.company WHERE number = ANY ($1::text[])`,
    [numbers],
  );
  return new Map(rows.map(({ number, status }) => [number, status]));
}

/**
 * Takes the lock under which the members and the headcount of companies change, in the order of their numbers. The
 * caller reads in a later statement: a snapshot is not refreshed by waiting.
 */
export async function lockCompanies(tx: Tx, numbers: readonly string[]): Promise<void> {
  await tx.query(`SELECT id FROM companies.company WHERE number = ANY ($1::text[]) ORDER BY number FOR NO KEY UPDATE`, [numbers]);
}
