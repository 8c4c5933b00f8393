// The days of a report: callers name the first and the last, the books count to the day after.
import { addDays, DateRange, dateRange, DomainError, LocalDate, localDate } from '@countinghouse/kernel';

/** The last day that has one after it. */
const LAST_DAY = localDate('9999-12-30');

/** @throws DomainError DATE_RANGE_EMPTY, DATE_INVALID in the words of whoever asked: naming `through` and the day as it was given */
export function reportDays(from: LocalDate, through: LocalDate): DateRange {
  if (through < from) {
    throw new DomainError('DATE_RANGE_EMPTY', `The last day, ${through}, lies before the first, ${from}.`, { field: 'through', value: through, remedy: `Give ${from} or a later day.` });
  }
  if (through > LAST_DAY) {
    throw new DomainError('DATE_INVALID', `${through} has no day after it.`, { field: 'through', value: through, remedy: `Give ${LAST_DAY} or an earlier day.` });
  }
  return dateRange(from, addDays(through, 1));
}
