/** The worked numbers of proration. */
import { dateRange, type DateRange } from './date-range';
import { localDate } from './local-date';
import { earned, earnedBetween, earnedDays } from './proration';

const range = (start: string, end: string) => dateRange(localDate(start), localDate(end));
const pieces = (total: bigint, period: DateRange, stretches: DateRange[]) =>
  stretches.map((stretch) => earnedBetween(total, period, stretch));

describe('proration', () => {
  it('keeps 2.71, 2.71 and 3.48 of 12.00 for a January paused from the 8th to the 10th and the 17th to the 23rd', () => {
    const january = range('2024-01-01', '2024-02-01');
    const kept = [
      range('2024-01-01', '2024-01-08'),
      range('2024-01-10', '2024-01-17'),
      range('2024-01-23', '2024-02-01'),
    ];

    expect(pieces(12_00n, january, kept)).toEqual([2_71n, 2_71n, 3_48n]);
  });

  it('earns 116.64 of 249.95 in the first 14 of 30 days', () => {
    expect(earned(249_95n, range('2024-06-01', '2024-07-01'), localDate('2024-06-15'))).toBe(116_64n);
    expect(earnedDays(249_95n, 30, 14)).toBe(116_64n);
  });

  it('owes 333.33 + 400.00 + 300.00 for 100 seats of 10.00 in June, 20 more from the 11th and 30 fewer from the 21st', () => {
    const june = range('2024-06-01', '2024-07-01');
    const first = range('2024-06-01', '2024-06-11');
    const second = range('2024-06-11', '2024-06-21');
    const third = range('2024-06-21', '2024-07-01');
    const owed = [
      earnedBetween(1000_00n, june, first),
      earnedBetween(1200_00n, june, second),
      earnedBetween(900_00n, june, third),
    ];
    const charged = pieces(1000_00n, june, [first, second, third]);

    expect(owed).toEqual([333_33n, 400_00n, 300_00n]);
    expect(owed.map((amount, i) => amount - charged[i]!)).toEqual([0n, 66_66n, -33_33n]);
  });

  it('shares a quarterly commitment of 10,000.00 by the 20 of 91 days in force: a true-up of 2,167.80 over fees of 30.00', () => {
    const quarter = range('2024-01-01', '2024-04-01');
    const inForce = earnedBetween(10_000_00n, quarter, range('2024-03-12', '2024-04-01'));

    expect(inForce - 30_00n).toBe(2_167_80n);
  });

  it('earns nothing before the period and the whole after it', () => {
    const june = range('2024-06-01', '2024-07-01');

    expect(earned(100n, june, localDate('2024-05-01'))).toBe(0n);
    expect(earned(100n, june, localDate('2024-06-01'))).toBe(0n);
    expect(earned(100n, june, localDate('2024-07-01'))).toBe(100n);
    expect(earned(100n, june, localDate('2025-01-01'))).toBe(100n);
    expect(earnedBetween(100n, june, range('2024-05-01', '2024-08-01'))).toBe(100n);
    expect(earnedBetween(100n, june, range('2024-07-01', '2024-08-01'))).toBe(0n);
  });

  it('refuses a period without days', () => {
    expect(() => earnedDays(100n, 0, 0)).toThrow(expect.objectContaining({ code: 'DATE_RANGE_EMPTY' }));
  });
});
