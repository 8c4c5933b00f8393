// Reads of previews for the API, within the actor's scope.
import { byKey, keysetPages, KeysetQuery, Where, type Actor, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import type { BillingPreviewType, PreviewChargeType, PreviewDocumentType, PreviewLineType } from './preview.type';

const PREVIEW = `p.id, p.issuer_id AS "issuerId", p.company_id AS "companyId", p.with_children AS "withChildren", p.through, p.proposals,
  p.created_by AS "createdBy", p.created_at AS "createdAt", p.kept_until AS "keptUntil"`;
const DOCUMENT = `d.id, d.payer_type AS "payerType", d.payer_id AS "payerId", d.currency, d.net_minor AS "netMinor", d.tax_minor AS "taxMinor",
  d.gross_minor AS "grossMinor", d.line_count AS "lineCount"`;
const LINE = `l.id, d.currency, l.line_no AS "lineNo", l.description, l.company_id AS "companyId", l.quantity, l.unit_price_minor AS "unitPriceMinor",
  l.net_minor AS "netMinor", l.tax_category AS "taxCategory", l.tax_rate AS "taxRate", l.service_start AS "serviceStart", l.service_end AS "serviceEnd",
  l.charge_count::float8 AS "chargeCount"`;
const DOCUMENTS = 'invoicing.preview_document d JOIN invoicing.preview p ON p.id = d.preview_id';
const LINES = `invoicing.preview_line l JOIN ${DOCUMENTS} ON d.id = l.document_id`;

export async function previewsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, BillingPreviewType>> {
  const where = new Where().when(ids, (p) => `p.id = ANY(${p}::uuid[])`).inScope(actor, 'p.issuer_id');
  return byKey(await reader.query<BillingPreviewType>(`SELECT ${PREVIEW} FROM invoicing.preview p WHERE ${where.and()}`, where.params), 'id');
}

export async function previewDocumentsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, PreviewDocumentType>> {
  const where = new Where().when(ids, (p) => `d.id = ANY(${p}::uuid[])`).inScope(actor, 'p.issuer_id');
  return byKey(await reader.query<PreviewDocumentType>(`SELECT ${DOCUMENT} FROM ${DOCUMENTS} WHERE ${where.and()}`, where.params), 'id');
}

export async function previewLinesByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, PreviewLineType>> {
  const where = new Where().when(ids, (p) => `l.id = ANY(${p}::uuid[])`).inScope(actor, 'p.issuer_id');
  return byKey(await reader.query<PreviewLineType>(`SELECT ${LINE} FROM ${LINES} WHERE ${where.and()}`, where.params), 'id');
}

/** Members before the company they work for, as they are billed. */
export async function documentsOfPreviews(reader: Reader, previews: readonly string[], page: PageArgs): Promise<Map<string, Page<PreviewDocumentType>>> {
  const query: KeysetQuery = {
    list: 'preview-documents', select: DOCUMENT, from: 'invoicing.preview_document d', where: new Where(), orderBy: [{ sql: 'd.id', type: 'uuid' }], direction: 'ascending',
  };
  return keysetPages(reader, query, page, previews, 'd.preview_id');
}

/** In the order of the document. */
export async function linesOfPreviewDocuments(reader: Reader, documents: readonly string[], page: PageArgs): Promise<Map<string, Page<PreviewLineType>>> {
  const query: KeysetQuery = {
    list: 'preview-lines',
    select: LINE,
    from: 'invoicing.preview_line l JOIN invoicing.preview_document d ON d.id = l.document_id',
    where: new Where(),
    orderBy: [{ sql: 'l.line_no', type: 'bigint' }],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, documents, 'l.document_id');
}

/** In the order in which they would be charged. */
export async function chargesOfPreviewLines(reader: Reader, lines: readonly string[], page: PageArgs): Promise<Map<string, Page<PreviewChargeType>>> {
  const query: KeysetQuery = {
    list: 'preview-charges',
    select: `d.currency, c.kind, c.component_type AS "componentType", c.component_id AS "componentId", c.stretch_start AS start, c.stretch_end AS "end",
      c.quantity, c.unit_price_minor AS "unitPriceMinor", c.amount_minor AS "amountMinor", c.explanation`,
    from: 'invoicing.preview_charge c JOIN invoicing.preview_line l ON l.id = c.line_id JOIN invoicing.preview_document d ON d.id = l.document_id',
    where: new Where(),
    orderBy: [{ sql: 'c.no', type: 'bigint' }],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, lines, 'c.line_id');
}
