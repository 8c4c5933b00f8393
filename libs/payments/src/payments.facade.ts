// What others may ask of payments: the payments of invoices, and how collecting is getting on.
import { Injectable } from '@nestjs/common';
import type { Currency, InvoiceId, IssuerId, LocalDate, PaymentId } from '@countinghouse/kernel';
import type { Reader } from '@countinghouse/platform';
import type { PaymentState } from './domain/payment-state';

export interface Payment {
  readonly id: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly issuerId: IssuerId;
  readonly payerType: 'company' | 'member';
  readonly payerId: string;
  readonly provider: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly state: PaymentState;
  readonly collectOn: LocalDate;
  readonly attempts: number;
  readonly declineCode: string | null;
  readonly capturedOn: LocalDate | null;
}

export interface CollectionProgress {
  readonly state: PaymentState;
  readonly currency: Currency;
  readonly count: number;
  readonly amountMinor: bigint;
}

const COLUMNS = `id, invoice_id AS "invoiceId", issuer_id AS "issuerId", payer_type AS "payerType", payer_id AS "payerId", provider, currency,
  amount_minor AS "amountMinor", state, collect_on AS "collectOn", attempts, decline_code AS "declineCode", captured_on AS "capturedOn"`;

@Injectable()
export class Payments {
  /** The payments of these invoices, oldest first; one statement, for data loaders. */
  ofInvoices(reader: Reader, invoiceIds: readonly InvoiceId[]): Promise<Payment[]> {
    return reader.query<Payment>(`SELECT ${COLUMNS} FROM payments.payment WHERE invoice_id = ANY ($1::uuid[]) ORDER BY id`, [invoiceIds]);
  }

  /** The payments with these ids, in no order. */
  withIds(reader: Reader, ids: readonly PaymentId[]): Promise<Payment[]> {
    return reader.query<Payment>(`SELECT ${COLUMNS} FROM payments.payment WHERE id = ANY ($1::uuid[])`, [ids]);
  }

  /** Payments by state and currency, of one issuer or of all: counts and sums. */
  progress(reader: Reader, issuerId?: IssuerId): Promise<CollectionProgress[]> {
    return reader.query<CollectionProgress>(
      `SELECT state, currency, count(*)::int AS count, sum(amount_minor)::bigint AS "amountMinor"
         FROM payments.payment WHERE $1::uuid IS NULL OR issuer_id = $1 GROUP BY state, currency ORDER BY state, currency`,
      [issuerId ?? null],
    );
  }

  /** How many payments a provider still owes us word about; 0 when a collection has settled. */
  async inFlight(reader: Reader): Promise<number> {
    const { count } = await reader.one<{ count: number }>(`SELECT count(*)::int AS count FROM payments.payment WHERE state IN ('processing', 'unknown')`);
    return count;
  }

  /** Webhooks that no rule could apply and a person has to look at, oldest first. */
  parkedWebhooks(reader: Reader, limit = 100): Promise<{ id: bigint; provider: string; providerEventId: string; reason: string }[]> {
    return reader.query(
      `SELECT id, provider, provider_event_id AS "providerEventId", reason FROM payments.webhook_event WHERE outcome = 'parked' ORDER BY id LIMIT $1`,
      [limit],
    );
  }
}
