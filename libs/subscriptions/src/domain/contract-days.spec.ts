// Where periods, lives and terms of a contract end.
import { LocalDate } from '@countinghouse/kernel';
import { endOn, livesOf, periodEndOn, renewalDueOn, wholePeriodOn } from './contract-days';
import { ContractChange, contractStretches } from './contract-timeline';

const day = (text: string) => text as LocalDate;
const cycle = (seq: number, on: string, anchorDay: number, cycleMonths: number, anchorOn = on): ContractChange => ({
  kind: 'cycle', seq, effectiveOn: day(on), anchorDay, cycleMonths, anchorOn: day(anchorOn),
});

describe('the period of a day', () => {
  const states = contractStretches([cycle(1, '2026-01-31', 31, 1), cycle(2, '2026-06-20', 15, 1)]);

  it('is the whole one, anchored on the day of the month or the last day of a shorter month', () => {
    expect(wholePeriodOn(states, day('2026-02-27'))).toMatchObject({ start: '2026-01-31', end: '2026-02-28' });
    expect(wholePeriodOn(states, day('2026-02-28'))).toMatchObject({ start: '2026-02-28', end: '2026-03-31' });
    expect(wholePeriodOn(states, day('2026-06-20'))).toMatchObject({ start: '2026-06-15', end: '2026-07-15' });
    expect(wholePeriodOn(states, day('2026-01-30'))).toBeUndefined();
  });

  it('ends early where another cycle takes over', () => {
    expect(periodEndOn(states, day('2026-06-01'))).toBe('2026-06-20');
    expect(periodEndOn(states, day('2026-06-20'))).toBe('2026-07-15');
  });

  it('is a quarter of the calendar when the cycle is anchored on one, whatever day the contract starts', () => {
    const quarterly = contractStretches([cycle(1, '2024-03-12', 1, 3, '2024-01-01')]);
    expect(wholePeriodOn(quarterly, day('2024-03-12'))).toMatchObject({ start: '2024-01-01', end: '2024-04-01' });
    expect(wholePeriodOn(quarterly, day('2025-12-31'))).toMatchObject({ start: '2025-10-01', end: '2026-01-01' });
  });
});

describe('ending on a day', () => {
  const life = (...said: ['start' | 'end', string][]): ContractChange[] => said.map(([kind, on], index) => ({ kind, seq: index + 1, effectiveOn: day(on) }));
  const running = life(['start', '2026-01-01']);
  const ended = life(['start', '2026-01-01'], ['end', '2026-06-01']);

  it('ends what is open, moves an end to either side, and takes it back', () => {
    expect(endOn(running, day('2026-06-01'))).toEqual([{ kind: 'end', effectiveOn: '2026-06-01' }]);
    expect(endOn(ended, day('2026-05-01'))).toEqual([{ kind: 'end', effectiveOn: '2026-05-01' }]);
    expect(endOn(ended, day('2026-07-01'))).toEqual([{ kind: 'start', effectiveOn: '2026-06-01' }, { kind: 'end', effectiveOn: '2026-07-01' }]);
    expect(endOn(ended, null)).toEqual([{ kind: 'start', effectiveOn: '2026-06-01' }]);
    expect(endOn(ended, day('2026-06-01'))).toEqual([]);
  });

  it('withdraws what would begin later, and all of it when it ends before it began', () => {
    const twice = life(['start', '2026-01-01'], ['end', '2026-06-01'], ['start', '2026-09-01']);
    expect(endOn(twice, day('2026-05-01'))).toEqual([{ kind: 'end', effectiveOn: '2026-05-01' }, { kind: 'end', effectiveOn: '2026-09-01' }]);
    expect(endOn(running, day('2026-01-01'))).toEqual([{ kind: 'end', effectiveOn: '2026-01-01' }]);
    expect(endOn([], day('2026-01-01'))).toEqual([]);
  });

  it('is not undone by a start that had moved an earlier end', () => {
    const moved = life(['start', '2026-01-01'], ['end', '2026-06-01'], ['start', '2026-06-01'], ['end', '2026-09-01']);
    expect(endOn(moved, day('2026-05-01'))).toEqual([{ kind: 'end', effectiveOn: '2026-05-01' }, { kind: 'end', effectiveOn: '2026-06-01' }]);
  });
});

describe('renewal', () => {
  const states = (...more: ContractChange[]) =>
    contractStretches([{ kind: 'start', seq: 1, effectiveOn: day('2026-01-01') }, { kind: 'term', seq: 2, effectiveOn: day('2026-01-01'), termEndsOn: day('2027-01-01') }, ...more]);
  const terms = { autoRenew: true, renewalMonths: 12, noticeDays: 60 };

  it('is due on the day after the last day for notice', () => {
    expect(renewalDueOn(states(), terms)).toBe('2026-11-03');
    expect(renewalDueOn(states(), { ...terms, noticeDays: 0 })).toBe('2027-01-01');
  });

  it('is not due when nobody has agreed to it, when notice has been given, or when the term is open', () => {
    expect(renewalDueOn(states(), { ...terms, autoRenew: false })).toBeNull();
    expect(renewalDueOn(states({ kind: 'end', seq: 3, effectiveOn: day('2027-01-01') }), terms)).toBeNull();
    expect(renewalDueOn(states({ kind: 'term', seq: 3, effectiveOn: day('2026-01-01'), termEndsOn: null }), terms)).toBeNull();
  });

  it('sees the lives of a contract that was taken up again', () => {
    const again = (['start', 'end', 'start'] as const).map((kind, index) => ({ kind, seq: index, effectiveOn: day(`2026-0${1 + index * 4}-01`.replace('05', '06')) }));
    expect(livesOf(again)).toEqual([{ start: '2026-01-01', end: '2026-06-01' }, { start: '2026-09-01', end: null }]);
  });
});
