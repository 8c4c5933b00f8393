// The measures of an access fee: how many people count on the days of a period on which the fee is in force.
import { addDays, DateRange, days, Decimal, divideRounded, LocalDate, powerOfTen } from '@countinghouse/kernel';
import { AccessFeeTerms, Measure } from './fee-terms';
import { firstEndingAfter, overlay } from './overlay';

/** People counted on each day of `[start, end)`. Days outside every stretch count nobody. */
export interface HeadcountStretch extends DateRange {
  readonly count: number;
}

export interface MeasuredStretch extends DateRange {
  readonly quantity: Decimal;
}

/**
 * By the day; or one number for the whole period: on its first day in force, the highest, the average of its days, on its last
 * day. With `none` on decrease, daily numbers cost no less within a period than the most people before.
 *
 * The stretches of `inForce` with the quantity that the fee is charged for, in order.
 * @param headcount in order
 * @param inForce the days of one period on which the fee is in force, in order
 */
export function measured(measure: Measure, onDecrease: AccessFeeTerms['onDecrease'], headcount: readonly HeadcountStretch[], inForce: readonly DateRange[]): MeasuredStretch[] {
  if (measure === 'daily') return daily(onDecrease, headcount, inForce);
  const quantity = ofPeriod(measure, headcount, inForce);
  return inForce.map(({ start, end }) => ({ start, end, quantity }));
}

function daily(onDecrease: AccessFeeTerms['onDecrease'], headcount: readonly HeadcountStretch[], inForce: readonly DateRange[]): MeasuredStretch[] {
  let most = 0;
  return countsOn(headcount, inForce).map(({ start, end, count }) => {
    most = Math.max(most, count);
    return { start, end, quantity: whole(onDecrease === 'none' ? most : count) };
  });
}

function ofPeriod(measure: Exclude<Measure, 'daily'>, headcount: readonly HeadcountStretch[], inForce: readonly DateRange[]): Decimal {
  const first = inForce[0];
  const last = inForce[inForce.length - 1];
  if (first === undefined || last === undefined) return whole(0);
  switch (measure) {
    case 'periodStart':
      return whole(countOn(headcount, first.start));
    case 'periodEnd':
      return whole(countOn(headcount, addDays(last.end, -1)));
    case 'peak':
      return whole(Math.max(...countsOn(headcount, inForce).map(({ count }) => count)));
    case 'average':
      return average(countsOn(headcount, inForce));
  }
}

/** To four decimals, half away from zero. */
function average(counts: readonly HeadcountStretch[]): Decimal {
  let [personDays, allDays] = [0, 0];
  for (const stretch of counts) {
    personDays += stretch.count * days(stretch);
    allDays += days(stretch);
  }
  return { unscaled: divideRounded(BigInt(personDays) * powerOfTen(4), BigInt(allDays)), scale: 4 };
}

function countOn(headcount: readonly HeadcountStretch[], day: LocalDate): number {
  const stretch = headcount[firstEndingAfter(headcount, day)];
  return stretch !== undefined && stretch.start <= day ? stretch.count : 0;
}

/** The counts on every day in force, those of nobody included. */
function countsOn(headcount: readonly HeadcountStretch[], inForce: readonly DateRange[]): HeadcountStretch[] {
  return inForce.flatMap((days) => overlay(days, headcount).map(({ start, end, on }) => ({ start, end, count: on?.count ?? 0 })));
}

function whole(count: number): Decimal {
  return { unscaled: BigInt(count), scale: 0 };
}
