// The SQL around provider news: read and lock the payments concerned, write what has changed, in sets.
import type { Currency, InvoiceId, IssuerId, LocalDate, TimeZone } from '@countinghouse/kernel';
import type { Tx } from '@countinghouse/platform';
import type { AttemptState, PaymentState } from '../domain/payment-state';

export interface LockedPayment {
  readonly id: string;
  readonly invoice_id: InvoiceId;
  readonly issuer_id: IssuerId;
  readonly time_zone: TimeZone;
  readonly payer_type: 'company' | 'member';
  readonly payer_id: string;
  readonly currency: Currency;
  readonly amount_minor: bigint;
  readonly state: PaymentState;
}

export interface AttemptRow {
  readonly id: string;
  readonly payment_id: string;
  readonly no: number;
  readonly provider: string;
  readonly payment_method_id: string;
  readonly state: AttemptState;
}

export interface AttemptChange {
  readonly id: string;
  readonly state: AttemptState;
  readonly reference: string | null;
  readonly declineCode: string | null;
  /** When the provider is asked next, ISO instant. */
  readonly dueAt: string;
}

export interface PaymentChange {
  readonly id: string;
  readonly state: PaymentState;
  readonly provider: string;
  readonly collectOn: LocalDate | null;
  readonly declineCode: string | null;
  readonly capturedOn: LocalDate | null;
  readonly capturedAt: string | null;
}

/** Locks the payments in the order of their ids, which is the order in which everybody locks them. */
export function lockPayments(tx: Tx, paymentIds: readonly string[]): Promise<LockedPayment[]> {
  return tx.query<LockedPayment>(
    `SELECT p.id, p.invoice_id, p.issuer_id, i.time_zone, p.payer_type, p.payer_id, p.currency, p.amount_minor, p.state
       FROM payments.payment p JOIN platform.issuer i ON i.id = p.issuer_id
      WHERE p.id = ANY ($1::uuid[]) ORDER BY p.id FOR NO KEY UPDATE OF p`,
    [paymentIds],
  );
}

/** A statement of its own after the lock: it must see what the transaction that held the lock has written. */
export function attemptsOf(tx: Tx, paymentIds: readonly string[]): Promise<AttemptRow[]> {
  return tx.query<AttemptRow>(
    `SELECT id, payment_id, no, provider, payment_method_id, state
       FROM payments.attempt WHERE payment_id = ANY ($1::uuid[]) ORDER BY payment_id, no`,
    [paymentIds],
  );
}

export async function changeAttempts(tx: Tx, changes: readonly AttemptChange[], now: string): Promise<void> {
  if (changes.length === 0) return;
  await tx.execute(
    `UPDATE payments.attempt a
        SET state = c.state, provider_reference = coalesce(a.provider_reference, c.reference),
            decline_code = coalesce(c.decline_code, a.decline_code), due_at = c.due_at,
            resolved_at = CASE WHEN c.state IN ('succeeded', 'declined') THEN coalesce(a.resolved_at, $6::timestamptz) END
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS c(id, state, reference, decline_code, due_at)
      WHERE a.id = c.id`,
    [
      changes.map((change) => change.id),
      changes.map((change) => change.state),
      changes.map((change) => change.reference),
      changes.map((change) => change.declineCode),
      changes.map((change) => change.dueAt),
      now,
    ],
  );
}

export async function changePayments(tx: Tx, changes: readonly PaymentChange[]): Promise<void> {
  if (changes.length === 0) return;
  await tx.execute(
    `UPDATE payments.payment p
        SET state = c.state, provider = c.provider, collect_on = coalesce(c.collect_on, p.collect_on),
            decline_code = coalesce(c.decline_code, p.decline_code), captured_on = c.captured_on, captured_at = c.captured_at
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::text[], $6::date[], $7::timestamptz[])
         AS c(id, state, provider, collect_on, decline_code, captured_on, captured_at)
      WHERE p.id = c.id`,
    [
      changes.map((change) => change.id),
      changes.map((change) => change.state),
      changes.map((change) => change.provider),
      changes.map((change) => change.collectOn),
      changes.map((change) => change.declineCode),
      changes.map((change) => change.capturedOn),
      changes.map((change) => change.capturedAt),
    ],
  );
}
