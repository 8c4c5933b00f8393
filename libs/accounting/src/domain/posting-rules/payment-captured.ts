// Provider payment captured: debit provider clearing, credit the receivable of the invoice it pays.
import type { PaymentCapturedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** The provider owes us the money under the payment; the payer owes us so much less under the invoice. */
export function paymentCaptured(fact: PaymentCapturedFact): RuleLine[] {
  return [
    {
      role: 'provider-clearing',
      amountMinor: fact.amountMinor,
      party: { type: 'provider', id: fact.provider },
      document: { type: 'payment', id: fact.sourceId },
    },
    {
      role: 'receivables',
      amountMinor: -fact.amountMinor,
      party: fact.party,
      document: { type: 'invoice', id: fact.invoiceId },
    },
  ];
}
