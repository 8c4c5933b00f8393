// The days of a report: callers name the first and the last, the books count to the day after.
import { addDays, DateRange, dateRange, DomainError, LocalDate, localDate } from '@countinghouse/kernel';

/** Every report looks at the day, or the year, before its first one, and at the day after its last. */
const FIRST_DAY = localDate('0002-01-01');
const LAST_DAY = localDate('9999-12-30');

/** @throws DomainError DATE_RANGE_EMPTY, DATE_INVALID in the words of whoever asked: naming `through` and the day as it was given */
export function reportDays(from: LocalDate, through: LocalDate): DateRange {
  if (through < from) {
    throw new DomainError('DATE_RANGE_EMPTY', `The last day, ${through}, lies before the first, ${from}.`, { field: 'through', value: through, remedy: `Give ${from} or a later day.` });
  }
  refuseBeyond(from, 'from');
  refuseBeyond(through, 'through');
  return dateRange(from, addDays(through, 1));
}

/** @throws DomainError DATE_INVALID for a day at the very end of what there is */
export function refuseBeyond(day: LocalDate, field: string): void {
  if (day >= FIRST_DAY && day <= LAST_DAY) return;
  throw new DomainError('DATE_INVALID', `${day} lies too far from any day of the books.`, { field, value: day, remedy: `Give a day from ${FIRST_DAY} to ${LAST_DAY}.` });
}
