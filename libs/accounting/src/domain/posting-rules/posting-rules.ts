// The posting rules by kind of fact: the one place that says which rule posts what.
import type { Fact } from '@countinghouse/contracts';
import { RuleLine } from '../journal-entry';
import { invoiceFinalised } from './invoice-finalised';
import { paymentCaptured } from './payment-captured';
import { revenueEarned } from './revenue-earned';

/** The lines of a fact's entry, by account role. Adding a kind of fact without its rule does not compile. */
export function linesOf(fact: Fact): RuleLine[] {
  switch (fact.kind) {
    case 'invoice-finalised':
      return invoiceFinalised(fact);
    case 'payment-captured':
      return paymentCaptured(fact);
    case 'revenue-earned':
      return revenueEarned(fact);
  }
}
