// Allocation: debit unapplied cash under the receipt, or the credited invoice that owes its payer; credit the receivable of the invoice it settles.
import type { ReceiptAllocatedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** Who paid and who owes may differ: a parent company pays for its children. */
export function receiptAllocated({ from, party, invoiceId, amountMinor }: ReceiptAllocatedFact): RuleLine[] {
  return [
    {
      role: from.type === 'invoice' ? 'receivables' : 'unapplied-cash',
      amountMinor,
      document: { type: from.type, id: from.id },
      ...(from.party ? { party: from.party } : {}),
    },
    { role: 'receivables', amountMinor: -amountMinor, party, document: { type: 'invoice', id: invoiceId } },
  ];
}
