// Headcount: stretches of constant count, cut from the changes of a log.
import { dateRange, localDate } from '@countinghouse/kernel';
import { headcountStretches } from './headcount';

const day = (text: string) => localDate(text);

describe('headcount stretches', () => {
  const range = dateRange(day('2026-01-01'), day('2026-02-01'));

  it('cover the range without a gap, nobody included', () => {
    expect(headcountStretches(range, [])).toEqual([{ ...range, count: 0 }]);
    expect(
      headcountStretches(range, [
        { effectiveOn: day('2026-01-01'), change: 100 },
        { effectiveOn: day('2026-01-11'), change: 20 },
        { effectiveOn: day('2026-01-21'), change: -30 },
        { effectiveOn: day('2026-02-01'), change: 7 },
      ]),
    ).toEqual([
      { start: '2026-01-01', end: '2026-01-11', count: 100 },
      { start: '2026-01-11', end: '2026-01-21', count: 120 },
      { start: '2026-01-21', end: '2026-02-01', count: 90 },
    ]);
  });
});
