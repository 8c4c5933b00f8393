// A rated stretch: days of one period on which a component costs the same, and the only place where its amount is made.
import { DateRange, earnedDays, LocalDate, PlanId, toEpochDay } from '@countinghouse/kernel';

export type TaxCategory = 'standard' | 'reduced' | 'exempt';

/**
 * What a payer owes for a component as if its state of that day lasted the whole period. Two rates that differ in any
 * field but the last two are corrected into one another by a credit and a charge.
 */
export interface Rate {
  /** The full-period total, in minor units of the contract's currency; negative on a discount and where a cap holds. */
  readonly totalMinor: bigint;
  /** On the member's part, the full-period total that the company takes over of the same price; elsewhere 0n. */
  readonly subsidyMinor: bigint;
  /** A decimal number as text, without needless zeros: people, packages, pieces. */
  readonly quantity: string;
  /** Minor units per unit and whole period, at list price. */
  readonly unitPriceMinor: bigint;
  readonly taxInclusive: boolean;
  readonly taxCategory: TaxCategory;
  readonly planId: PlanId | null;
  /** Who is asked: the company for its own parts and for what a member pays through payroll, or else the member. */
  readonly payerType: 'company' | 'member';
  /** How the full-period total comes about, such as `120 people × 10.00`; empty on the record. */
  readonly words: string;
  /** What the quantity counts. */
  readonly counts?: 'people' | 'packages';
}

/** `[start, end)` lies within `period`, which is whole: proration is always a part of the whole period. */
export interface RatedStretch extends DateRange {
  readonly period: DateRange;
  readonly rate: Rate;
}

/** What of the timelines a stretch comes from; it stands on the charge, so that every amount can be traced. */
export interface Facts {
  /** The changes of the component's own timeline that decide its state, by `seq`. */
  readonly changes: readonly number[];
  /** The changes of the contract, where these are the reason. */
  readonly contract?: readonly number[];
  /** Of an enrolment: the price version, and the subsidy rule's first day and plan. */
  readonly price?: string;
  readonly subsidy?: string;
  /** Of an access fee that counts people: how many it counted, as text. */
  readonly people?: string;
  /** Of a fee: its percentage discounts, as component ids; of an adjustment: what it is computed on, in minor units. */
  readonly discounts?: readonly string[];
  readonly base?: string;
}

export interface OwedStretch extends RatedStretch {
  /** The earliest bill-through day on which it is owed. */
  readonly dueOn: LocalDate;
  readonly facts: Facts;
}

/**
 * What the stretch earns of the period's total, in minor units, telescoping within the period (domain rules, §2).
 * The member's part is what the whole price earns less what the company's part earns, and not proration of the rest:
 * only so do the two parts of any stretch add up to the price.
 */
export function amountOf({ rate, period, start, end }: RatedStretch): bigint {
  if (start === period.start && end === period.end) return rate.totalMinor;
  const first = toEpochDay(period.start);
  const [whole, from, to] = [toEpochDay(period.end) - first, toEpochDay(start) - first, toEpochDay(end) - first];
  const earnedOf = (total: bigint) => earnedDays(total, whole, to) - earnedDays(total, whole, from);
  return rate.subsidyMinor === 0n ? earnedOf(rate.totalMinor) : earnedOf(rate.totalMinor + rate.subsidyMinor) - earnedOf(rate.subsidyMinor);
}

/** Adds a stretch, or lengthens the last one if that goes on at the same rate. A total of nothing owes nothing. */
export function addOwed(owed: OwedStretch[], next: OwedStretch): void {
  if (next.rate.totalMinor === 0n) return;
  const last = owed[owed.length - 1];
  const goesOn = last !== undefined && last.end === next.start && last.dueOn === next.dueOn && samePeriod(last, next) && sameRate(last.rate, next.rate);
  if (goesOn) owed[owed.length - 1] = { ...last, end: next.end };
  else owed.push(next);
}

export function samePeriod(a: RatedStretch, b: RatedStretch): boolean {
  return a.period.start === b.period.start && a.period.end === b.period.end;
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
      a.planId === b.planId &&
      a.payerType === b.payerType)
  );
}
