// A contract as rating sees it: the days it owes, its cycle and its terms.
import { anchorOn, DateRange, dayOfMonthClamped, DomainError, LocalDate, maxDate } from '@countinghouse/kernel';
import { BillingCycle, CycleStretch } from './billing-cycle';
import { ContractChange, contractOwes, ContractState, contractStretches } from './contract-timeline';
import { StateStretch } from './timeline';

/** An open end, later than any day that is rated. */
export const FOREVER = '9999-12-31' as LocalDate;

export interface RatedContract {
  /** The first day in force. */
  readonly startsOn: LocalDate;
  /** The days on which what is agreed under the contract is owed, in order and apart. */
  readonly owing: readonly DateRange[];
  readonly cycle: BillingCycle;
  /** The terms that have an end, in order. */
  readonly terms: readonly DateRange[];
  readonly states: readonly StateStretch<ContractState>[];
}

/** @throws DomainError CONTRACT_CYCLE_MISSING if the contract is in force on a day without a cycle */
export function ratedContract(changes: readonly ContractChange[]): RatedContract {
  const states = contractStretches(changes);
  const startsOn = states.find(({ state }) => state.inForce)?.start ?? FOREVER;
  return { startsOn, owing: owingDays(states), cycle: cycleOf(states, startsOn), terms: termsOf(states, startsOn), states };
}

function owingDays(states: readonly StateStretch<ContractState>[]): DateRange[] {
  const owing: DateRange[] = [];
  for (const { start, end, state } of states) {
    if (!contractOwes(state)) continue;
    const last = owing[owing.length - 1];
    if (last?.end === start) owing[owing.length - 1] = { start: last.start, end: end ?? FOREVER };
    else owing.push({ start, end: end ?? FOREVER });
  }
  return owing;
}

function cycleOf(states: readonly StateStretch<ContractState>[], startsOn: LocalDate): BillingCycle {
  const cycles: CycleStretch[] = [];
  for (const { start, state } of states) {
    const { anchorDay, anchorMonth, cycleMonths } = state;
    if (anchorDay === null || anchorMonth === null || cycleMonths === null) continue;
    const last = cycles[cycles.length - 1]?.anchor;
    // A month of the year 2000 stands for all months in which a period begins.
    const on = dayOfMonthClamped(FIRST_MONTH_OF_2000 - (FIRST_MONTH_OF_2000 % cycleMonths) + anchorMonth, 1);
    if (last?.on === on && last.day === anchorDay && last.months === cycleMonths) continue;
    cycles.push({ start, anchor: anchorOn(on, cycleMonths, anchorDay) });
  }
  if (cycles[0] === undefined || cycles[0].start > startsOn) {
    throw new DomainError('CONTRACT_CYCLE_MISSING', `The contract is in force from ${startsOn} and has no billing cycle on that day.`, {
      field: 'cycle',
      value: startsOn,
      remedy: `Record a billing cycle that is effective on or before ${startsOn}.`,
    });
  }
  return new BillingCycle(cycles);
}

const FIRST_MONTH_OF_2000 = 2000 * 12;

/** A change while a term runs says when it ends; a change after its end begins the next one, at that end or on a later day. */
function termsOf(states: readonly StateStretch<ContractState>[], startsOn: LocalDate): DateRange[] {
  const terms: { start: LocalDate; end: LocalDate | null }[] = [];
  let stated: LocalDate | null | undefined;
  for (const { start: day, state } of states) {
    if (state.termEndsOn === stated) continue;
    stated = state.termEndsOn;
    const last = terms[terms.length - 1];
    if (last === undefined) terms.push({ start: maxDate(day, startsOn), end: stated });
    else if (last.end !== null && last.end <= day) terms.push({ start: day, end: stated });
    else terms[terms.length - 1] = { start: last.start, end: stated };
  }
  return terms.filter((term): term is DateRange => term.end !== null && term.start < term.end);
}
