// What counts in a period: by the day, at its start or end, at most, and on average.
import { decimalToString } from '@countinghouse/kernel';
import { day, people } from '../../test/timelines';
import { Measure } from './fee-terms';
import { measured } from './headcount-measure';

const JUNE = { start: day('2026-06-01'), end: day('2026-07-01') };
/** 100 people, 120 from the 11th, 90 from the 21st. */
const COUNTS = people(['2026-01-01', 100], ['2026-06-11', 120], ['2026-06-21', 90]);
const of = (measure: Measure, inForce = [JUNE], onDecrease: 'credit' | 'none' = 'credit') =>
  measured(measure, onDecrease, COUNTS, inForce).map(({ start, end, quantity }) => [start, end, decimalToString(quantity)]);

describe('a measure of headcount', () => {
  it('daily: is the number of each day', () => {
    expect(of('daily')).toEqual([['2026-06-01', '2026-06-11', '100'], ['2026-06-11', '2026-06-21', '120'], ['2026-06-21', '2026-07-01', '90']]);
  });

  it('daily: does not fall within a period whose decreases are not credited', () => {
    expect(of('daily', [JUNE], 'none').map(([, , quantity]) => quantity)).toEqual(['100', '120', '120']);
  });

  it.each<[Measure, string]>([['periodStart', '100'], ['peak', '120'], ['average', '103.3333'], ['periodEnd', '90']])('%s: is %s for the whole period', (measure, quantity) => {
    // (10 × 100 + 10 × 120 + 10 × 90) / 30 = 103.3333…
    expect(of(measure)).toEqual([['2026-06-01', '2026-07-01', quantity]]);
  });

  it.each<[Measure, string]>([['periodStart', '120'], ['peak', '120'], ['average', '105'], ['periodEnd', '90']])('%s: looks at the days in force only', (measure, quantity) => {
    // 5 days of 120 and 5 of 90; the average has its four decimals.
    const inForce = [{ start: day('2026-06-16'), end: day('2026-06-26') }];
    expect(of(measure, inForce)[0]![2]).toBe(measure === 'average' ? `${quantity}.0000` : quantity);
  });

  it('counts nobody where no headcount is known', () => {
    const before = [{ start: day('2025-12-30'), end: day('2026-01-02') }];
    expect(of('daily', before)).toEqual([['2025-12-30', '2026-01-01', '0'], ['2026-01-01', '2026-01-02', '100']]);
    expect(of('average', before)[0]![2]).toBe('33.3333');
  });
});
