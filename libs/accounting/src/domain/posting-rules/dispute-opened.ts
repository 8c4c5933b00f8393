// Dispute opened: debit disputes receivable, credit provider clearing; the money is back with the payer's bank for now.
import type { DisputeOpenedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

export function disputeOpened({ sourceId, party, provider, amountMinor }: DisputeOpenedFact): RuleLine[] {
  const document = { type: 'dispute', id: sourceId };
  return [
    { role: 'disputes', amountMinor, party, document },
    { role: 'provider-clearing', amountMinor: -amountMinor, party: { type: 'provider', id: provider }, document },
  ];
}
