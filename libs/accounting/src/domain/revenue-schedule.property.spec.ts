// Revenue schedules: whatever days a run is made for, in whatever order, the recognitions add up to what is earned.
import fc from 'fast-check';
import { addDays, Currency, earned, localDate } from '@countinghouse/kernel';
import { recognitionsDue } from './revenue-schedule';

const EUR = 'EUR' as Currency;
const USD = 'USD' as Currency;
const start = localDate('2026-01-01');

describe('recognitionsDue', () => {
  it('recognises exactly what is earned through the latest day asked for, and never moves back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -10_000_000n, max: 10_000_000n }).filter((total) => total !== 0n),
        fc.integer({ min: 1, max: 400 }),
        fc.array(fc.integer({ min: -5, max: 420 }), { maxLength: 12 }),
        fc.bigInt({ min: 0n, max: 3_000n }),
        (totalMinor, length, asked, percent) => {
          const servicePeriod = { start, end: addDays(start, length) };
          const functionalTotalMinor = (totalMinor * percent) / 100n;
          let recognisedMinor = 0n;
          let functionalMinor = 0n;
          for (const offset of asked) {
            const schedule = { id: 1n, currency: EUR, isForeign: false, totalMinor, functionalTotalMinor, servicePeriod, recognisedMinor };
            const recognition = recognitionsDue([schedule], addDays(start, offset)).get(EUR)?.recognitions[0];
            const amountMinor = recognition?.amountMinor ?? 0n;
            const functionalAmountMinor = recognition?.functionalAmountMinor ?? 0n;
            expect(amountMinor * totalMinor).toBeGreaterThanOrEqual(0n);
            expect(functionalAmountMinor * totalMinor).toBeGreaterThanOrEqual(0n);
            recognisedMinor += amountMinor;
            functionalMinor += functionalAmountMinor;
          }
          const latest = Math.max(-1, ...asked);
          expect(recognisedMinor).toBe(earned(totalMinor, servicePeriod, addDays(start, latest + 1)));
          if (recognisedMinor === totalMinor) expect(functionalMinor).toBe(functionalTotalMinor);
        },
      ),
    );
  });

  it('keeps currencies apart, credits apart in a foreign one, and leaves out what has nothing due', () => {
    const of = (scheduleId: bigint, amountMinor: bigint, functionalAmountMinor: bigint) => ({ scheduleId, amountMinor, functionalAmountMinor });
    const servicePeriod = { start, end: addDays(start, 10) };
    const schedule = { isForeign: false, totalMinor: 100n, functionalTotalMinor: 100n, servicePeriod, recognisedMinor: 0n };
    const due = recognitionsDue(
      [
        { ...schedule, id: 1n, currency: EUR },
        { ...schedule, id: 2n, currency: USD, isForeign: true, functionalTotalMinor: 90n },
        { ...schedule, id: 3n, currency: EUR, recognisedMinor: 50n },
        { ...schedule, id: 4n, currency: EUR, totalMinor: -20n, functionalTotalMinor: -20n },
        { ...schedule, id: 5n, currency: USD, isForeign: true, totalMinor: -20n, functionalTotalMinor: -17n },
      ],
      addDays(start, 4),
    );
    expect([...due]).toEqual([
      [EUR, { currency: EUR, isForeign: false, recognitions: [of(1n, 50n, 50n), of(4n, -10n, -10n)] }],
      ['USD', { currency: USD, isForeign: true, recognitions: [of(2n, 50n, 45n)] }],
      ['USD/credits', { currency: USD, isForeign: true, recognitions: [of(5n, -10n, -9n)] }],
    ]);
  });
});
