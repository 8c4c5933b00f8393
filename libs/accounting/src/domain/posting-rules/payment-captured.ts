// Provider payment captured: debit provider clearing; credit the receivable of the invoice it pays, and unapplied cash with the rest.
import type { PaymentCapturedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** The provider owes us the money under the payment; the payer owes us so much less under the invoice. */
export function paymentCaptured(fact: PaymentCapturedFact): RuleLine[] {
  const payment = { type: 'payment', id: fact.sourceId };
  const unappliedMinor = fact.unappliedMinor ?? 0n;
  return [
    { role: 'provider-clearing', amountMinor: fact.amountMinor, party: { type: 'provider', id: fact.provider }, document: payment },
    {
      role: 'receivables',
      amountMinor: unappliedMinor - fact.amountMinor,
      party: fact.party,
      document: { type: 'invoice', id: fact.invoiceId },
    },
    ...(unappliedMinor === 0n ? [] : [{ role: 'unapplied-cash', amountMinor: -unappliedMinor, party: fact.party, document: payment } as const]),
  ];
}
