/** What holds of every day, with Temporal as the judge. */
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addDays, addMonths, daysBetween, fromEpochDay, isLocalDate, localDate, toEpochDay } from './local-date';

const epoch = Temporal.PlainDate.from('1970-01-01');
const epochDayOf = (text: string) => epoch.until(text, { largestUnit: 'day' }).days;
const days = fc
  .integer({ min: epochDayOf('1900-01-01'), max: epochDayOf('2200-12-31') })
  .map((offset) => epoch.add({ days: offset }));

describe('localDate, for any day from 1900 to 2200', () => {
  it('counts days as Temporal does, there and back', () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = localDate(day.toString());
        expect(toEpochDay(date)).toBe(epochDayOf(date));
        expect(fromEpochDay(toEpochDay(date))).toBe(date);
      }),
      { numRuns: 1000 },
    );
  });

  it('adds months as Temporal does', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -600, max: 600 }), (day, months) =>
        expect(addMonths(localDate(day.toString()), months)).toBe(day.add({ months }).toString()),
      ),
    );
  });

  it('adds days and counts them as inverses', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -100_000, max: 100_000 }), (day, count) => {
        const date = localDate(day.toString());
        expect(daysBetween(date, addDays(date, count))).toBe(count);
        expect(addDays(addDays(date, count), -count)).toBe(date);
      }),
    );
  });

  it('orders as text as it does in time', () => {
    fc.assert(
      fc.property(days, days, (a, b) =>
        expect(localDate(a.toString()) < localDate(b.toString())).toBe(Temporal.PlainDate.compare(a, b) < 0),
      ),
    );
  });
});

describe('isLocalDate, for any digits', () => {
  it('takes what Temporal takes', () => {
    const part = (max: number, width: number) => fc.nat({ max }).map((n) => n.toString().padStart(width, '0'));
    fc.assert(
      fc.property(part(9999, 4), part(14, 2), part(33, 2), (year, month, day) => {
        const text = `${year}-${month}-${day}`;
        expect(isLocalDate(text)).toBe(year !== '0000' && existsInTemporal(text));
      }),
      { numRuns: 1000 },
    );
  });
});

function existsInTemporal(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}
