// For the specs: builders of the facts that follow an invoice, each sound by itself and told otherwise by its changes.
import { Currency, IssuerId } from '@countinghouse/kernel';
import type {
  CreditNoteFinalisedFact,
  DisputeOpenedFact,
  FundsReceivedFact,
  InvoiceFinalisedFact,
  PaymentCapturedFact,
  ProviderSettledFact,
  ReceiptAllocatedFact,
  RefundPaidFact,
  TaxKey,
  WrittenOffFact,
} from '@countinghouse/contracts';
import { newId } from '@countinghouse/platform';
import { day, EUR } from './books-under-test';

export const VAT: TaxKey = { country: 'PT', category: 'S', rate: '23.00' };

/** Credits so much net of the first line of an invoice, with 23 % VAT on it rounded down. */
export function aCreditOf(
  invoice: InvoiceFinalisedFact,
  netMinor: bigint,
  changes: Partial<CreditNoteFinalisedFact> & { servicePeriod?: CreditNoteFinalisedFact['lines'][0]['servicePeriod'] } = {},
): CreditNoteFinalisedFact {
  const { servicePeriod, ...rest } = changes;
  const taxMinor = changes.taxMinor ?? (netMinor * 23n) / 100n;
  return {
    kind: 'credit-note-finalised',
    issuerId: invoice.issuerId,
    sourceType: 'credit-note',
    sourceId: newId(),
    on: invoice.on,
    currency: invoice.currency,
    party: invoice.party,
    documentNumber: 'NC 2026A/1',
    invoiceId: invoice.sourceId,
    netMinor,
    taxMinor,
    taxes: [{ ...VAT, baseMinor: netMinor, taxMinor }],
    lines: [{ lineNo: 1, invoiceLineNo: invoice.lines[0]!.lineNo, netMinor, tax: VAT, ...(servicePeriod ? { servicePeriod } : {}) }],
    ...rest,
  };
}

export function aReceipt(issuerId: IssuerId, changes: Partial<FundsReceivedFact> = {}): FundsReceivedFact {
  return {
    kind: 'funds-received',
    issuerId,
    sourceType: 'receipt',
    sourceId: newId(),
    on: day('2026-02-10'),
    currency: EUR as Currency,
    amountMinor: 12_300n,
    ...changes,
  };
}

export function anAllocation(
  receipt: FundsReceivedFact,
  invoice: InvoiceFinalisedFact,
  amountMinor: bigint,
  changes: Partial<ReceiptAllocatedFact> = {},
): ReceiptAllocatedFact {
  return {
    kind: 'receipt-allocated',
    issuerId: invoice.issuerId,
    sourceType: 'allocation',
    sourceId: newId(),
    on: receipt.on,
    currency: invoice.currency,
    from: { type: 'receipt', id: receipt.sourceId, ...(receipt.party ? { party: receipt.party } : {}) },
    party: invoice.party,
    invoiceId: invoice.sourceId,
    amountMinor,
    ...changes,
  };
}

export function aSettlementOf(payments: readonly PaymentCapturedFact[], feeMinor: bigint, changes: Partial<ProviderSettledFact> = {}): ProviderSettledFact {
  const [first] = payments;
  const items = payments.map(({ sourceId, amountMinor }) => ({ type: 'payment' as const, id: sourceId, amountMinor }));
  return {
    kind: 'provider-settled',
    issuerId: first!.issuerId,
    sourceType: 'settlement',
    sourceId: newId(),
    on: first!.on,
    currency: first!.currency,
    provider: first!.provider,
    items,
    feeMinor,
    bankMinor: items.reduce((sum, item) => sum + item.amountMinor, 0n) - feeMinor,
    ...changes,
  };
}

export function aRefundOf(invoice: InvoiceFinalisedFact, amountMinor: bigint, changes: Partial<RefundPaidFact> = {}): RefundPaidFact {
  return {
    kind: 'refund-paid',
    issuerId: invoice.issuerId,
    sourceType: 'refund',
    sourceId: newId(),
    on: invoice.on,
    currency: invoice.currency,
    of: { type: 'invoice', id: invoice.sourceId, party: invoice.party },
    via: { type: 'provider', provider: 'sandbox' },
    amountMinor,
    ...changes,
  };
}

export function aDisputeOf(payment: PaymentCapturedFact, changes: Partial<DisputeOpenedFact> = {}): DisputeOpenedFact {
  return {
    kind: 'dispute-opened',
    issuerId: payment.issuerId,
    sourceType: 'dispute',
    sourceId: newId(),
    on: payment.on,
    currency: payment.currency,
    provider: payment.provider,
    party: payment.party,
    amountMinor: payment.amountMinor,
    ...changes,
  };
}

export function aWriteOffOf(invoice: InvoiceFinalisedFact, amountMinor: bigint, changes: Partial<WrittenOffFact> = {}): WrittenOffFact {
  return {
    kind: 'written-off',
    issuerId: invoice.issuerId,
    sourceType: 'write-off',
    sourceId: newId(),
    on: invoice.on,
    currency: invoice.currency,
    party: invoice.party,
    invoiceId: invoice.sourceId,
    amountMinor,
    ...changes,
  };
}
