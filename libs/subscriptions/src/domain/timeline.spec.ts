// How dated changes are folded: aspect by aspect, the latest day and then the latest recorded decides.
import * as fc from 'fast-check';
import { addDays, LocalDate } from '@countinghouse/kernel';
import { Change, stateOn, stateStretches } from './timeline';

interface Light {
  readonly on: boolean;
  readonly colour: string;
}
const DARK: Light = { on: false, colour: 'white' };
const day = (text: string) => text as LocalDate;
const changes = (...list: [on: string, sets: Partial<Light>][]): Change<Light>[] =>
  list.map(([on, sets], index) => ({ seq: index + 1, effectiveOn: day(on), sets }));
const read = (list: Change<Light>[]) =>
  stateStretches(DARK, list).map(({ start, end, state, decidedBy }) => [start, end, `${state.on ? 'on' : 'off'} ${state.colour}`, decidedBy]);

describe('a timeline', () => {
  it('has no state before its first change, and an open one after its last', () => {
    expect(read([])).toEqual([]);
    expect(read(changes(['2026-01-05', { on: true }]))).toEqual([['2026-01-05', null, 'on white', [1]]]);
    expect(stateOn(stateStretches(DARK, changes(['2026-01-05', { on: true }])), day('2026-01-04'))).toBeUndefined();
  });

  it('lets each aspect be decided by changes of its own, whatever was recorded when', () => {
    expect(read(changes(['2026-03-01', { on: false }], ['2026-01-01', { on: true }], ['2026-02-01', { colour: 'red' }]))).toEqual([
      ['2026-01-01', '2026-02-01', 'on white', [2]],
      ['2026-02-01', '2026-03-01', 'on red', [2, 3]],
      ['2026-03-01', null, 'off red', [1, 3]],
    ]);
  });

  it('believes the last change recorded for a day and an aspect', () => {
    expect(read(changes(['2026-01-01', { on: true, colour: 'red' }], ['2026-01-01', { colour: 'blue' }]))).toEqual([['2026-01-01', null, 'on blue', [1, 2]]]);
  });

  it('starts no stretch where nothing changes', () => {
    expect(read(changes(['2026-01-01', { on: true }], ['2026-02-01', { on: true, colour: 'white' }], ['2026-03-01', { on: false }]))).toEqual([
      ['2026-01-01', '2026-03-01', 'on white', [1]],
      ['2026-03-01', null, 'off white', [2, 3]],
    ]);
  });

  it('says on every day what a reader of all changes would say, in whatever order they come', () => {
    const aChange = fc.record({
      offset: fc.nat({ max: 30 }),
      sets: fc.oneof(fc.record({ on: fc.boolean() }), fc.record({ colour: fc.constantFrom('red', 'blue') }), fc.record({ on: fc.boolean(), colour: fc.constant('white') })),
    });
    fc.assert(
      fc.property(fc.array(aChange, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.nat()), (drawn, order) => {
        const list = drawn.map(({ offset, sets }, index): Change<Light> => ({ seq: index + 1, effectiveOn: addDays(day('2026-01-01'), offset), sets }));
        const shuffled = list.map((one) => ({ one, at: order.next().value! })).sort((a, b) => a.at - b.at).map(({ one }) => one);
        const stretches = stateStretches(DARK, shuffled);
        for (let offset = 0; offset <= 31; offset++) {
          const today = addDays(day('2026-01-01'), offset);
          const decides = (aspect: keyof Light) => {
            let found: Change<Light> | undefined;
            for (const one of list) if (one.effectiveOn <= today && aspect in one.sets && (found === undefined || one.effectiveOn >= found.effectiveOn)) found = one;
            return found?.sets[aspect] ?? DARK[aspect];
          };
          const begun = list.some((one) => one.effectiveOn <= today);
          expect(stateOn(stretches, today)).toEqual(begun ? { on: decides('on'), colour: decides('colour') } : undefined);
        }
        stretches.forEach((stretch, index) => expect(stretch.end).toBe(stretches[index + 1]?.start ?? null));
      }),
    );
  });
});
