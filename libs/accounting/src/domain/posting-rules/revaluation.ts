// Month-end revaluation: each open item to its value at the closing rate, against FX gain or FX loss; reversed on day 1.
import type { RevaluationFact, RevaluationReversedFact } from '@countinghouse/contracts';
import { quotedRate } from '../exchange-rate';
import { RuleLine } from '../journal-entry';

/** No money moves, so every line is zero in the currency of the items. */
export function revaluation(fact: RevaluationFact): RuleLine[] {
  return linesOf(fact, 1n);
}

/** The mirror, on the accounts that took the revaluation. */
export function revaluationReversed(fact: RevaluationReversedFact): RuleLine[] {
  return linesOf(fact, -1n);
}

function linesOf(fact: RevaluationFact | RevaluationReversedFact, sign: 1n | -1n): RuleLine[] {
  const rate = quotedRate(fact.rate);
  const gainMinor = fact.items.reduce((sum, item) => sum + item.functionalAmountMinor, 0n);
  return [
    ...fact.items.map(
      ({ functionalAmountMinor, ...item }): RuleLine => ({ ...item, amountMinor: 0n, functionalAmountMinor: sign * functionalAmountMinor, rate }),
    ),
    { role: gainMinor > 0n ? 'fx-gain' : 'fx-loss', amountMinor: 0n, functionalAmountMinor: sign * -gainMinor, rate },
  ];
}
