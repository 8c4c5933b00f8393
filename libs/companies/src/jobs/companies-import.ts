// The import of companies: a file of new companies and of changes to known ones, by company number.
import { Injectable } from '@nestjs/common';
import { ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, Reader, Rejection, rejectionOf, RowOf, Tx } from '@countinghouse/platform';
import { checkProfile, CompanyProfile, PAYMENT_TERMS_DAYS_MAX, VAT_STATUSES } from '../domain/company-profile';
import { CompanyRow, companyStatuses, OPTIONAL_COLUMNS, upsertCompanies } from '../persistence/company.queries';

const COLUMNS = {
  number: { type: 'text', required: true, max: 40 },
  legal_name: { type: 'text', required: true },
  trade_name: { type: 'text' },
  country: { type: 'country', required: true },
  tax_id: { type: 'text', max: 40 },
  vat_status: { type: 'enum', values: VAT_STATUSES },
  currency: { type: 'currency', required: true },
  language: { type: 'text', required: true, max: 10 },
  time_zone: { type: 'text', required: true, max: 60 },
  payment_terms_days: { type: 'int', required: true, min: 0, max: PAYMENT_TERMS_DAYS_MAX },
  email: { type: 'email' },
  address_line: { type: 'text' },
  postal_code: { type: 'text', max: 20 },
  city: { type: 'text', max: 100 },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

/** The columns of the profile's fields, for what is said about them. */
const COLUMN_OF: Record<string, keyof Row> = { taxId: 'tax_id', vatStatus: 'vat_status', language: 'language', timeZone: 'time_zone' };

@Injectable()
@ImportKind({ kind: 'companies.companies', queue: 'companies', columns: COLUMNS, key: ['number'] })
export class CompaniesImport extends ImportHandler<Row> {
  async check(reader: Reader, rows: readonly ImportRow<Row>[]): Promise<Rejection[]> {
    const statuses = await companyStatuses(reader, rows.map(({ values }) => values.number));
    return rows.flatMap(({ line, values }) => [
      ...profileOf(values).errors.map((error) => {
        const column = COLUMN_OF[error.field ?? ''] ?? null;
        return rejectionOf(error, { line, column, value: column === null ? null : String(values[column] ?? '') });
      }),
      ...(statuses.get(values.number) === 'closed' ? [closed(line, values.number)] : []),
    ]);
  }

  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    const given = new Set(OPTIONAL_COLUMNS.filter((column) => run.input.columns.includes(column)));
    const { added, changed } = await upsertCompanies(tx, rows.map(({ values }) => companyRow(values)), given);
    return { added, changed, unchanged: rows.length - added - changed };
  }
}

function profileOf(row: Row) {
  return checkProfile({
    country: row.country,
    taxId: row.tax_id,
    vatStatus: row.vat_status ?? 'unchecked',
    currency: row.currency,
    language: row.language,
    timeZone: row.time_zone,
  });
}

function companyRow(row: Row): CompanyRow {
  const profile: CompanyProfile = profileOf(row).profile;
  return {
    ...profile,
    number: row.number,
    legalName: row.legal_name,
    tradeName: row.trade_name,
    paymentTermsDays: row.payment_terms_days,
    email: row.email,
    addressLine: row.address_line,
    postalCode: row.postal_code,
    city: row.city,
  };
}

function closed(line: number, number: string): Rejection {
  return {
    line,
    column: 'number',
    value: number,
    code: 'COMPANY_CLOSED',
    reason: `The company ${number} is closed.`,
    remedy: 'Remove the line, or use the number of another company.',
  };
}
