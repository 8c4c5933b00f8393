// Bank receipt: debit bank, credit unapplied cash under the receipt until it is allocated.
import type { FundsReceivedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

export function fundsReceived(fact: FundsReceivedFact): RuleLine[] {
  return [
    { role: 'bank', amountMinor: fact.amountMinor },
    {
      role: 'unapplied-cash',
      amountMinor: -fact.amountMinor,
      document: { type: 'receipt', id: fact.sourceId },
      ...(fact.party ? { party: fact.party } : {}),
    },
  ];
}
