// Owed for an enrolment: from the timeline alone, what should have been charged for each day up to the bill-through day.
import { LocalDate, maxDate, minDate } from '@countinghouse/kernel';
import { CyclePeriod, dueOn, Timing } from './billing-cycle';
import { EnrolmentChange, enrolmentStretches, owes } from './enrolment-timeline';
import { firstEndingAfter } from './overlay';
import { RateCard } from './rate-card';
import { FOREVER, RatedContract } from './rated-contract';
import { addOwed, Facts, OwedStretch, Rate } from './rated-stretch';

/** An enrolment with what all enrolments of its contract share. */
export interface EnrolmentTimeline {
  readonly contract: RatedContract;
  readonly timing: Timing;
  readonly rateCard: RateCard;
  readonly changes: readonly EnrolmentChange[];
}

/** The two components of an enrolment: they share their days, and on each the amounts add up to the plan's price. */
export interface OwedEnrolment {
  readonly company: OwedStretch[];
  readonly member: OwedStretch[];
}

/**
 * What the enrolment owes in the periods due, split into the company's part and the member's, by ascending day.
 * @throws DomainError PRICE_MISSING if a day in a due period has no price
 */
export function owedEnrolment({ contract, timing, rateCard, changes }: EnrolmentTimeline, through: LocalDate): OwedEnrolment {
  const owed: OwedEnrolment = { company: [], member: [] };
  const periods = contract.cycle.due(timing, through);
  const lastDay = periods[periods.length - 1]?.end;
  if (lastDay === undefined) return owed;

  for (const { start, end, state, decidedBy } of enrolmentStretches(changes)) {
    if (!owes(state) || state.planId === null) continue;
    const until = minDate(end ?? FOREVER, lastDay);
    for (let index = firstEndingAfter(contract.owing, start); index < contract.owing.length; index++) {
      const owing = contract.owing[index]!;
      const held = { start: maxDate(start, owing.start), end: minDate(until, owing.end) };
      if (held.start >= held.end) break;
      const rates = rateCard.ratesOn(state.planId, held.start, held.end);
      for (let next = 0; next < rates.length; next++) {
        const { from, company, card, payroll, price, subsidy } = rates[next]!;
        const days = { start: maxDate(held.start, from), end: minDate(held.end, rates[next + 1]?.from ?? held.end) };
        const facts: Facts = subsidy === null ? { changes: decidedBy, price } : { changes: decidedBy, price, subsidy };
        add(owed.company, days, periods, timing, company, facts);
        add(owed.member, days, periods, timing, state.byPayroll ? payroll : card, facts);
      }
    }
  }
  return owed;
}

/** Adds the days at one rate, cut at the periods. */
function add(owed: OwedStretch[], days: { start: LocalDate; end: LocalDate }, periods: readonly CyclePeriod[], timing: Timing, rate: Rate, facts: Facts): void {
  if (rate.totalMinor === 0n) return;
  for (let index = firstEndingAfter(periods, days.start); index < periods.length; index++) {
    const period = periods[index]!;
    if (period.start >= days.end) return;
    addOwed(owed, { start: maxDate(days.start, period.start), end: minDate(days.end, period.end), period: period.whole, rate, dueOn: dueOn(period, timing), facts });
  }
}
