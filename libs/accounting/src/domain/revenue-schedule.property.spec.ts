// Revenue schedules: whatever days a run is made for, in whatever order, the recognitions add up to what is earned.
import fc from 'fast-check';
import { addDays, Currency, earned, localDate } from '@countinghouse/kernel';
import { recognitionsDue } from './revenue-schedule';

const EUR = 'EUR' as Currency;
const start = localDate('2026-01-01');

describe('recognitionsDue', () => {
  it('recognises exactly what is earned through the latest day asked for, and never moves back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -10_000_000n, max: 10_000_000n }).filter((total) => total !== 0n),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: -5, max: 420 }), { maxLength: 12 }),
        (totalMinor, length, asked) => {
          const servicePeriod = { start, end: addDays(start, length) };
          let recognisedMinor = 0n;
          for (const offset of asked) {
            const due = recognitionsDue([{ id: 1n, currency: EUR, totalMinor, servicePeriod, recognisedMinor }], addDays(start, offset));
            const amountMinor = due.get(EUR)?.[0]?.amountMinor ?? 0n;
            expect(amountMinor * totalMinor).toBeGreaterThanOrEqual(0n);
            recognisedMinor += amountMinor;
          }
          const latest = Math.max(-1, ...asked);
          expect(recognisedMinor).toBe(earned(totalMinor, servicePeriod, addDays(start, latest + 1)));
        },
      ),
    );
  });

  it('keeps currencies apart and leaves out what has nothing due', () => {
    const servicePeriod = { start, end: addDays(start, 10) };
    const schedule = { totalMinor: 100n, servicePeriod, recognisedMinor: 0n };
    const due = recognitionsDue(
      [
        { ...schedule, id: 1n, currency: EUR },
        { ...schedule, id: 2n, currency: 'USD' as Currency },
        { ...schedule, id: 3n, currency: EUR, recognisedMinor: 50n },
      ],
      addDays(start, 4),
    );
    expect([...due]).toEqual([
      [EUR, [{ scheduleId: 1n, amountMinor: 50n }]],
      ['USD', [{ scheduleId: 2n, amountMinor: 50n }]],
    ]);
  });
});
