// Recurring amounts: what a contract comes to by the month and by the year, if its state of a day went on for ever.
import { days, divideRounded, LocalDate } from '@countinghouse/kernel';
import { owedContract } from './owed-contract';
import { FeesTimeline } from './owed-fees';
import { isOfKind } from './fee-timeline';

/** So much in so many months, exactly: minor units times `numerator` over `denominator` a month. */
export interface Recurring {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const NOTHING_RECURRING: Recurring = { numerator: 0n, denominator: 1n };

/** A full-period total of so many months. */
export function recurring(totalMinor: bigint, months: number): Recurring {
  return { numerator: totalMinor, denominator: BigInt(months) };
}

export function plus(a: Recurring, b: Recurring): Recurring {
  return reduced({ numerator: a.numerator * b.denominator + b.numerator * a.denominator, denominator: a.denominator * b.denominator });
}

export function times({ numerator, denominator }: Recurring, count: bigint): Recurring {
  return { numerator: numerator * count, denominator };
}

/** By the month, in minor units: the only place where it is rounded, half away from zero. */
export function byMonth({ numerator, denominator }: Recurring): bigint {
  return divideRounded(numerator, denominator);
}

/** By the year, rounded by itself: twelve rounded months would be off by up to six minor units. */
export function byYear({ numerator, denominator }: Recurring): bigint {
  return divideRounded(numerator * 12n, denominator);
}

/** What the fee components of a contract come to on a day, and since when any of them has been owed. */
export interface RecurringFees {
  readonly amount: Recurring;
  readonly since: LocalDate | undefined;
}

/**
 * The full-period totals of the day, as rating has them, over the months of the period. A discount, cap or commitment has a
 * total for its days in force, which is stretched to the whole period. One-off fees do not recur, nor do the caps and
 * commitments of a whole term, of which nobody knows before its end what they come to.
 * @throws DomainError as {@link owedContract}
 */
export function recurringFees(timeline: FeesTimeline, day: LocalDate): RecurringFees {
  const { contract } = timeline;
  const { whole, months } = contract.cycle.periodOn(day);
  let amount = NOTHING_RECURRING;
  let since: LocalDate | undefined;
  for (const [component, owed] of owedContract(timeline, day)) {
    if (isOfKind(component, 'one-off') || isOfTerm(component)) continue;
    for (const { start, end, period, rate } of owed) {
      if (rate.totalMinor !== 0n && (since === undefined || start < since)) since = start;
      if (day < start || day >= end) continue;
      const ofWhole = { numerator: rate.totalMinor * BigInt(days(whole)), denominator: BigInt(days(period)) * BigInt(months) };
      amount = plus(amount, isOfKind(component, 'access-fee') ? recurring(rate.totalMinor, months) : ofWhole);
    }
  }
  return { amount, since };
}

function isOfTerm(component: FeesTimeline['components'][number]): boolean {
  return component.changes.some((change) => change.kind === 'terms' && 'per' in change.terms && change.terms.per === 'term');
}

function reduced({ numerator, denominator }: Recurring): Recurring {
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return divisor === 1n ? { numerator, denominator } : { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
