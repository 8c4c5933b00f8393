/** What holds of every billing cycle. */
import * as fc from 'fast-check';
import { anchorOn, boundary, periodAt, periodContaining, periodsOverlapping } from './billing-calendar';
import { contains, dateRange, days, overlaps } from './date-range';
import { dayOfMonth, daysInMonth, fromEpochDay, monthOf, toEpochDay, yearOf } from './local-date';

const dates = fc.integer({ min: toEpochDay('1990-01-01' as never), max: toEpochDay('2060-12-31' as never) }).map(fromEpochDay);
const anchors = fc
  .tuple(dates, fc.constantFrom(1, 2, 3, 6, 12, 24), fc.integer({ min: 1, max: 31 }))
  .map(([on, months, day]) => anchorOn(on, months, day));
const indices = fc.integer({ min: -200, max: 200 });

describe('a billing cycle, for any anchor', () => {
  it('has boundaries that rise with their number', () => {
    fc.assert(fc.property(anchors, indices, (anchor, n) => expect(boundary(anchor, n) < boundary(anchor, n + 1)).toBe(true)));
  });

  it('never drifts: every boundary is on the anchor day, or on the last day of a month without it', () => {
    fc.assert(
      fc.property(anchors, indices, (anchor, n) => {
        const date = boundary(anchor, n);
        expect(dayOfMonth(date)).toBe(Math.min(anchor.day, daysInMonth(yearOf(date), monthOf(date))));
      }),
    );
  });

  it('gives every day to exactly one period', () => {
    fc.assert(
      fc.property(anchors, dates, (anchor, date) => {
        const period = periodContaining(anchor, date);
        expect(contains(period, date)).toBe(true);
        expect(period).toEqual(periodAt(anchor, period.index));
      }),
    );
  });

  it('covers any range without gap or overlap, and with no period too many', () => {
    fc.assert(
      fc.property(anchors, dates, fc.integer({ min: 1, max: 2000 }), (anchor, start, length) => {
        const range = dateRange(start, fromEpochDay(toEpochDay(start) + length));
        const periods = periodsOverlapping(anchor, range);

        periods.slice(1).forEach((period, i) => {
          expect(period.start).toBe(periods[i]!.end);
          expect(period.index).toBe(periods[i]!.index + 1);
        });
        expect(periods.every((period) => overlaps(period, range))).toBe(true);
        expect(periods[0]!.start <= range.start && range.end <= periods.at(-1)!.end).toBe(true);
      }),
    );
  });

  it('telescopes: the days of its periods add up to the days between its boundaries', () => {
    fc.assert(
      fc.property(anchors, fc.integer({ min: 1, max: 40 }), (anchor, count) => {
        const total = Array.from({ length: count }, (_, n) => days(periodAt(anchor, n))).reduce((a, b) => a + b, 0);
        expect(toEpochDay(boundary(anchor, count)) - toEpochDay(boundary(anchor, 0))).toBe(total);
      }),
    );
  });
});
