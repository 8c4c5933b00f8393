// The SQL of overdue invoices: found by the day they were to be paid by, told once, and settled when nothing is left open.
import { ContractId, InvoiceId, IssuerId, LocalDate } from '@countinghouse/kernel';
import { IssuerToday, Tx } from '@countinghouse/platform';

/** What is told of an invoice. A company's is about contracts; a member's is not, because no contract hangs on it. */
export interface ToldInvoice {
  readonly invoiceId: InvoiceId;
  readonly issuerId: IssuerId;
  readonly number: string;
  readonly payerType: 'company' | 'member';
  readonly payerId: string;
  readonly contractIds: readonly ContractId[];
  readonly dueOn: LocalDate;
}

const TOLD = `i.id AS "invoiceId", i.issuer_id AS "issuerId", i.number, i.payer_type AS "payerType", i.payer_id AS "payerId", i.due_on AS "dueOn",
  CASE i.payer_type WHEN 'company' THEN ARRAY(SELECT DISTINCT l.contract_id FROM invoicing.invoice_line l WHERE l.invoice_id = i.id ORDER BY 1) ELSE '{}' END AS "contractIds"`;

/**
 * Puts on record, at most so many at once, the unpaid invoices whose day has gone by and that nobody was told of. It locks
 * them as whoever settles them does: so one that is being paid now is either not overdue, or its settlement is told, too.
 */
export async function markOverdue(tx: Tx, today: readonly IssuerToday[], limit: number): Promise<(ToldInvoice & { overdueOn: LocalDate })[]> {
  return tx.query(
    `WITH due AS (
       SELECT i.id, today.day
         FROM unnest($1::uuid[], $2::date[]) AS today (issuer_id, day)
         JOIN invoicing.invoice i ON i.issuer_id = today.issuer_id AND i.due_on < today.day
        WHERE i.state = 'finalised' AND i.document_type = 'invoice' AND i.open_minor > 0
          AND NOT EXISTS (SELECT FROM invoicing.overdue_invoice o WHERE o.invoice_id = i.id)
        ORDER BY i.id LIMIT $3 FOR NO KEY UPDATE OF i SKIP LOCKED
     ), told AS (
       INSERT INTO invoicing.overdue_invoice (invoice_id, overdue_on) SELECT id, day FROM due
       ON CONFLICT (invoice_id) DO NOTHING RETURNING invoice_id, overdue_on
     )
     SELECT ${TOLD}, told.overdue_on AS "overdueOn" FROM told JOIN invoicing.invoice i ON i.id = told.invoice_id ORDER BY i.id`,
    [today.map((each) => each.issuerId), today.map((each) => each.day), limit],
  );
}

/** Notes that overdue ones among these invoices have nothing left open, each once. The caller holds the invoices' locks. */
export async function markSettled(tx: Tx, allocated: ReadonlyMap<InvoiceId, LocalDate>): Promise<(ToldInvoice & { settledOn: LocalDate })[]> {
  return tx.query(
    `WITH settled AS (
       UPDATE invoicing.overdue_invoice o SET settled_on = a.day, settled_told_at = now()
         FROM unnest($1::uuid[], $2::date[]) AS a (invoice_id, day)
         JOIN invoicing.invoice i ON i.id = a.invoice_id AND i.open_minor = 0
        WHERE o.invoice_id = a.invoice_id AND o.settled_on IS NULL
        RETURNING o.invoice_id, o.settled_on
     )
     SELECT ${TOLD}, settled.settled_on AS "settledOn" FROM settled JOIN invoicing.invoice i ON i.id = settled.invoice_id ORDER BY i.id`,
    [[...allocated.keys()], [...allocated.values()]],
  );
}
