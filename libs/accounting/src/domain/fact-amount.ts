// The amount of a fact: what was paid, received, refunded or given up is more than nothing; the fact's kind says which way it went.
import { DomainError } from '@countinghouse/kernel';
import type { Fact } from '@countinghouse/contracts';

/**
 * A wrong sign would turn a payment into a refund that nobody made, along flows that are declared.
 * @throws DomainError FACT_AMOUNT_NOT_POSITIVE
 */
export function assertPositive(fact: Fact): void {
  switch (fact.kind) {
    case 'credit-note-finalised':
      return refuseUnless(fact.netMinor + fact.taxMinor > 0n, fact, fact.netMinor + fact.taxMinor);
    case 'payment-captured': {
      const unappliedMinor = fact.unappliedMinor ?? 0n;
      return refuseUnless(fact.amountMinor > 0n && unappliedMinor >= 0n && unappliedMinor <= fact.amountMinor, fact, fact.amountMinor);
    }
    case 'funds-received':
    case 'receipt-allocated':
    case 'refund-paid':
    case 'dispute-opened':
    case 'dispute-won':
    case 'dispute-lost':
    case 'written-off':
      return refuseUnless(fact.amountMinor > 0n, fact, fact.amountMinor);
    // These go either way: invoices carry credits, settlements collect, revenue is taken back, currencies fall.
    case 'invoice-finalised':
    case 'provider-settled':
    case 'revenue-earned':
    case 'revaluation':
    case 'revaluation-reversed':
      return;
  }
}

function refuseUnless(isSound: boolean, fact: Fact, amountMinor: bigint): void {
  if (isSound) return;
  throw new DomainError('FACT_AMOUNT_NOT_POSITIVE', `${fact.kind} of ${fact.sourceType} ${fact.sourceId} cannot be over ${amountMinor} minor units.`, {
    field: 'amountMinor',
    value: amountMinor.toString(),
    remedy: 'Give the amount as it stands on the document, above zero; what goes the other way is a fact of another kind.',
  });
}
