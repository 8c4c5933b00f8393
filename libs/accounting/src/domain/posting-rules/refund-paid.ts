// Refund: debit the receivable of an invoice that owes its payer, or unapplied cash; credit provider clearing, or bank.
import type { RefundPaidFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** The provider takes a refund off a later payout: it stands in clearing under its own document until then. */
export function refundPaid({ of, via, amountMinor, sourceId }: RefundPaidFact): RuleLine[] {
  return [
    {
      role: of.type === 'invoice' ? 'receivables' : 'unapplied-cash',
      amountMinor,
      document: { type: of.type, id: of.id },
      ...(of.party ? { party: of.party } : {}),
    },
    via.type === 'bank'
      ? { role: 'bank', amountMinor: -amountMinor }
      : {
          role: 'provider-clearing',
          amountMinor: -amountMinor,
          party: { type: 'provider', id: via.provider },
          document: { type: 'refund', id: sourceId },
        },
  ];
}
