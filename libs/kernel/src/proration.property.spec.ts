/** What holds of proration however a period is cut. */
import * as fc from 'fast-check';
import { dateRange } from './date-range';
import { fromEpochDay } from './local-date';
import { earned, earnedBetween, earnedDays } from './proration';

const totals = fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n });
const starts = fc.integer({ min: 0, max: 40_000 });
const lengths = fc.integer({ min: 1, max: 400 });
const rangeOf = (start: number, end: number) => dateRange(fromEpochDay(start), fromEpochDay(end));
const abs = (n: bigint) => (n < 0n ? -n : n);

describe('proration, for any total and period', () => {
  it('adds up to the whole, at whatever days it is cut', () => {
    fc.assert(
      fc.property(totals, starts, lengths, fc.array(fc.nat({ max: 400 })), (total, start, length, offsets) => {
        const period = rangeOf(start, start + length);
        const inside = offsets.filter((offset) => offset > 0 && offset < length).map((offset) => start + offset);
        const cuts = [...new Set([start, ...inside, start + length])].sort((a, b) => a - b);

        const pieces = cuts.slice(1).map((cut, i) => earnedBetween(total, period, rangeOf(cuts[i]!, cut)));
        expect(pieces.reduce((a, b) => a + b, 0n)).toBe(total);
      }),
    );
  });

  it('gives two adjacent stretches what it gives them as one', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: -50, max: 450 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(totals, starts, lengths, cuts, (total, start, length, offsets) => {
        const period = rangeOf(start + 100, start + 100 + length);
        const [a, b, c] = offsets.map((offset) => start + 100 + offset).sort((x, y) => x - y) as [number, number, number];
        expect(earnedBetween(total, period, rangeOf(a, b)) + earnedBetween(total, period, rangeOf(b, c))).toBe(
          earnedBetween(total, period, rangeOf(a, c)),
        );
      }),
    );
  });

  it('is within half a unit of the exact share, and mirrors a credit', () => {
    fc.assert(
      fc.property(totals, lengths, fc.nat({ max: 400 }), (total, length, elapsed) => {
        const amount = earnedDays(total, length, elapsed);
        const exactTimesDays = total * BigInt(Math.min(elapsed, length));
        expect(2n * abs(amount * BigInt(length) - exactTimesDays) <= BigInt(length)).toBe(true);
        expect(earnedDays(-total, length, elapsed)).toBe(-amount);
      }),
    );
  });

  it('never shrinks in size as days go by, and never exceeds the total', () => {
    fc.assert(
      fc.property(totals, starts, lengths, fc.integer({ min: -10, max: 410 }), (total, start, length, offset) => {
        const period = rangeOf(start + 10, start + 10 + length);
        const today = abs(earned(total, period, fromEpochDay(start + 10 + offset)));
        const tomorrow = abs(earned(total, period, fromEpochDay(start + 11 + offset)));
        expect(today <= tomorrow && tomorrow <= abs(total)).toBe(true);
      }),
    );
  });

  it('earns in a short stretch what earning day by day adds up to', () => {
    fc.assert(
      fc.property(totals, starts, fc.integer({ min: 1, max: 92 }), (total, start, length) => {
        const period = rangeOf(start, start + length);
        let sum = 0n;
        for (let day = start; day < start + length; day += 1) sum += earnedBetween(total, period, rangeOf(day, day + 1));
        expect(sum).toBe(total);
      }),
    );
  });
});
