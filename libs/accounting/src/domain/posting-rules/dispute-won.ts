// Dispute won: debit provider clearing, credit disputes receivable; the provider pays the money out again.
import type { DisputeWonFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

export function disputeWon({ sourceId, party, provider, amountMinor }: DisputeWonFact): RuleLine[] {
  const document = { type: 'dispute', id: sourceId };
  return [
    { role: 'provider-clearing', amountMinor, party: { type: 'provider', id: provider }, document },
    { role: 'disputes', amountMinor: -amountMinor, party, document },
  ];
}
