// Reads of invoices for the API, within the actor's scope.
import {
  byKey, groupedBy, keysetPage, keysetPages, optionalIdOf, readGlobalId, Where, type Actor, type KeysetQuery, type Page, type PageArgs, type Reader,
} from '@countinghouse/platform';
import type { AllocationType, InvoiceFilter, InvoiceLineType, InvoicesArgs, InvoiceTaxType, InvoiceType } from './invoice.type';

const COLUMNS = `i.id, i.document_type AS "documentType", i.stream, i.state, i.number, i.issued_on AS "issuedOn", i.due_on AS "dueOn",
  i.currency, i.net_minor AS "netMinor", i.tax_minor AS "taxMinor", i.gross_minor AS "grossMinor", i.open_minor AS "openMinor",
  i.finalised_at AS "finalisedAt", i.paid_at AS "paidAt", i.issuer_id AS "issuerId", i.company_id AS "companyId",
  i.payer_type AS "payerType", i.payer_id AS "payerId", i.run_id AS "runId"`;

/** Newest first: ids carry the time they were made. */
const newestFirst = (where: Where): KeysetQuery => ({
  list: 'invoices',
  select: COLUMNS,
  from: 'invoicing.invoice i',
  where,
  orderBy: [{ sql: 'i.id', type: 'uuid' }],
  direction: 'descending',
});

export async function invoicesByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, InvoiceType>> {
  const where = new Where().when(ids, (p) => `i.id = ANY(${p}::uuid[])`).inScope(actor, 'i.issuer_id');
  return byKey(await reader.query<InvoiceType>(`SELECT ${COLUMNS} FROM invoicing.invoice i WHERE ${where.and()}`, where.params), 'id');
}

/** @throws DomainError ID_INVALID, PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function invoicesPage(reader: Reader, { filter, ...page }: InvoicesArgs, actor: Actor): Promise<Page<InvoiceType>> {
  return keysetPage(reader, newestFirst(conditions(filter ?? {}).inScope(actor, 'i.issuer_id')), page);
}

export async function invoicesOfCompanies(reader: Reader, companies: readonly string[], page: PageArgs, actor: Actor): Promise<Map<string, Page<InvoiceType>>> {
  return keysetPages(reader, newestFirst(new Where().inScope(actor, 'i.issuer_id')), page, companies, 'i.company_id');
}

export async function invoicesOfPayers(reader: Reader, payers: readonly string[], page: PageArgs, actor: Actor): Promise<Map<string, Page<InvoiceType>>> {
  return keysetPages(reader, newestFirst(new Where().inScope(actor, 'i.issuer_id')), page, payers, 'i.payer_id');
}

/** In the order of the document. An invoice has a handful of lines, whatever the size of its company. */
export async function linesOfInvoices(reader: Reader, invoices: readonly string[]): Promise<Map<string, InvoiceLineType[]>> {
  const rows = await reader.query<InvoiceLineType>(
    `SELECT l.invoice_id AS "invoiceId", i.currency, l.line_no AS "lineNo", l.description, l.quantity, l.unit_price_minor AS "unitPriceMinor",
            l.net_minor AS "netMinor", l.tax_category AS "taxCategory", l.tax_rate AS "taxRate",
            l.service_start AS "serviceStart", l.service_end AS "serviceEnd"
       FROM invoicing.invoice_line l JOIN invoicing.invoice i ON i.id = l.invoice_id
      WHERE l.invoice_id = ANY($1::uuid[]) ORDER BY l.invoice_id, l.line_no`,
    [invoices],
  );
  return groupedBy(rows, 'invoiceId');
}

export async function taxesOfInvoices(reader: Reader, invoices: readonly string[]): Promise<Map<string, InvoiceTaxType[]>> {
  const rows = await reader.query<InvoiceTaxType>(
    `SELECT t.invoice_id AS "invoiceId", i.currency, t.tax_category AS "taxCategory", t.tax_rate AS "taxRate",
            t.base_minor AS "baseMinor", t.tax_minor AS "taxMinor", t.reason
       FROM invoicing.invoice_tax t JOIN invoicing.invoice i ON i.id = t.invoice_id
      WHERE t.invoice_id = ANY($1::uuid[]) ORDER BY t.invoice_id, t.tax_category, t.tax_rate`,
    [invoices],
  );
  return groupedBy(rows, 'invoiceId');
}

export async function allocationsOfInvoices(reader: Reader, invoices: readonly string[]): Promise<Map<string, AllocationType[]>> {
  const rows = await reader.query<AllocationType>(
    `SELECT a.invoice_id AS "invoiceId", i.currency, a.source_type AS "sourceType", a.source_id AS "sourceId", a.amount_minor AS "amountMinor", a.allocated_on AS "allocatedOn"
       FROM invoicing.allocation a JOIN invoicing.invoice i ON i.id = a.invoice_id
      WHERE a.invoice_id = ANY($1::uuid[]) ORDER BY a.invoice_id, a.allocated_on, a.id`,
    [invoices],
  );
  return groupedBy(rows, 'invoiceId');
}

function conditions(filter: InvoiceFilter): Where {
  return new Where()
    .when(optionalIdOf('Issuer', filter.issuerId, 'filter.issuerId'), (p) => `i.issuer_id = ${p}`)
    .when(optionalIdOf('Company', filter.companyId, 'filter.companyId'), (p) => `i.company_id = ${p}`)
    .when(filter.payerId == null ? null : readGlobalId(filter.payerId, 'filter.payerId').uuid, (p) => `i.payer_id = ${p}`)
    .when(optionalIdOf('Run', filter.runId, 'filter.runId'), (p) => `i.run_id = ${p}`)
    .when(filter.state, (p) => `i.state = ${p}`)
    .when(filter.documentType, (p) => `i.document_type = ${p}`)
    .when(filter.stream, (p) => `i.stream = ${p}`)
    .when(filter.number, (p) => `i.number = ${p}`);
}
