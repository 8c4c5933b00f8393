// Revenue earned: debit deferred revenue, credit revenue. A negative amount takes revenue back, line by line mirrored.
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

export function revenueEarned(fact: RevenueEarnedFact): RuleLine[] {
  return [
    { role: 'deferred-revenue', amountMinor: fact.amountMinor },
    { role: 'revenue', amountMinor: -fact.amountMinor },
  ];
}
