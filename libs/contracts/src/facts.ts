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

/** What a document charges of one tax: the group of EN 16931, by country, category and rate. */
export interface TaxLine {
  /** ISO 3166 alpha-2 of the country whose tax it is. */
  readonly country: string;
  /** Category of EN 16931: `S`, `AE`, `E`, `O` … */
  readonly category: string;
  /** Percent with two decimals: `23.00`. */
  readonly rate: string;
  /** The nets it is computed on, also where the tax itself is zero. */
  readonly baseMinor: bigint;
  readonly taxMinor: bigint;
}

/** The three words that name a tax. */
export type TaxKey = Pick<TaxLine, 'country' | 'category' | 'rate'>;

/** Part of an invoice's net that is earned over a service period (a one-day period for what is earned at once). */
export interface ServiceLine {
  /** Stable id of the line within its document, e.g. its line number. */
  readonly lineNo: number;
  readonly netMinor: bigint;
  readonly servicePeriod: DateRange;
}

/**
 * Debit receivables (gross); credit deferred revenue (net) and VAT payable (tax). The lines add up to the net, the taxes
 * to the tax, and their bases to the net.
 */
export interface InvoiceFinalisedFact extends FactBase {
  readonly kind: 'invoice-finalised';
  readonly sourceType: 'invoice';
  readonly party: Party;
  readonly documentNumber: string;
  /** The day it is to be paid by; without it, the day of the fact. */
  readonly dueOn?: LocalDate;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly taxes: readonly TaxLine[];
  readonly lines: readonly ServiceLine[];
}

/** What a credit note takes back of one line of its invoice. */
export interface CreditedLine {
  /** Stable id of the line within the credit note. */
  readonly lineNo: number;
  /** The line of the invoice that it credits. */
  readonly invoiceLineNo: number;
  /** With the sign of the invoice's line: what a positive line is credited by is positive. */
  readonly netMinor: bigint;
  /** The days it is for: the rest of a period that was cut short. Without it, the line's whole service period. */
  readonly servicePeriod?: DateRange;
  readonly tax: TaxKey;
}

/**
 * Debit deferred revenue (what is not earned yet), revenue (what is) and VAT payable; credit the receivable of the
 * invoice. Amounts are positive as on the credit note. The invoice must have been recorded by an earlier call.
 */
export interface CreditNoteFinalisedFact extends FactBase {
  readonly kind: 'credit-note-finalised';
  readonly sourceType: 'credit-note';
  readonly party: Party;
  readonly documentNumber: string;
  readonly invoiceId: string;
  readonly netMinor: bigint;
  readonly taxMinor: bigint;
  readonly taxes: readonly TaxLine[];
  readonly lines: readonly CreditedLine[];
}

/** Debit deferred revenue, credit revenue. Raised inside accounting by the recognition run. */
export interface RevenueEarnedFact extends FactBase {
  readonly kind: 'revenue-earned';
  readonly amountMinor: bigint;
  /** What it was deferred at in the issuer's currency; left out when the fact is in that currency. */
  readonly functionalAmountMinor?: bigint;
}

/** Debit provider clearing; credit receivables, and unapplied cash with what settles nothing. */
export interface PaymentCapturedFact extends FactBase {
  readonly kind: 'payment-captured';
  readonly sourceType: 'payment';
  readonly provider: string;
  readonly party: Party;
  readonly invoiceId: string;
  /** All that was captured. */
  readonly amountMinor: bigint;
  /** The part of it that the invoice does not take, because it was settled otherwise meanwhile. */
  readonly unappliedMinor?: bigint;
}

/** What a settlement pays out or keeps back: a payment is positive, a refund or dispute negative. */
export interface SettledItem {
  readonly type: 'payment' | 'refund' | 'dispute';
  readonly id: string;
  readonly amountMinor: bigint;
}

/** Debit bank and provider fees, credit provider clearing item by item. The items are what arrives plus the fees. */
export interface ProviderSettledFact extends FactBase {
  readonly kind: 'provider-settled';
  readonly sourceType: 'settlement';
  readonly provider: string;
  readonly items: readonly SettledItem[];
  /** Negative when the provider gives fees back. */
  readonly feeMinor: bigint;
  /** What reaches the bank; negative when the provider collects from us. */
  readonly bankMinor: bigint;
}

