/** DateRange: a stretch of whole days, from its start up to but not including its end. */
import { DomainError } from './domain-error';
import { daysBetween, maxDate, minDate, type LocalDate } from './local-date';

/** Half-open, `[start, end)`, and never empty: January is 2024-01-01 to 2024-02-01. */
export interface DateRange {
  readonly start: LocalDate;
  readonly end: LocalDate;
}

/** @throws DomainError DATE_RANGE_EMPTY unless the end is later than the start */
export function dateRange(start: LocalDate, end: LocalDate): DateRange {
  if (end <= start) {
    throw new DomainError('DATE_RANGE_EMPTY', `No day lies between ${start} and ${end}; the end is the first day after.`, {
      field: 'end',
      value: end,
      remedy: `Give an end later than ${start}.`,
    });
  }
  return { start, end };
}

/** How many days the range has; at least 1. */
export function days(range: DateRange): number {
  return daysBetween(range.start, range.end);
}

export function contains(range: DateRange, date: LocalDate): boolean {
  return range.start <= date && date < range.end;
}

/** Whether the ranges share a day. Ranges that only touch do not. */
export function overlaps(a: DateRange, b: DateRange): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The days in both ranges, or undefined if there are none. */
export function intersect(a: DateRange, b: DateRange): DateRange | undefined {
  const start = maxDate(a.start, b.start);
  const end = minDate(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/** The days of `from` that are not in `taken`: none, one or two ranges, in order. */
export function subtract(from: DateRange, taken: DateRange): DateRange[] {
  const rest: DateRange[] = [];
  const headEnd = minDate(from.end, taken.start);
  const tailStart = maxDate(from.start, taken.end);
  if (from.start < headEnd) rest.push({ start: from.start, end: headEnd });
  if (tailStart < from.end) rest.push({ start: tailStart, end: from.end });
  return rest;
}
