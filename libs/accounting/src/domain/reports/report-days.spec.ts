// The days of a report, from the first to the last.
import { localDate } from '@countinghouse/kernel';
import { reportDays } from './report-days';

const day = localDate;

describe('reportDays', () => {
  it('counts the last day in', () => {
    expect(reportDays(day('2026-01-01'), day('2026-01-31'))).toEqual({ start: '2026-01-01', end: '2026-02-01' });
    expect(reportDays(day('2026-01-01'), day('2026-01-01'))).toEqual({ start: '2026-01-01', end: '2026-01-02' });
  });

  it('refuses a last day before the first, and days at the ends of time, by the name and value that were given', () => {
    expect(() => reportDays(day('2026-12-31'), day('2026-01-01'))).toThrow(expect.objectContaining({ code: 'DATE_RANGE_EMPTY', field: 'through', value: '2026-01-01' }));
    expect(() => reportDays(day('2026-12-31'), day('9999-12-31'))).toThrow(expect.objectContaining({ code: 'DATE_INVALID', field: 'through', value: '9999-12-31' }));
    expect(() => reportDays(day('0001-01-01'), day('2026-12-31'))).toThrow(expect.objectContaining({ code: 'DATE_INVALID', field: 'from', value: '0001-01-01' }));
  });
});
