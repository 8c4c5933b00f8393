// Reads of payments for the API, within the actor's scope.
import { byKey, groupedBy, keysetPage, optionalIdOf, readGlobalId, Where, type Actor, type Page, type Reader } from '@countinghouse/platform';
import type { AttemptType, PaymentFilter, PaymentsArgs, PaymentType } from './payment.type';

const COLUMNS = `p.id, p.state, p.amount_minor AS "amountMinor", p.currency, p.provider, w.label AS "methodLabel", p.collect_on AS "collectOn",
  p.captured_on AS "capturedOn", p.decline_code AS "declineCode", p.created_at AS "createdAt", p.invoice_id AS "invoiceId",
  p.issuer_id AS "issuerId", p.payer_type AS "payerType", p.payer_id AS "payerId"`;
const FROM = 'payments.payment p LEFT JOIN payments.payment_method w ON w.id = p.payment_method_id';

export async function paymentsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, PaymentType>> {
  const where = new Where().when(ids, (p) => `p.id = ANY(${p}::uuid[])`).inScope(actor, 'p.issuer_id');
  return byKey(await reader.query<PaymentType>(`SELECT ${COLUMNS} FROM ${FROM} WHERE ${where.and()}`, where.params), 'id');
}

/** Newest first. @throws DomainError ID_INVALID, PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function paymentsPage(reader: Reader, { filter, ...page }: PaymentsArgs, actor: Actor): Promise<Page<PaymentType>> {
  const where = conditions(filter ?? {}).inScope(actor, 'p.issuer_id');
  const orderBy = [{ sql: 'p.id', type: 'uuid' }] as const;
  return keysetPage(reader, { list: 'payments', select: COLUMNS, from: FROM, where, orderBy, direction: 'descending' }, page);
}

/** In the order they were made. An invoice is paid at once or in a few tries. */
export async function paymentsOfInvoices(reader: Reader, invoices: readonly string[], actor: Actor): Promise<Map<string, PaymentType[]>> {
  const where = new Where().when(invoices, (p) => `p.invoice_id = ANY(${p}::uuid[])`).inScope(actor, 'p.issuer_id');
  const rows = await reader.query<PaymentType>(`SELECT ${COLUMNS} FROM ${FROM} WHERE ${where.and()} ORDER BY p.id`, where.params);
  return groupedBy(rows, 'invoiceId');
}

export async function attemptsOfPayments(reader: Reader, payments: readonly string[]): Promise<Map<string, AttemptType[]>> {
  const rows = await reader.query<AttemptType>(
    `SELECT payment_id AS "paymentId", no, state, provider, provider_reference AS "providerReference", decline_code AS "declineCode",
            created_at AS "createdAt", resolved_at AS "resolvedAt"
       FROM payments.attempt WHERE payment_id = ANY($1::uuid[]) ORDER BY payment_id, no`,
    [payments],
  );
  return groupedBy(rows, 'paymentId');
}

function conditions(filter: PaymentFilter): Where {
  return new Where()
    .when(optionalIdOf('Issuer', filter.issuerId, 'filter.issuerId'), (p) => `p.issuer_id = ${p}`)
    .when(optionalIdOf('Invoice', filter.invoiceId, 'filter.invoiceId'), (p) => `p.invoice_id = ${p}`)
    .when(filter.payerId == null ? null : readGlobalId(filter.payerId, 'filter.payerId').uuid, (p) => `p.payer_id = ${p}`)
    .when(filter.state, (p) => `p.state = ${p}`);
}
