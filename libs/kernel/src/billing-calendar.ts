/** Billing calendar: the periods of a cycle, each computed from the anchor and never from the period before. */
import type { DateRange } from './date-range';
import { DomainError } from './domain-error';
import { dayOfMonth, dayOfMonthClamped, monthNumber, type LocalDate } from './local-date';

/**
 * Where a cycle is tied to the calendar. Boundary 0 is day `day` of the month of `on` (or that month's last day), and
 * boundary n is the same day `n × months` months later. So `on` gives the month, `day` the day:
 *
 * - If `on` falls on the day, boundary 0 is `on` itself: a contract from the 31st, billed on the 31st.
 * - If it does not, `on` lies inside a whole period of the calendar: a contract from 12 March billed on the 1st lies in
 *   [1 Mar, 1 Apr). The calendar never invents a shorter first period; **the caller clips** the period to the contract's
 *   days (`intersect`) and prorates the clipped stretch as a part of the whole, which is what makes it telescope.
 * - To tie a cycle to calendar quarters or years, let `on` lie in the first month of one.
 */
export interface Anchor {
  readonly on: LocalDate;
  /** Length of a period in months: 1 monthly, 3 quarterly, 12 yearly. */
  readonly months: number;
  /** The day of the month on which periods begin, 1–31; the last day of months that lack it. */
  readonly day: number;
}

/** A whole period of a cycle; `index` counts from the anchor and may be negative. */
export interface BillingPeriod extends DateRange {
  readonly index: number;
}

/** A hundred years of months: no term is longer, so more is a mistake and not a workload. */
export const MAX_PERIODS = 1200;

/**
 * The anchor of a cycle, checked.
 * @param months length of a period, 1–1200
 * @param day 1–31; the day of `on` unless said otherwise
 * @throws DomainError ANCHOR_INVALID
 */
export function anchorOn(on: LocalDate, months: number, day: number = dayOfMonth(on)): Anchor {
  refuseUnlessWithin('months', months, MAX_PERIODS);
  refuseUnlessWithin('day', day, 31);
  return { on, months, day };
}

/**
 * The n-th boundary of the cycle, n any whole number: the start of period n and the end of period n − 1.
 * Source: the domain rules, whole periods. Anchored on 31 January: 31 Jan, 28 or 29 Feb, 31 Mar, 30 Apr.
 * @throws DomainError DATE_INVALID outside the years 1 to 9999
 */
export function boundary(anchor: Anchor, n: number): LocalDate {
  return dayOfMonthClamped(monthNumber(anchor.on) + n * anchor.months, anchor.day);
}

/** The n-th whole period: `[boundary n, boundary n + 1)`. */
export function periodAt(anchor: Anchor, n: number): BillingPeriod {
  return { index: n, start: boundary(anchor, n), end: boundary(anchor, n + 1) };
}

/** The whole period in which a day lies. Takes the same time however far the day is from the anchor. */
export function periodContaining(anchor: Anchor, date: LocalDate): BillingPeriod {
  // Boundaries lie in months of their own, so only the one in the date's month can still be ahead of the date.
  const latest = Math.floor((monthNumber(date) - monthNumber(anchor.on)) / anchor.months);
  const start = boundary(anchor, latest);
  if (start <= date) return { index: latest, start, end: boundary(anchor, latest + 1) };
  return { index: latest - 1, start: boundary(anchor, latest - 1), end: start };
}

/**
 * The whole periods that share a day with the range, in order and unclipped; at least one.
 * @throws DomainError BILLING_PERIODS_TOO_MANY above {@link MAX_PERIODS}
 */
export function periodsOverlapping(anchor: Anchor, range: DateRange): BillingPeriod[] {
  let last = periodContaining(anchor, range.start);
  const periods = [last];
  while (last.end < range.end) {
    if (periods.length === MAX_PERIODS) throw tooManyPeriods(range);
    last = periodAt(anchor, last.index + 1);
    periods.push(last);
  }
  return periods;
}

function refuseUnlessWithin(field: 'months' | 'day', value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new DomainError('ANCHOR_INVALID', `A billing cycle cannot have ${value} as its ${field}.`, {
    field,
    value: String(value),
    remedy: `Give a whole number from 1 to ${max}.`,
  });
}

function tooManyPeriods(range: DateRange): DomainError {
  return new DomainError('BILLING_PERIODS_TOO_MANY', `${range.start} to ${range.end} spans more than ${MAX_PERIODS} periods.`, {
    field: 'range',
    value: `${range.start}/${range.end}`,
    remedy: 'Ask for a shorter stretch of time.',
  });
}