/** Debit bank, credit unapplied cash under the receipt. */
export interface FundsReceivedFact extends FactBase {
  readonly kind: 'funds-received';
  readonly sourceType: 'receipt';
  /** Who paid, when the statement says so. */
  readonly party?: Party;
  readonly amountMinor: bigint;
}

/**
 * Debit unapplied cash under the receipt (or the payment that was not applied), or the receivable of an invoice that owes its
 * payer since it was credited; credit the receivable of the invoice that is settled with it.
 */
export interface ReceiptAllocatedFact extends FactBase {
  readonly kind: 'receipt-allocated';
  readonly sourceType: 'allocation';
  /** The money, or the credited invoice, and its party as it was recorded. */
  readonly from: { readonly type: 'receipt' | 'payment' | 'invoice'; readonly id: string; readonly party?: Party };
  /** Who owes the invoice. */
  readonly party: Party;
  readonly invoiceId: string;
  readonly amountMinor: bigint;
}

/** Debit the credit balance of an invoice, or unapplied cash; credit provider clearing under the refund, or bank. */
export interface RefundPaidFact extends FactBase {
  readonly kind: 'refund-paid';
  readonly sourceType: 'refund';
  /** An invoice stands for its receivable, a receipt or payment for unapplied cash. */
  readonly of: { readonly type: 'invoice' | 'receipt' | 'payment'; readonly id: string; readonly party?: Party };
  readonly via: { readonly type: 'provider'; readonly provider: string } | { readonly type: 'bank' };
  readonly amountMinor: bigint;
}

interface DisputeFactBase extends FactBase {
  readonly sourceType: 'dispute';
  readonly provider: string;
  /** Who contests the payment. */
  readonly party: Party;
  readonly amountMinor: bigint;
}

/** Debit disputes receivable, credit provider clearing: the provider takes the money back for the time being. */
export interface DisputeOpenedFact extends DisputeFactBase {
  readonly kind: 'dispute-opened';
}

/** Debit provider clearing, credit disputes receivable: the provider gives it back. */
export interface DisputeWonFact extends DisputeFactBase {
  readonly kind: 'dispute-won';
}

/** Debit bad debt, credit disputes receivable. */
export interface DisputeLostFact extends DisputeFactBase {
  readonly kind: 'dispute-lost';
}

/** Debit bad debt, credit the receivable of an invoice that will not be paid. */
export interface WrittenOffFact extends FactBase {
  readonly kind: 'written-off';
  readonly sourceType: 'write-off';
  readonly party: Party;
  readonly invoiceId: string;
  readonly amountMinor: bigint;
}

/** By how much the value of one open item, or of a bank balance, changes in the issuer's currency. */
export interface RevaluedItem {
  readonly role: 'receivables' | 'provider-clearing' | 'unapplied-cash' | 'disputes' | 'bank';
  readonly party?: Party;
  /** The open item; a bank balance has none. */
  readonly document?: { readonly type: string; readonly id: string };
  /** Debit positive. */
  readonly functionalAmountMinor: bigint;
}

interface RevaluationFactBase extends FactBase {
  readonly sourceType: 'revaluation';
  /** The closing rate: what one unit of the currency is worth in the issuer's currency, as a decimal. */
  readonly rate: string;
  readonly items: readonly RevaluedItem[];
}

/** Month-end value of open foreign items: FX gain or FX loss takes the other side. Raised inside accounting. */
export interface RevaluationFact extends RevaluationFactBase {
  readonly kind: 'revaluation';
}

/** Takes a revaluation back on day 1: the same source and items, the other side; recorded in the same call. */
export interface RevaluationReversedFact extends RevaluationFactBase {
  readonly kind: 'revaluation-reversed';
}

export type Fact =
  | InvoiceFinalisedFact
  | CreditNoteFinalisedFact
  | RevenueEarnedFact
  | PaymentCapturedFact
  | ProviderSettledFact
  | FundsReceivedFact
  | ReceiptAllocatedFact
  | RefundPaidFact
  | DisputeOpenedFact
  | DisputeWonFact
  | DisputeLostFact
  | WrittenOffFact
  | RevaluationFact
  | RevaluationReversedFact;
