// The SQL of collecting: schedule payments for open invoices, find what is due, commit the intent to charge it.
import type { Currency, IssuerId, LocalDate, RunId } from '@countinghouse/kernel';
import type { Reader, Tx } from '@countinghouse/platform';

/** Payments of consecutive ids, both ends included. */
export interface PaymentStretch {
  readonly fromId: string;
  readonly toId: string;
}

export interface DueFilter {
  readonly through: LocalDate;
  /** All issuers when it is left out. */
  readonly issuerId?: IssuerId;
}

/** An attempt whose provider is to be called. */
export interface Intent {
  readonly idempotency_key: string;
  readonly provider: string;
  readonly token: string;
  readonly currency: Currency;
  readonly amount_minor: bigint;
}

/**
 * Schedules a payment for each open member invoice whose member has an active method and that has never had a payment.
 * By card means on the day of issue. Nobody is charged for an invoice of a test clock. A payment that failed is not replaced here: somebody has to ask for that.
 * @param by the invoices, or the members whose open invoices are looked through
 */
export function schedulePayments(tx: Tx, by: { readonly invoiceIds: readonly string[] } | { readonly memberIds: readonly string[] }): Promise<number> {
  const [column, ids] = 'invoiceIds' in by ? ['i.id', by.invoiceIds] : ['i.payer_id', by.memberIds];
  return tx.execute(
    `INSERT INTO payments.payment (id, invoice_id, issuer_id, payer_type, payer_id, payment_method_id, provider, currency, amount_minor, collect_on)
     SELECT uuidv7(), i.id, i.issuer_id, i.payer_type, i.payer_id, m.id, m.provider, i.currency, i.open_minor, i.issued_on
       FROM invoicing.invoice i JOIN payments.payment_method m ON m.member_id = i.payer_id AND m.state = 'active'
       JOIN platform.issuer s ON s.id = i.issuer_id AND s.test_clock_at IS NULL
      WHERE ${column} = ANY ($1::uuid[]) AND i.payer_type = 'member' AND i.document_type = 'invoice'
        AND i.state = 'finalised' AND i.open_minor > 0
        AND NOT EXISTS (SELECT FROM payments.payment p WHERE p.invoice_id = i.id)
      ORDER BY i.id
     ON CONFLICT DO NOTHING`,
    [ids],
  );
}

/** What is due, cut into stretches of at most `size` payments. */
export function dueStretches(reader: Reader, { through, issuerId }: DueFilter, size: number): Promise<(PaymentStretch & { items: number })[]> {
  return reader.query(
    `SELECT (array_agg(id ORDER BY id))[1] AS "fromId", (array_agg(id ORDER BY id DESC))[1] AS "toId", count(*)::int AS items
       FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / $3 AS stretch FROM payments.payment
              WHERE state = 'scheduled' AND collect_on <= $1 AND ($2::uuid IS NULL OR issuer_id = $2)) due
      GROUP BY stretch ORDER BY stretch`,
    [through, issuerId ?? null, size],
  );
}

/** Cancels what is due but no longer owed: the invoice has been paid or credited in the meantime. */
export function cancelNotOwed(tx: Tx, { fromId, toId }: PaymentStretch, { through, issuerId }: DueFilter): Promise<number> {
  return tx.execute(
    `UPDATE payments.payment p SET state = 'cancelled'
       FROM (SELECT p.id FROM payments.payment p JOIN invoicing.invoice i ON i.id = p.invoice_id
              WHERE p.id BETWEEN $1 AND $2 AND p.state = 'scheduled' AND p.collect_on <= $3 AND ($4::uuid IS NULL OR p.issuer_id = $4)
                AND (i.open_minor < p.amount_minor OR i.state NOT IN ('finalised', 'uncollectible'))
              ORDER BY p.id FOR NO KEY UPDATE OF p) gone
      WHERE p.id = gone.id`,
    [fromId, toId, through, issuerId ?? null],
  );
}

/** Commits the intent to charge what is due: the payment is in processing, and its next attempt is on record. */
export async function createAttempts(tx: Tx, { fromId, toId }: PaymentStretch, { through, issuerId }: DueFilter, runId: RunId, askAt: string): Promise<number> {
  return tx.execute(
    `WITH due AS (
       SELECT p.id, coalesce(m.id, p.payment_method_id) AS method_id, coalesce(m.provider, p.provider) AS provider
         FROM payments.payment p LEFT JOIN payments.payment_method m ON m.member_id = p.payer_id AND m.state = 'active'
        WHERE p.id BETWEEN $1 AND $2 AND p.state = 'scheduled' AND p.collect_on <= $3 AND ($4::uuid IS NULL OR p.issuer_id = $4)
        ORDER BY p.id FOR NO KEY UPDATE OF p
     ), processing AS (
       UPDATE payments.payment p SET state = 'processing', attempts = p.attempts + 1, payment_method_id = due.method_id, provider = due.provider
         FROM due WHERE p.id = due.id RETURNING p.id, p.attempts, p.payment_method_id, p.provider
     )
     INSERT INTO payments.attempt (id, payment_id, no, payment_method_id, provider, run_id, due_at)
     SELECT uuidv7(), id, attempts, payment_method_id, provider, $5, $6::timestamptz FROM processing ORDER BY id`,
    [fromId, toId, through, issuerId ?? null, runId, askAt],
  );
}

/** The attempts of a run in a stretch whose provider may not have been called: new ones, and those that a crash left behind. */
export function intentsOfRun(tx: Tx, { fromId, toId }: PaymentStretch, runId: RunId): Promise<Intent[]> {
  return tx.query<Intent>(
    `SELECT a.idempotency_key, a.provider, m.token, p.currency, p.amount_minor
       FROM payments.payment p
       JOIN payments.attempt a ON a.payment_id = p.id AND a.no = p.attempts AND a.state = 'created' AND a.run_id = $3
       JOIN payments.payment_method m ON m.id = a.payment_method_id
      WHERE p.id BETWEEN $1 AND $2 AND p.state = 'processing' ORDER BY p.id`,
    [fromId, toId, runId],
  );
}

/** Takes open attempts that nothing was heard of, and puts off the next question about them, so that nobody else asks at the same time. */
export function claimOverdueAttempts(tx: Tx, now: string, leaseSeconds: number, limit: number): Promise<(Intent & { state: 'created' | 'submitted' | 'unknown' })[]> {
  return tx.query(
    `WITH claimed AS (
       UPDATE payments.attempt a SET asked = a.asked + 1,
              due_at = $1::timestamptz + $2::int * power(2, least(a.asked, 9)) * interval '1 second'
         FROM (SELECT id FROM payments.attempt WHERE state IN ('created', 'submitted', 'unknown') AND due_at <= $1
                ORDER BY due_at, id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED) due
        WHERE a.id = due.id RETURNING a.idempotency_key, a.provider, a.payment_id, a.payment_method_id, a.state
     )
     SELECT c.idempotency_key, c.provider, c.state, m.token, p.currency, p.amount_minor
       FROM claimed c JOIN payments.payment p ON p.id = c.payment_id JOIN payments.payment_method m ON m.id = c.payment_method_id
      ORDER BY c.idempotency_key`,
    [now, leaseSeconds, limit],
  );
}
