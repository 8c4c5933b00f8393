// Dispute lost: debit bad debt, credit disputes receivable; the payer's bank keeps the money.
import type { DisputeLostFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** What is lost is what the dispute stood at in the books; giving it up realises no exchange difference. */
export function disputeLost({ sourceId, party, amountMinor }: DisputeLostFact): RuleLine[] {
  return [
    { role: 'bad-debt', amountMinor, party, takesOtherSide: true },
    { role: 'disputes', amountMinor: -amountMinor, party, document: { type: 'dispute', id: sourceId } },
  ];
}
