// The SQL of allocations: what of invoices' open amounts is settled, by which source.
import { AllocationId, InvoiceId } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';

export interface OpenInvoice {
  readonly id: InvoiceId;
  readonly number: string | null;
  readonly state: string;
  readonly openMinor: bigint;
}

export interface KnownAllocation {
  readonly invoiceId: InvoiceId;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly amountMinor: bigint;
}

/** Locks the invoices in id order, so that two callers with the same invoices wait for each other and never deadlock. */
export async function lockInvoices(tx: Tx, ids: readonly InvoiceId[]): Promise<Map<InvoiceId, OpenInvoice>> {
  const rows = await tx.query<OpenInvoice>(
    `SELECT id, number, state, open_minor AS "openMinor" FROM invoicing.invoice
      WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The allocations on record of these sources to these invoices; read it after the locks, which waiting does not refresh. */
export async function allocationsOnRecord(tx: Tx, wanted: readonly KnownAllocation[]): Promise<KnownAllocation[]> {
  return tx.query<KnownAllocation>(
    `SELECT a.invoice_id AS "invoiceId", a.source_type AS "sourceType", a.source_id AS "sourceId", a.amount_minor AS "amountMinor"
       FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w (invoice_id, source_type, source_id)
       JOIN invoicing.allocation a USING (invoice_id, source_type, source_id)`,
    [wanted.map((each) => each.invoiceId), wanted.map((each) => each.sourceType), wanted.map((each) => each.sourceId)],
  );
}

export interface NewAllocation extends KnownAllocation {
  readonly id: AllocationId;
  readonly on: string;
}

/** One statement: the guards on both tables look when it ends, and then allocations and open must make the gross again. */
export async function insertAllocations(tx: Tx, allocations: readonly NewAllocation[]): Promise<void> {
  await tx.execute(
    `WITH taken AS (
       INSERT INTO invoicing.allocation (id, invoice_id, source_type, source_id, amount_minor, allocated_on)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::date[])
       RETURNING invoice_id, amount_minor
     ), sums AS (
       SELECT invoice_id, sum(amount_minor) AS amount FROM taken GROUP BY 1
     )
     UPDATE invoicing.invoice i
        SET open_minor = i.open_minor - sums.amount,
            state = CASE WHEN i.open_minor = sums.amount THEN 'paid' ELSE i.state END,
            paid_at = CASE WHEN i.open_minor = sums.amount THEN now() ELSE i.paid_at END
       FROM sums WHERE i.id = sums.invoice_id`,
    [
      allocations.map((each) => each.id),
      allocations.map((each) => each.invoiceId),
      allocations.map((each) => each.sourceType),
      allocations.map((each) => each.sourceId),
      allocations.map((each) => each.amountMinor),
      allocations.map((each) => each.on),
    ],
  );
}
