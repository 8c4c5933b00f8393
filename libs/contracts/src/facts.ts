// Facts of money: what other contexts hand to the ledger inside their own transaction. Posting rules turn them into entries.
import type { Currency, DateRange, IssuerId, LocalDate } from '@countinghouse/kernel';

/** Who stands behind a posting to receivables, unapplied cash or clearing. */
export interface Party {
  readonly type: 'company' | 'member' | 'provider';
  /** uuid of the company or member, code of the provider. */
  readonly id: string;
}

interface FactBase {
  readonly issuerId: IssuerId;
  /** The row that is the source of the entry; (issuer, sourceType, sourceId, kind) is posted once. */
  readonly sourceType: string;
  readonly sourceId: string;
  /** The local day of the fact in the issuer's zone. */
  readonly on: LocalDate;
  readonly currency: Currency;
}

/** Part of an invoice's net that is earned over a service period (a one-day period for what is earned at once). */
export interface ServiceLine {
  /** Stable id of the line within its document, e.g. its line number. */
  readonly lineNo: number;
  readonly netMinor: bigint;
  readonly servicePeriod: DateRange;
}

/** Debit receivables (gross); credit deferred revenue (net) and VAT payable (tax). The lines add up to the net. */
export interface InvoiceFinalisedFact extends FactBase {
  readonly kind: 'invoice-finalised';
  readonly sourceType: 'invoice';
  readonly party: Party;
  readonly documentNumber: string;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly lines: readonly ServiceLine[];
}

/** Debit deferred revenue, credit revenue. Raised inside accounting by the recognition run. */
export interface RevenueEarnedFact extends FactBase {
  readonly kind: 'revenue-earned';
  readonly amountMinor: bigint;
}

/** Debit provider clearing, credit receivables. */
export interface PaymentCapturedFact extends FactBase {
  readonly kind: 'payment-captured';
  readonly sourceType: 'payment';
  readonly provider: string;
  readonly party: Party;
  readonly invoiceId: string;
  readonly amountMinor: bigint;
}

export type Fact = InvoiceFinalisedFact | RevenueEarnedFact | PaymentCapturedFact;
