// Owed: from the timeline alone, what should have been charged for each day up to the bill-through day. Pure functions.
import { BillingPeriod, LocalDate, maxDate, minDate } from '@countinghouse/kernel';
import { BillingCycle, Term } from './billing-cycle';
import { EnrolmentChange, planStretches } from './enrolment-timeline';
import { RateCard } from './rate-card';
import { Rate, RatedStretch, TaxCategory } from './rated-stretch';

/** People counted on each day of `[start, end)`. Days outside every stretch count nobody. */
export interface HeadcountStretch {
  readonly start: LocalDate;
  readonly end: LocalDate;
  readonly count: number;
}

/** How an access fee comes from the headcount: one amount whatever it is, or an amount for each person. */
export type PriceModel = 'flat' | 'perUnit';

/** An access fee. `unitPriceMinor` is by the month; the headcount matters to `perUnit` only and is measured daily. */
export interface FeeTimeline {
  readonly term: Term;
  readonly cycle: BillingCycle;
  readonly priceModel: PriceModel;
  readonly unitPriceMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly headcount: readonly HeadcountStretch[];
}

/** An enrolment with the terms of its contract, which all enrolments of the contract share. */
export interface EnrolmentTimeline {
  readonly term: Term;
  readonly cycle: BillingCycle;
  readonly rateCard: RateCard;
  readonly changes: readonly EnrolmentChange[];
}

/** The two components of an enrolment: they share their days, and on each the amounts add up to the plan's price. */
export interface OwedEnrolment {
  readonly company: RatedStretch[];
  readonly member: RatedStretch[];
}

/** What the access fee owes in the periods due, by ascending day. Stretches whose total is nothing are left out. */
export function owedFee(fee: FeeTimeline, through: LocalDate): RatedStretch[] {
  const owed: RatedStretch[] = [];
  const periods = fee.cycle.due(through);
  const lastDay = periods[periods.length - 1]?.end;
  if (lastDay === undefined) return owed;

  const quantities = fee.priceModel === 'perUnit' ? fee.headcount : [{ start: fee.term.start, end: lastDay, count: 1 }];
  for (const { start, end, count } of quantities) {
    charge(owed, within(fee.term, start, end), periods, feeRate(fee, count));
  }
  return owed;
}

/**
 * What the enrolment owes in the periods due, split into the company's part and the member's.
 * @throws DomainError PRICE_MISSING if a day in a due period has no price
 */
export function owedEnrolment(enrolment: EnrolmentTimeline, through: LocalDate): OwedEnrolment {
  const owed: OwedEnrolment = { company: [], member: [] };
  const periods = enrolment.cycle.due(through);
  const lastDay = periods[periods.length - 1]?.end;
  if (lastDay === undefined) return owed;

  for (const { start, end, planId } of planStretches(enrolment.changes)) {
    const held = within(enrolment.term, start, end ?? lastDay);
    if (held.start >= minDate(held.end, lastDay)) continue;
    const rates = enrolment.rateCard.ratesFrom(planId, held.start);
    for (let index = 0; index < rates.length; index++) {
      const rate = rates[index]!;
      const days = { start: maxDate(held.start, rate.from), end: minDate(held.end, rates[index + 1]?.from ?? held.end) };
      charge(owed.company, days, periods, rate.company);
      charge(owed.member, days, periods, rate.member);
    }
  }
  return owed;
}

/** Adds the days at one rate, cut at the periods. A total of nothing is no charge, however many the days. */
function charge(owed: RatedStretch[], days: { start: LocalDate; end: LocalDate }, periods: readonly BillingPeriod[], rate: Rate): void {
  if (rate.totalMinor === 0n || days.start >= days.end) return;
  for (let index = firstEndingAfter(periods, days.start); index < periods.length; index++) {
    const period = periods[index]!;
    if (period.start >= days.end) return;
    owed.push({ start: maxDate(days.start, period.start), end: minDate(days.end, period.end), period, rate });
  }
}

/** Binary search, because a member who joined this month must not walk through the years of the contract. */
function firstEndingAfter(periods: readonly BillingPeriod[], day: LocalDate): number {
  let [low, high] = [0, periods.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (periods[middle]!.end > day) high = middle;
    else low = middle + 1;
  }
  return low;
}

function feeRate(fee: FeeTimeline, count: number): Rate {
  const unitPriceMinor = fee.unitPriceMinor * BigInt(fee.cycle.anchor.months);
  const quantity = BigInt(count);
  const { taxInclusive, taxCategory } = fee;
  return { totalMinor: quantity * unitPriceMinor, subsidyMinor: 0n, quantity, unitPriceMinor, taxInclusive, taxCategory, planId: null };
}

function within(term: Term, start: LocalDate, end: LocalDate): { start: LocalDate; end: LocalDate } {
  return { start: maxDate(term.start, start), end: term.end === null ? end : minDate(term.end, end) };
}
