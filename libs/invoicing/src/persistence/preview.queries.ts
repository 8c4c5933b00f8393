// The SQL of kept previews: whose documents, what stands on them, and their removal.
import { CompanyId, decimalToString, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import { newId, Reader, Tx } from '@countinghouse/platform';
import type { PreviewedDocument } from '../use-cases/preview-billing';
import { ColumnTypes, columnArrays, insertSql } from './insert-rows';

export interface NewPreview {
  readonly id: RunId;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId | null;
  readonly withChildren: boolean;
  readonly through: LocalDate;
  readonly proposals: number;
  readonly createdBy: string;
  readonly keptUntil: Date;
}

export async function insertPreview(tx: Tx, { id, issuerId, companyId, withChildren, through, proposals, createdBy, keptUntil }: NewPreview): Promise<void> {
  await tx.execute(
    `INSERT INTO invoicing.preview (id, issuer_id, company_id, with_children, through, proposals, created_by, kept_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [id, issuerId, companyId, withChildren, through, proposals, createdBy, keptUntil],
  );
}

/**
 * Who pays for the company; with children, also who pays for each company that lies below it: children of children, and whom
 * any of them pays for.
 */
export async function payersBelow(reader: Reader, companyId: CompanyId, withChildren: boolean): Promise<CompanyId[]> {
  const payers = await reader.query<{ id: CompanyId }>(
    `WITH RECURSIVE below AS (
       SELECT id, payer_id FROM companies.company WHERE id = $1
       UNION
       SELECT c.id, c.payer_id FROM below JOIN companies.company c ON c.parent_id = below.id OR c.payer_id = below.id WHERE $2::boolean
     )
     SELECT DISTINCT coalesce(payer_id, id) AS id FROM below ORDER BY 1`,
    [companyId, withChildren],
  );
  return payers.map((payer) => payer.id);
}

const DOCUMENT = {
  id: 'uuid', preview_id: 'uuid', chunk: 'text', payer_type: 'text', payer_id: 'uuid', company_id: 'uuid', currency: 'text', net_minor: 'bigint',
  tax_minor: 'bigint', gross_minor: 'bigint', line_count: 'int',
} as const satisfies ColumnTypes;

const LINE = {
  id: 'uuid', document_id: 'uuid', line_no: 'int', description: 'text', contract_id: 'uuid', company_id: 'uuid', quantity: 'numeric',
  unit_price_minor: 'bigint', net_minor: 'bigint', tax_category: 'text', tax_rate: 'numeric', service_start: 'date', service_end: 'date',
  charge_count: 'bigint',
} as const satisfies ColumnTypes;

const CHARGE = {
  line_id: 'uuid', no: 'int', kind: 'text', component_type: 'text', component_id: 'uuid', stretch_start: 'date', stretch_end: 'date',
  quantity: 'numeric', unit_price_minor: 'bigint', amount_minor: 'bigint', explanation: 'text',
} as const satisfies ColumnTypes;

/** Keeps the documents of a chunk in place of those it had before; four statements. Nothing is kept of a preview that is gone. */
export async function replaceDocuments(tx: Tx, previewId: RunId, chunk: string, documents: readonly PreviewedDocument[]): Promise<void> {
  if (!(await tx.first('SELECT FROM invoicing.preview WHERE id = $1 FOR KEY SHARE', [previewId]))) return;
  await tx.execute('DELETE FROM invoicing.preview_document WHERE preview_id = $1 AND chunk = $2', [previewId, chunk]);
  const identified = documents.map((document) => ({ ...document, id: newId(), lines: document.lines.map((line) => ({ ...line, id: newId() })) }));
  const lines = identified.flatMap((document) => document.lines.map((line) => ({ documentId: document.id, line })));
  await tx.execute(
    insertSql('invoicing.preview_document', DOCUMENT, 1),
    columnArrays(
      DOCUMENT,
      identified.map((document) => ({
        id: document.id, preview_id: previewId, chunk, payer_type: document.payerType, payer_id: document.payerId, company_id: document.companyId,
        currency: document.currency, net_minor: document.netMinor, tax_minor: document.taxMinor, gross_minor: document.grossMinor,
        line_count: document.lineCount,
      })),
    ),
  );
  await tx.execute(
    insertSql('invoicing.preview_line', LINE, 1),
    columnArrays(
      LINE,
      lines.map(({ documentId, line }) => ({
        id: line.id, document_id: documentId, line_no: line.lineNo, description: line.description, contract_id: line.contractId,
        company_id: line.companyId, quantity: line.quantity, unit_price_minor: line.unitPriceMinor, net_minor: line.netMinor,
        tax_category: line.taxCategory, tax_rate: decimalToString(line.taxRate), service_start: line.servicePeriod.start,
        service_end: line.servicePeriod.end, charge_count: line.chargeCount,
      })),
    ),
  );
  await tx.execute(
    insertSql('invoicing.preview_charge', CHARGE, 1),
    columnArrays(
      CHARGE,
      lines.flatMap(({ line }) =>
        line.charges.map((charge, index) => ({
          line_id: line.id, no: index + 1, kind: charge.kind, component_type: charge.componentType, component_id: charge.componentId,
          stretch_start: charge.start, stretch_end: charge.end, quantity: charge.quantity, unit_price_minor: charge.unitPriceMinor,
          amount_minor: charge.amountMinor, explanation: charge.explanation,
        })),
      ),
    ),
  );
}

/** Removes the oldest preview that nobody is promised any more, with all that hangs on it; gives how many. */
export async function removeOnePreview(tx: Tx, now: Date): Promise<number> {
  return tx.execute(
    `DELETE FROM invoicing.preview WHERE id = (
       SELECT id FROM invoicing.preview WHERE kept_until < $1 ORDER BY kept_until LIMIT 1 FOR UPDATE SKIP LOCKED)`,
    [now],
  );
}
