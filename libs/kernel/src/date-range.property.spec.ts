/** What holds of every two stretches of days. */
import * as fc from 'fast-check';
import { dateRange, days, intersect, overlaps, subtract } from './date-range';
import { fromEpochDay } from './local-date';

const ranges = fc
  .tuple(fc.integer({ min: 19_000, max: 19_060 }), fc.integer({ min: 1, max: 40 }))
  .map(([start, length]) => dateRange(fromEpochDay(start), fromEpochDay(start + length)));

describe('dateRange, for any two ranges', () => {
  it('splits into the days in both and the days in one', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const shared = intersect(a, b);
        const rest = subtract(a, b);
        expect(rest.reduce((sum, piece) => sum + days(piece), 0) + (shared ? days(shared) : 0)).toBe(days(a));
        expect(rest.some((piece) => overlaps(piece, b))).toBe(false);
      }),
    );
  });

  it('overlaps exactly where there is an intersection, either way round', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        expect(overlaps(a, b)).toBe(intersect(a, b) !== undefined);
        expect(intersect(a, b)).toEqual(intersect(b, a));
      }),
    );
  });
});
