// Revenue earned: debit deferred revenue, credit revenue. A negative amount takes revenue back, line by line mirrored.
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';

/** In a foreign currency it is earned at what it was deferred at: a customer's prepayment is not owed in money. */
export function revenueEarned({ amountMinor, functionalAmountMinor: worth }: RevenueEarnedFact): RuleLine[] {
  return [
    { role: 'deferred-revenue', amountMinor, ...(worth === undefined ? {} : { functionalAmountMinor: worth }) },
    { role: 'revenue', amountMinor: -amountMinor, ...(worth === undefined ? {} : { functionalAmountMinor: -worth }) },
  ];
}
