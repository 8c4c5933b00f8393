// Headcount: the log of changes says on every day what the members say, whatever was corrected.
import * as fc from 'fast-check';
import { addDays, CompanyId, dateRange, LocalDate, localDate } from '@countinghouse/kernel';
import { Eligibility, HeadcountChange, headcountChanges, headcountStretches } from './headcount';

const acme = 'acme' as CompanyId;
const day = (text: string) => localDate(text);
const days = (from: string, left: string | null): Eligibility => ({ eligibleFrom: day(from), leftOn: left === null ? null : day(left) });

describe('headcount changes', () => {
  it('count a member from the first day up to the day of leaving', () => {
    expect(headcountChanges([{ companyId: acme, before: null, after: days('2026-01-10', '2026-03-01') }])).toEqual([
      { companyId: acme, effectiveOn: '2026-01-10', change: 1 },
      { companyId: acme, effectiveOn: '2026-03-01', change: -1 },
    ]);
  });

  it('are one per company and day', () => {
    const other = 'other' as CompanyId;
    const joined = (companyId: CompanyId) => ({ companyId, before: null, after: days('2026-01-01', null) });
    expect(headcountChanges([joined(other), joined(acme), joined(acme)])).toEqual([
      { companyId: acme, effectiveOn: '2026-01-01', change: 2 },
      { companyId: other, effectiveOn: '2026-01-01', change: 1 },
    ]);
  });

  it('compensate what was on record before', () => {
    const moved = { companyId: acme, before: days('2026-01-10', null), after: days('2026-01-12', '2026-02-01') };
    expect(headcountChanges([moved])).toEqual([
      { companyId: acme, effectiveOn: '2026-01-10', change: -1 },
      { companyId: acme, effectiveOn: '2026-01-12', change: 1 },
      { companyId: acme, effectiveOn: '2026-02-01', change: -1 },
    ]);
  });

  it('are none when the days are the same, and none when one comes as another goes', () => {
    expect(headcountChanges([{ companyId: acme, before: days('2026-01-10', null), after: days('2026-01-10', null) }])).toEqual([]);
    const swap = [
      { companyId: acme, before: days('2026-01-01', null), after: days('2026-01-01', '2026-02-01') },
      { companyId: acme, before: null, after: days('2026-02-01', null) },
    ];
    expect(headcountChanges(swap)).toEqual([]);
  });
});

describe('headcount stretches', () => {
  const range = dateRange(day('2026-01-01'), day('2026-02-01'));

  it('cover the range without a gap, nobody included', () => {
    expect(headcountStretches(range, [])).toEqual([{ ...range, count: 0 }]);
    expect(
      headcountStretches(range, [
        { effectiveOn: day('2026-01-01'), change: 100 },
        { effectiveOn: day('2026-01-11'), change: 20 },
        { effectiveOn: day('2026-01-21'), change: -30 },
        { effectiveOn: day('2026-02-01'), change: 7 },
      ]),
    ).toEqual([
      { start: '2026-01-01', end: '2026-01-11', count: 100 },
      { start: '2026-01-11', end: '2026-01-21', count: 120 },
      { start: '2026-01-21', end: '2026-02-01', count: 90 },
    ]);
  });

  it('agree with counting the members day by day, after any corrections', () => {
    const eligibility = fc
      .tuple(fc.integer({ min: -20, max: 50 }), fc.option(fc.integer({ min: 1, max: 40 })))
      .map(([from, length]): Eligibility => {
        const eligibleFrom = addDays(range.start, from);
        return { eligibleFrom, leftOn: length === null ? null : addDays(eligibleFrom, length) };
      });
    const histories = fc.array(fc.array(eligibility, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(histories, (members) => {
        const log = [0, 1, 2, 3].flatMap((round) =>
          headcountChanges(
            members
              .filter((versions) => versions.length > round)
              .map((versions) => ({ companyId: acme, before: versions[round - 1] ?? null, after: versions[round]! })),
          ),
        );
        for (const stretch of headcountStretches(range, perDay(log, range.start))) {
          for (let on = stretch.start; on < stretch.end; on = addDays(on, 1)) {
            expect(stretch.count).toBe(members.filter((versions) => counts(versions.at(-1)!, on)).length);
          }
        }
      }),
    );
  });
});

/** As the database hands it over: summed by day, and everything up to the start on the start. */
function perDay(log: readonly HeadcountChange[], start: LocalDate): { effectiveOn: LocalDate; change: number }[] {
  const sums = new Map<LocalDate, number>();
  for (const { effectiveOn, change } of log) {
    const on = effectiveOn < start ? start : effectiveOn;
    sums.set(on, (sums.get(on) ?? 0) + change);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([effectiveOn, change]) => ({ effectiveOn, change }));
}

function counts({ eligibleFrom, leftOn }: Eligibility, on: LocalDate): boolean {
  return eligibleFrom <= on && (leftOn === null || on < leftOn);
}
