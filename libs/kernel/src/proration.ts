/** Proration: how much of a period's total is earned by a day, so that the pieces of a period always add up to it. */
import type { DateRange } from './date-range';
import { DomainError } from './domain-error';
import { toEpochDay, type LocalDate } from './local-date';
import { divideRounded } from './rounding';

/**
 * What is earned of a period's total before the day `until` begins: `round(total × (until − start) / days)`, in the same
 * minor unit, half away from zero. Nothing up to the period's start, the whole total from its end on.
 * Source: the domain rules, telescoping proration.
 * @param total the full period's amount in minor units, of either sign
 */
export function earned(total: bigint, period: DateRange, until: LocalDate): bigint {
  const start = toEpochDay(period.start);
  return earnedDays(total, toEpochDay(period.end) - start, toEpochDay(until) - start);
}

/**
 * The amount of a stretch of the period: `earned(end) − earned(start)`. Adjacent stretches add up to the cent, because
 * what they share is computed once and cancels; each stretch rounded by itself would lose or invent cents.
 * Days of the stretch outside the period earn nothing.
 */
export function earnedBetween(total: bigint, period: DateRange, stretch: DateRange): bigint {
  return earned(total, period, stretch.end) - earned(total, period, stretch.start);
}

/**
 * {@link earned} on bare day counts, for loops that already work on epoch days.
 * @param days the days of the whole period, at least 1
 * @param elapsed the days gone by; held within 0 and `days`
 * @throws DomainError DATE_RANGE_EMPTY if the period has no day
 */
export function earnedDays(total: bigint, days: number, elapsed: number): bigint {
  if (days < 1) throw new DomainError('DATE_RANGE_EMPTY', `A period of ${days} days earns nothing.`, { value: String(days) });
  if (elapsed <= 0) return 0n;
  if (elapsed >= days) return total;
  return divideRounded(total * BigInt(elapsed), BigInt(days));
}
