// The SQL of unpaid invoices as contracts feel them: noted by events in any order, read for a set of contracts, marked when acted on.
import { ContractId, InvoiceId, LocalDate } from '@countinghouse/kernel';
import { IssuerToday, Reader, Tx } from '@countinghouse/platform';
import { OverdueInvoice } from '../domain/overdue-policy';

/** What an event says about an invoice and one of its contracts. */
export interface InvoiceNews {
  readonly contractId: ContractId;
  readonly invoiceId: InvoiceId;
  readonly number: string;
  readonly dueOn: LocalDate;
  /** Null: it is overdue. */
  readonly settledOn: LocalDate | null;
}

/** Notes what events say. That an invoice is settled stays, whichever event comes first and however often. */
export async function noteInvoices(tx: Tx, news: readonly InvoiceNews[]): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.overdue_invoice AS o (contract_id, invoice_id, number, due_on, settled_on)
     SELECT n.contract_id, n.invoice_id, min(n.number), min(n.due_on), max(n.settled_on)
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::date[]) AS n (contract_id, invoice_id, number, due_on, settled_on)
       JOIN subscriptions.contract k ON k.id = n.contract_id
      GROUP BY n.contract_id, n.invoice_id
     ON CONFLICT (contract_id, invoice_id) DO UPDATE SET settled_on = EXCLUDED.settled_on
       WHERE o.settled_on IS NULL AND EXCLUDED.settled_on IS NOT NULL`,
    [
      news.map((each) => each.contractId),
      news.map((each) => each.invoiceId),
      news.map((each) => each.number),
      news.map((each) => each.dueOn),
      news.map((each) => each.settledOn),
    ],
  );
}

export async function overdueInvoicesOf(reader: Reader, ids: readonly ContractId[]): Promise<(OverdueInvoice & { contractId: ContractId })[]> {
  return reader.query(
    `SELECT contract_id AS "contractId", invoice_id AS "invoiceId", number, due_on AS "dueOn", settled_on AS "settledOn", suspended_on AS "suspendedOn"
       FROM subscriptions.overdue_invoice WHERE contract_id = ANY ($1) ORDER BY contract_id, due_on, invoice_id`,
    [ids],
  );
}

/** Marks the invoices for which contracts were suspended, each with the day on which its contract was. */
export async function markSuspended(tx: Tx, acted: readonly { contractId: ContractId; invoiceId: string; on: LocalDate }[]): Promise<void> {
  if (acted.length === 0) return;
  await tx.execute(
    `UPDATE subscriptions.overdue_invoice o SET suspended_on = a.day
       FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS a (contract_id, invoice_id, day)
      WHERE o.contract_id = a.contract_id AND o.invoice_id = a.invoice_id AND o.suspended_on IS NULL`,
    [acted.map((each) => each.contractId), acted.map((each) => each.invoiceId), acted.map((each) => each.on)],
  );
}

/** Contracts after `after`, in the order of ids, that have an unpaid invoice out of grace for which they were not suspended. */
export async function contractsOutOfGrace(
  reader: Reader,
  today: readonly IssuerToday[],
  after: ContractId | undefined,
  limit: number,
): Promise<{ contractId: ContractId; day: LocalDate }[]> {
  return reader.query(
    `SELECT DISTINCT k.id AS "contractId", today.day
       FROM subscriptions.overdue_invoice o JOIN subscriptions.contract k ON k.id = o.contract_id
       JOIN unnest($1::uuid[], $2::date[]) AS today (issuer_id, day) ON today.issuer_id = k.issuer_id
      WHERE o.settled_on IS NULL AND o.suspended_on IS NULL AND k.overdue_policy = 'suspend'
        AND o.due_on + k.overdue_grace_days < today.day AND ($3::uuid IS NULL OR k.id > $3)
      ORDER BY k.id LIMIT $4`,
    [today.map((each) => each.issuerId), today.map((each) => each.day), after ?? null, limit],
  );
}
