// Owed for the fee components of a contract, all together: fees first, then what is computed on them.
import { addDays, DateRange, LocalDate, maxDate } from '@countinghouse/kernel';
import { owedAdjustments } from './adjustments';
import { FeeComponent, isOfKind } from './fee-timeline';
import { FeesTimeline, owedFees } from './owed-fees';
import { OwedStretch } from './rated-stretch';

/**
 * What each component owes in the periods that begin up to a day, by ascending day; not yet due stretches are among them and
 * say when they are.
 * @throws DomainError PRICE_INTERVAL_DOES_NOT_DIVIDE
 */
export function owedContract(timeline: FeesTimeline, begunBy: LocalDate): Map<FeeComponent, OwedStretch[]> {
  const fees = owedFees(timeline, begunBy);
  return new Map<FeeComponent, OwedStretch[]>([...fees, ...owedAdjustments(timeline, fees, begunBy)]);
}

/**
 * The day up to which periods must be looked at: the bill-through day, or the last day that was ever charged for any of the
 * components (a day once charged stays due), or the end of the term that was trued up.
 * @param charged the charges in force of a component, by ascending day
 */
export function lookedAtThrough(
  { contract, components }: Pick<FeesTimeline, 'contract' | 'components'>,
  charged: (component: FeeComponent) => readonly DateRange[],
  through: LocalDate,
): LocalDate {
  let day = through;
  for (const component of components) {
    const last = charged(component).at(-1);
    if (last === undefined) continue;
    const lastDay = addDays(last.end, -1);
    const term = isOfKind(component, 'commitment', 'cap') ? contract.terms.find(({ start, end }) => start <= lastDay && lastDay < end) : undefined;
    day = maxDate(day, term?.end ?? lastDay);
  }
  return day;
}
