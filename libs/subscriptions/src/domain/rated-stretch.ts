// A rated stretch: days of one period on which a component costs the same, and the only place where its amount is made.
import { DateRange, earnedBetween, PlanId } from '@countinghouse/kernel';

export type TaxCategory = 'standard' | 'reduced' | 'exempt';

/**
 * What a payer owes for a component as if its state of that day lasted the whole period. Two rates that differ in any
 * field are corrected into one another by a credit and a charge.
 */
export interface Rate {
  /** The full-period total, in minor units of the contract's currency; never negative. */
  readonly totalMinor: bigint;
  /** On the member's part, the full-period total that the company takes over of the same price; elsewhere 0n. */
  readonly subsidyMinor: bigint;
  readonly quantity: bigint;
  /** Minor units per unit and whole period. */
  readonly unitPriceMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly planId: PlanId | null;
}

/** `[start, end)` lies within `period`, which is whole: proration is always a part of the whole period. */
export interface RatedStretch extends DateRange {
  readonly period: DateRange;
  readonly rate: Rate;
}

/**
 * What the stretch earns of the period's total, in minor units, telescoping within the period (domain rules, §2).
 * The member's part is what the whole price earns less what the company's part earns, and not proration of the rest:
 * only so do the two parts of any stretch add up to the price.
 */
export function amountOf({ rate, period, start, end }: RatedStretch): bigint {
  if (start === period.start && end === period.end) return rate.totalMinor;
  const stretch = { start, end };
  if (rate.subsidyMinor === 0n) return earnedBetween(rate.totalMinor, period, stretch);
  return (
    earnedBetween(rate.totalMinor + rate.subsidyMinor, period, stretch) - earnedBetween(rate.subsidyMinor, period, stretch)
  );
}

/** Whether two rates of one day are the same, so that there is nothing to correct. */
export function sameRate(a: Rate, b: Rate): boolean {
  return (
    a === b ||
    (a.totalMinor === b.totalMinor &&
      a.subsidyMinor === b.subsidyMinor &&
      a.quantity === b.quantity &&
      a.unitPriceMinor === b.unitPriceMinor &&
      a.taxInclusive === b.taxInclusive &&
      a.taxCategory === b.taxCategory &&
      a.planId === b.planId)
  );
}
