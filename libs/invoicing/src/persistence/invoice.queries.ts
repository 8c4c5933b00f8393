// The SQL by which whole chunks of invoices come to be: buyers are read, numbers taken, documents inserted, each in one statement.
import { CompanyId, Currency, decimalToString, InvoiceId, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { AssembledInvoice, OwedLine } from '../domain/assemble';
import { DocumentType, Stream } from '../domain/document-number';
import { ColumnTypes, columnArrays, insertSql } from './insert-rows';

export type PayerType = Stream;

/** The issuer's side of every document of a chunk. */
export interface IssuerRow {
  readonly id: IssuerId;
  readonly country: string;
}

export async function findIssuer(reader: Reader, id: IssuerId): Promise<IssuerRow> {
  return reader.one<IssuerRow>('SELECT id, country FROM platform.issuer WHERE id = $1', [id]);
}

/** A member as a document names it. Of people there is the name and address that holds now, and no other. */
export interface NamedMember {
  readonly id: string;
  readonly companyId: CompanyId;
  readonly name: string;
  readonly email: string | null;
}

export async function namedMembers(reader: Reader, memberIds: readonly string[]): Promise<NamedMember[]> {
  return reader.query('SELECT id, company_id AS "companyId", name, email FROM companies.member WHERE id = ANY ($1)', [memberIds]);
}

export interface TakenNumbers {
  readonly seriesId: string;
  readonly prefix: string;
  readonly first: bigint;
  /** The day the documents are issued on: the day asked for, or the series' own last day if that is later. */
  readonly issuedOn: LocalDate;
  /** The instant after the lock was got, so that instants rise with the numbers. */
  readonly finalisedAt: string;
}

/**
 * Takes so many consecutive numbers of the series of that year and locks the series until the transaction ends, so that
 * they are used or given back, and nobody else's come between. Call it once per chunk and series, and last.
 */
export async function takeNumbers(
  tx: Tx,
  series: { issuerId: IssuerId; documentType: DocumentType; stream: Stream },
  count: number,
  issuedOn: LocalDate,
): Promise<TakenNumbers | undefined> {
  return tx.first<TakenNumbers>(
    `UPDATE invoicing.series
        SET next_number = next_number + $4, last_issued_on = greatest(last_issued_on, $5::date)
      WHERE issuer_id = $1 AND document_type = $2 AND stream = $3 AND year = extract(year FROM $5::date)
      RETURNING id AS "seriesId", prefix, next_number - $4 AS first, last_issued_on AS "issuedOn",
                clock_timestamp()::text AS "finalisedAt"`,
    [series.issuerId, series.documentType, series.stream, count, issuedOn],
  );
}

/** A document with everything but its place in the table. */
export interface FinalInvoice<Line extends OwedLine & LineOrigin = OwedLine & LineOrigin> {
  readonly id: InvoiceId;
  readonly issuerId: IssuerId;
  readonly payerType: PayerType;
  readonly payerId: string;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly seriesId: string;
  readonly sequence: bigint;
  readonly number: string;
  readonly issuedOn: LocalDate;
  readonly dueOn: LocalDate;
  readonly finalisedAt: string;
  readonly buyer: Readonly<Record<string, unknown>>;
  readonly runId: RunId;
  readonly assembled: AssembledInvoice<Line>;
}

export interface LineOrigin {
  readonly contractId: string;
  readonly companyId: string;
  readonly chargeCount: number;
}

const INVOICE = {
  id: 'uuid', issuer_id: 'uuid', document_type: 'text', stream: 'text', payer_type: 'text', payer_id: 'uuid', company_id: 'uuid',
  currency: 'text', state: 'text', series_id: 'uuid', sequence: 'bigint', number: 'text', issued_on: 'date', due_on: 'date',
  net_minor: 'bigint', tax_minor: 'bigint', gross_minor: 'bigint', open_minor: 'bigint', line_count: 'int', tax_count: 'int',
  buyer: 'jsonb', run_id: 'uuid', finalised_at: 'timestamptz',
} as const satisfies ColumnTypes;

const LINE = {
  invoice_id: 'uuid', line_no: 'int', description: 'text', contract_id: 'uuid', company_id: 'uuid', quantity: 'numeric',
  unit_price_minor: 'bigint', listed_minor: 'bigint', tax_inclusive: 'boolean', net_minor: 'bigint', tax_category: 'text',
  tax_rate: 'numeric', service_start: 'date', service_end: 'date', charge_count: 'bigint',
} as const satisfies ColumnTypes;

const TAX = {
  invoice_id: 'uuid', tax_category: 'text', tax_rate: 'numeric', base_minor: 'bigint', tax_minor: 'bigint', reason_code: 'text',
  reason: 'text',
} as const satisfies ColumnTypes;

const FIRST_LINE_PARAMETER = Object.keys(INVOICE).length + 1;
const FIRST_TAX_PARAMETER = FIRST_LINE_PARAMETER + Object.keys(LINE).length;

/** One statement for all three tables: the guards look when it ends, and then every invoice must be whole. */
const INSERT = `
  WITH line AS (${insertSql('invoicing.invoice_line', LINE, FIRST_LINE_PARAMETER)}),
       tax AS (${insertSql('invoicing.invoice_tax', TAX, FIRST_TAX_PARAMETER)})
  ${insertSql('invoicing.invoice', INVOICE, 1)}`;

/** Inserts finalised invoices with their lines and taxes, in one statement however many there are. */
export async function insertInvoices(tx: Tx, invoices: readonly FinalInvoice[]): Promise<void> {
  await tx.execute(INSERT, [
    ...columnArrays(INVOICE, invoices.map(invoiceRow)),
    ...columnArrays(LINE, invoices.flatMap(lineRows)),
    ...columnArrays(TAX, invoices.flatMap(taxRows)),
  ]);
}

function invoiceRow(invoice: FinalInvoice) {
  const { lines, taxes, netMinor, taxMinor, grossMinor } = invoice.assembled;
  return {
    id: invoice.id,
    issuer_id: invoice.issuerId,
    document_type: 'invoice',
    stream: invoice.payerType,
    payer_type: invoice.payerType,
    payer_id: invoice.payerId,
    company_id: invoice.companyId,
    currency: invoice.currency,
    state: 'finalised',
    series_id: invoice.seriesId,
    sequence: invoice.sequence,
    number: invoice.number,
    issued_on: invoice.issuedOn,
    due_on: invoice.dueOn,
    net_minor: netMinor,
    tax_minor: taxMinor,
    gross_minor: grossMinor,
    open_minor: grossMinor,
    line_count: lines.length,
    tax_count: taxes.length,
    buyer: JSON.stringify(invoice.buyer),
    run_id: invoice.runId,
    finalised_at: invoice.finalisedAt,
  };
}

function lineRows({ id, assembled }: FinalInvoice) {
  return assembled.lines.map(({ lineNo, owed, netMinor, tax }) => ({
    invoice_id: id,
    line_no: lineNo,
    description: owed.description,
    contract_id: owed.contractId,
    company_id: owed.companyId,
    quantity: owed.quantity,
    unit_price_minor: owed.unitPriceMinor,
    listed_minor: owed.listedMinor,
    tax_inclusive: owed.taxInclusive,
    net_minor: netMinor,
    tax_category: tax.category,
    tax_rate: decimalToString(tax.rate),
    service_start: owed.servicePeriod.start,
    service_end: owed.servicePeriod.end,
    charge_count: owed.chargeCount,
  }));
}

function taxRows({ id, assembled }: FinalInvoice) {
  return assembled.taxes.map(({ tax, baseMinor, taxMinor }) => ({
    invoice_id: id,
    tax_category: tax.category,
    tax_rate: decimalToString(tax.rate),
    base_minor: baseMinor,
    tax_minor: taxMinor,
    reason_code: tax.reasonCode,
    reason: tax.reason,
  }));
}
