// Companies as CSV, in the columns that the import takes and a few that only we know.
import { csvLine } from '@countinghouse/kernel';
import { Reader, streamRows } from '@countinghouse/platform';
import { CompanyCriteria, matchingCompanies } from '../persistence/company-search.queries';

/** An account number is no business of a list. */
const COLUMNS = [
  'number', 'legal_name', 'trade_name', 'country', 'tax_id', 'registration_id', 'vat_status', 'currency', 'language', 'time_zone', 'payment_terms_kind',
  'payment_terms_days', 'delivery', 'email', 'e_invoice_scheme', 'e_invoice_address', 'portal_url', 'purchase_order', 'address_line', 'address_line2',
  'address_line3', 'postal_code', 'city', 'region',
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number] | 'vat_checked_on' | 'status' | 'parent_number' | 'payer_number', string | number | null>> & { readonly cost_centres: string[] };

/** By number; streamed, so that memory does not grow with their count. */
export async function* companiesCsv(reader: Reader, criteria: CompanyCriteria): AsyncGenerator<string> {
  const { from, where } = await matchingCompanies(reader, criteria);
  yield csvLine([...COLUMNS, 'cost_centres', 'vat_checked_on', 'status', 'parent_number', 'payer_number']);
  const sql = `SELECT ${COLUMNS.map((column) => `c.${column}`).join(', ')}, c.cost_centres, c.vat_checked_on, c.status, parent.number AS parent_number, payer.number AS payer_number
    FROM ${from} LEFT JOIN companies.company parent ON parent.id = c.parent_id LEFT JOIN companies.company payer ON payer.id = c.payer_id
   WHERE ${where.and()} ORDER BY c.number`;
  for await (const row of streamRows<Row>(reader, sql, where.params)) {
    yield csvLine([...COLUMNS.map((column) => row[column]), row.cost_centres.join('|'), row.vat_checked_on, row.status, row.parent_number, row.payer_number]);
  }
}
