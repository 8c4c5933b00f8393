// The periods of a contract: whole ones from the anchor, clipped where a cycle begins or is replaced, and due in time.
import { aContract, day, Dated } from '../../test/timelines';
import { ratedThrough } from './billing-cycle';
import { ContractChange } from './contract-timeline';
import { RatedContract } from './rated-contract';

const cycle = (on: string, anchorDay: number, cycleMonths = 1): Dated<ContractChange> => [on, { kind: 'cycle', anchorDay, cycleMonths, anchorOn: null }];
const begun = ({ cycle: of }: RatedContract, by: string) => of.begunBy(day(by)).map(({ start, end, whole }) => [start, end, whole.start, whole.end]);

describe('a billing cycle', () => {
  it('counts each boundary from the anchor, so that the 31st does not drift', () => {
    expect(begun(aContract('2026-01-31'), '2026-04-30').map(([start]) => start)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']);
    expect(begun(aContract('2024-01-31'), '2024-02-29').map(([start]) => start)).toEqual(['2024-01-31', '2024-02-29']);
  });

  it('begins with a part of a whole period when the contract begins within it', () => {
    expect(begun(aContract('2026-06-12', { anchorDay: 1 }), '2026-06-30')).toEqual([['2026-06-12', '2026-07-01', '2026-06-01', '2026-07-01']]);
  });

  it('follows calendar quarters when it is anchored in January', () => {
    const contract = aContract('2024-03-12', { anchorDay: 1, months: 3, anchorOn: '2024-01-01' });
    expect(begun(contract, '2024-04-01')).toEqual([['2024-03-12', '2024-04-01', '2024-01-01', '2024-04-01'], ['2024-04-01', '2024-07-01', '2024-04-01', '2024-07-01']]);
  });

  it('cuts two whole periods where the anchor moves: 19 of 30 days of June, then 25 of 30 from 15 June to 15 July', () => {
    expect(begun(aContract('2026-06-01', {}, cycle('2026-06-20', 15)), '2026-07-14')).toEqual([
      ['2026-06-01', '2026-06-20', '2026-06-01', '2026-07-01'],
      ['2026-06-20', '2026-07-15', '2026-06-15', '2026-07-15'],
    ]);
  });

  it('changes its length on the day that is said, in both directions', () => {
    expect(begun(aContract('2026-01-01', {}, cycle('2026-02-01', 1, 3), cycle('2026-03-01', 1)), '2026-03-01')).toEqual([
      ['2026-01-01', '2026-02-01', '2026-01-01', '2026-02-01'],
      ['2026-02-01', '2026-03-01', '2026-02-01', '2026-05-01'],
      ['2026-03-01', '2026-04-01', '2026-03-01', '2026-04-01'],
    ]);
  });

  it('is the same when it is recorded again', () => {
    expect(begun(aContract('2026-01-01', {}, cycle('2026-02-10', 1)), '2026-02-28')).toEqual(begun(aContract('2026-01-01'), '2026-02-28'));
  });

  it('moves no day when the zone of the contract changes', () => {
    const zone: Dated<ContractChange> = ['2026-06-20', { kind: 'zone', timeZone: 'Pacific/Kiritimati' }];
    expect(begun(aContract('2026-06-01', {}, zone), '2026-07-01')).toEqual(begun(aContract('2026-06-01'), '2026-07-01'));
  });

  it('is missing for a contract that is in force before its first cycle', () => {
    expect(() => aContract('2026-06-01', {}, ['2026-05-01', { kind: 'start' }])).toThrow('The contract is in force from 2026-05-01 and has no billing cycle on that day.');
  });
});

describe('what is due on a bill-through day', () => {
  const contract = aContract('2026-01-31');
  const due = (timing: 'advance' | 'arrears', through: string) => contract.cycle.due(timing, day(through)).map(({ start }) => start);

  it('is, in advance, every period that has begun by the midnight with which the day begins', () => {
    expect(due('advance', '2026-01-30')).toEqual([]);
    expect(due('advance', '2026-02-27')).toEqual(['2026-01-31']);
    expect(due('advance', '2026-02-28')).toEqual(['2026-01-31', '2026-02-28']);
  });

  it('is, in arrears, every period that has ended by then', () => {
    expect(due('arrears', '2026-02-27')).toEqual([]);
    expect(due('arrears', '2026-02-28')).toEqual(['2026-01-31']);
  });

  it('reaches to the period of the last day ever charged, whatever the run asks for', () => {
    const charged = [{ start: day('2026-04-30'), end: day('2026-05-10') }];
    expect(ratedThrough(contract.cycle, 'advance', charged, day('2026-02-01'))).toBe('2026-04-30');
    expect(ratedThrough(contract.cycle, 'arrears', charged, day('2026-02-01'))).toBe('2026-05-31');
    expect(ratedThrough(contract.cycle, 'arrears', charged, day('2026-08-01'))).toBe('2026-08-01');
  });
});

describe('the terms of a contract', () => {
  const term = (on: string, endsOn: string | null): Dated<ContractChange> => [on, { kind: 'term', termEndsOn: endsOn as never }];
  const terms = (...changes: Dated<ContractChange>[]) => aContract('2025-01-01', {}, ...changes).terms.map(({ start, end }) => [start, end]);

  it('follow one another when the contract is renewed', () => {
    expect(terms(term('2025-01-01', '2026-01-01'), term('2026-01-01', '2027-01-01'))).toEqual([['2025-01-01', '2026-01-01'], ['2026-01-01', '2027-01-01']]);
  });

  it('are prolonged or cut by what is recorded while they run, and open without an end', () => {
    expect(terms(term('2025-01-01', '2026-01-01'), term('2025-06-01', '2026-07-01'))).toEqual([['2025-01-01', '2026-07-01']]);
    expect(terms(term('2025-01-01', null))).toEqual([]);
  });
});
