// The import of companies: a file of new companies and of changes to known ones, by company number.
import { Injectable } from '@nestjs/common';
import { ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, Reader, Rejection, rejectionOf, RowOf, Tx } from '@countinghouse/platform';
import { isDomainError, type DomainError, type TimeZone } from '@countinghouse/kernel';
import { checkProfile, CompanyProfile, DELIVERIES, EMPTY_PROFILE, refuseStatusWithoutNumber, VAT_STATUSES } from '../domain/company-profile';
import { PAYMENT_TERMS_DAYS_MAX, PAYMENT_TERMS_KINDS } from '../domain/payment-terms';
import { columnOf, companiesByNumber, CompanyToWrite, KnownCompany, lockCompanies, writeCompanies } from '../persistence/company.queries';

const COLUMNS = {
  number: { type: 'text', required: true, max: 40 },
  legal_name: { type: 'text', required: true, max: 200 },
  trade_name: { type: 'text' },
  country: { type: 'country', required: true },
  tax_id: { type: 'text', max: 40 },
  registration_id: { type: 'text', max: 60 },
  vat_status: { type: 'enum', values: VAT_STATUSES },
  currency: { type: 'currency', required: true },
  language: { type: 'text', required: true, max: 10 },
  time_zone: { type: 'text', required: true, max: 60 },
  payment_terms_kind: { type: 'enum', values: PAYMENT_TERMS_KINDS },
  payment_terms_days: { type: 'int', required: true, min: 0, max: PAYMENT_TERMS_DAYS_MAX },
  delivery: { type: 'enum', values: DELIVERIES },
  email: { type: 'email' },
  e_invoice_scheme: { type: 'text', max: 4 },
  e_invoice_address: { type: 'text', max: 100 },
  portal_url: { type: 'text', max: 300 },
  purchase_order: { type: 'text', max: 60 },
  // Several in one cell, with | between.
  cost_centres: { type: 'text', max: 5_000 },
  address_line: { type: 'text' },
  address_line2: { type: 'text' },
  address_line3: { type: 'text' },
  postal_code: { type: 'text', max: 20 },
  city: { type: 'text', max: 100 },
  region: { type: 'text', max: 100 },
  iban: { type: 'text', max: 60 },
  bic: { type: 'text', max: 20 },
  account_holder: { type: 'text', max: 100 },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

@Injectable()
@ImportKind({ kind: 'companies.companies', queue: 'companies', columns: COLUMNS, key: ['number'] })
export class CompaniesImport extends ImportHandler<Row> {
  async check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Rejection[]> {
    const known = await companiesByNumber(reader, rows.map(({ values }) => values.number));
    return rows.flatMap(({ line, values }) => {
      const company = known.get(values.number);
      return [
        ...errorsOf(merged(values, company, run.input.columns)).map((error) => {
          const column = (error.field === undefined ? undefined : columnOf(error.field)) as keyof Row | undefined;
          return rejectionOf(error, { line, column: column ?? null, value: column === undefined ? null : shown(column, values[column]) });
        }),
        ...(company?.status === 'closed' ? [closed(line, values.number)] : []),
      ];
    });
  }

  /** By the rules of a single edit. What has become wrong since the check, by an edit in between, fails the run clearly. */
  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    const numbers = rows.map(({ values }) => values.number);
    await lockCompanies(tx, numbers);
    const known = await companiesByNumber(tx, numbers);
    const { by, at } = await tx.one<{ by: string; at: Date }>('SELECT started_by AS by, coalesce(started_at, created_at) AS at FROM platform.run WHERE id = $1', [run.id]);
    const companies = rows.map(({ values }): CompanyToWrite => {
      const company = merged(values, known.get(values.number), run.input.columns);
      const [error] = errorsOf(company);
      if (error) throw error;
      return { ...company, profile: checkProfile(company.profile).profile };
    });
    const written = await writeCompanies(tx, companies, { by, reason: 'imported from a file', at });
    const added = written.filter(({ isNew }) => isNew).length;
    return { added, changed: written.length - added, unchanged: rows.length - written.length };
  }
}

/** What the file speaks of, over what is known. Another number has not been checked, whatever was known of the old one. */
function merged(row: Row, known: KnownCompany | undefined, columns: readonly string[]): CompanyToWrite {
  const given = new Set(columns);
  const { number, vat_status: stated, cost_centres: centres, time_zone: zone, ...cells } = row;
  const said = Object.fromEntries(
    Object.entries(cells)
      .filter(([column]) => given.has(column))
      .map(([column, value]) => [fieldOf(column), value]),
  ) as Partial<CompanyProfile>;
  const profile: CompanyProfile = {
    ...(known?.profile ?? (EMPTY_PROFILE as unknown as CompanyProfile)),
    ...said,
    timeZone: zone as TimeZone,
    paymentTermsKind: (given.has('payment_terms_kind') ? row.payment_terms_kind : known?.profile.paymentTermsKind) ?? 'net',
    ...(given.has('cost_centres') && { costCentres: centres === null ? [] : centres.split('|') }),
  };
  const spelled = checkProfile(profile).profile;
  const sameNumber = known !== undefined && known.profile.taxId === spelled.taxId && known.profile.country === spelled.country;
  const vatStatus = given.has('vat_status') ? (stated ?? 'unchecked') : sameNumber ? known.vatStatus : 'unchecked';
  return { number, profile, vatStatus };
}

function errorsOf({ profile, vatStatus }: CompanyToWrite): DomainError[] {
  const { errors } = checkProfile(profile);
  try {
    refuseStatusWithoutNumber(vatStatus, profile.taxId);
    return errors;
  } catch (error) {
    if (isDomainError(error)) return [...errors, error];
    throw error;
  }
}

function fieldOf(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A whole IBAN is not repeated in a list of mistakes. */
function shown(column: keyof Row, value: unknown): string {
  const text = String(value ?? '');
  return column === 'iban' ? text.trim().slice(-4) : text;
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
