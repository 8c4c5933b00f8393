// How the append-only timeline of a contract is read.
import { LocalDate } from '@countinghouse/kernel';
import { ContractChange, contractOwes, contractStretches } from './contract-timeline';

const day = (text: string) => text as LocalDate;
type Entry = ContractChange extends infer C ? (C extends ContractChange ? Omit<C, 'seq' | 'effectiveOn'> : never) : never;
const read = (...entries: [on: string, entry: Entry][]) =>
  contractStretches(entries.map(([on, entry], index) => ({ ...entry, seq: index + 1, effectiveOn: day(on) }) as ContractChange));
const owed = (...entries: [on: string, entry: Entry][]) =>
  read(...entries).filter(({ state }) => contractOwes(state)).map(({ start, end }) => [start, end]);

describe('a contract timeline', () => {
  it('owes while in force, and while suspended only if the suspension says so', () => {
    expect(owed(['2026-01-01', { kind: 'start' }], ['2026-03-01', { kind: 'suspend', bills: false }], ['2026-04-01', { kind: 'resume' }], ['2026-07-01', { kind: 'end' }])).toEqual([
      ['2026-01-01', '2026-03-01'],
      ['2026-04-01', '2026-07-01'],
    ]);
    const billed = owed(['2026-01-01', { kind: 'start' }], ['2026-03-01', { kind: 'suspend', bills: true }], ['2026-04-01', { kind: 'end' }]);
    expect(billed).toEqual([['2026-01-01', '2026-03-01'], ['2026-03-01', '2026-04-01']]);
  });

  it('ends on its day although a resume stands later on record', () => {
    expect(owed(['2026-01-01', { kind: 'start' }], ['2026-03-01', { kind: 'suspend', bills: false }], ['2026-04-01', { kind: 'resume' }], ['2026-03-15', { kind: 'end' }])).toEqual([
      ['2026-01-01', '2026-03-01'],
    ]);
  });

  it('counts the periods of a cycle from the month it is anchored in', () => {
    const months = (anchorOn: string | null) =>
      read(['2024-03-12', { kind: 'cycle', anchorDay: 1, cycleMonths: 3, anchorOn: anchorOn as LocalDate | null }]).map(({ state }) => state.anchorMonth);
    expect(months('2024-01-01')).toEqual(months('2019-10-31'));
    expect(months(null)).toEqual(months('2024-03-01'));
    expect(months(null)).not.toEqual(months('2024-01-01'));
  });

  it('starts no stretch for a cycle that is the same', () => {
    const cycle = { kind: 'cycle', anchorDay: 1, cycleMonths: 1, anchorOn: null } as const;
    expect(read(['2026-01-01', cycle], ['2026-02-01', cycle])).toHaveLength(1);
  });

  it('keeps zone and term as aspects of their own', () => {
    const states = read(
      ['2026-01-01', { kind: 'start' }], ['2026-01-01', { kind: 'term', termEndsOn: day('2027-01-01') }], ['2026-01-01', { kind: 'zone', timeZone: 'Europe/Lisbon' }],
      ['2026-06-01', { kind: 'zone', timeZone: 'Asia/Tokyo' }], ['2027-01-01', { kind: 'term', termEndsOn: null }],
    ).map(({ start, state }) => [start, state.timeZone, state.termEndsOn]);
    expect(states).toEqual([['2026-01-01', 'Europe/Lisbon', '2027-01-01'], ['2026-06-01', 'Asia/Tokyo', '2027-01-01'], ['2027-01-01', 'Asia/Tokyo', null]]);
  });
});
