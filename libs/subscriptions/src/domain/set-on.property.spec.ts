// Whatever was recorded before: afterwards the aspect holds on the days asked for, and is what it was on all others.
import * as fc from 'fast-check';
import { addDays, LocalDate } from '@countinghouse/kernel';
import { Said, setOn, stretchesOf } from './set-on';

const DAY_ONE = '2026-01-01' as LocalDate;
const DAYS = 30;
const dayNo = (no: number) => addDays(DAY_ONE, no);

const valueOn = (said: readonly Said<string>[], day: LocalDate) =>
  [...said].sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : a.seq - b.seq)).findLast((one) => one.effectiveOn <= day)?.value ?? 'before';

const aTimeline = fc.array(fc.record({ on: fc.integer({ min: 0, max: DAYS }), value: fc.constantFrom('a', 'b', 'c') }), { maxLength: 12 }).map((said) =>
  said.map(({ on, value }, index): Said<string> => ({ seq: index + 1, effectiveOn: dayNo(on), value })),
);
const days = fc.tuple(fc.integer({ min: 0, max: DAYS }), fc.option(fc.integer({ min: 1, max: DAYS })));

describe('setting an aspect on some days', () => {
  it('makes it hold there and leaves all other days as they were', () => {
    fc.assert(
      fc.property(aTimeline, days, fc.constantFrom('a', 'b', 'c'), (said, [start, length], wanted) => {
        const [from, until] = [dayNo(start), length === null ? null : dayNo(start + length)];
        const after = [...said, ...setOn(said, 'before', wanted, from, until).map((one, index) => ({ ...one, seq: said.length + index + 1 }))];
        for (let no = -1; no <= 2 * DAYS + 1; no++) {
          const day = dayNo(no);
          const isWithin = day >= from && (until === null || day < until);
          expect([day, valueOn(after, day)]).toEqual([day, isWithin ? wanted : valueOn(said, day)]);
        }
        expect(setOn(after, 'before', wanted, from, until)).toEqual([]);
      }),
    );
  });

  it('sees stretches of a value that neither touch nor overlap', () => {
    fc.assert(
      fc.property(aTimeline, (said) => {
        const stretches = stretchesOf(said, (value) => value === 'a');
        for (let no = -1; no <= DAYS + 1; no++) {
          const day = dayNo(no);
          expect(stretches.filter(({ start, end }) => start <= day && (end === null || day < end))).toHaveLength(valueOn(said, day) === 'a' ? 1 : 0);
        }
        stretches.slice(1).forEach(({ start }, index) => expect(start > stretches[index]!.end!).toBe(true));
      }),
    );
  });
});
