// How an append-only timeline is read.
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { EnrolmentChange, planStretches } from './plan-timeline';

const day = (text: string) => text as LocalDate;
const [GOLD, SILVER] = ['gold', 'silver'] as PlanId[];
const timeline = (...changes: [on: string, planId: PlanId | undefined][]): EnrolmentChange[] =>
  changes.map(([on, planId], index) =>
    planId === undefined
      ? { kind: 'end', seq: index + 1, effectiveOn: day(on) }
      : { kind: 'start', seq: index + 1, effectiveOn: day(on), planId },
  );
const read = (changes: EnrolmentChange[]) => planStretches(changes).map(({ start, end, planId }) => [start, end, planId]);

describe('an enrolment timeline', () => {
  it('is open until it is ended', () => {
    expect(read(timeline(['2026-01-01', GOLD]))).toEqual([['2026-01-01', null, GOLD]]);
    expect(read(timeline(['2026-01-01', GOLD], ['2026-03-01', undefined]))).toEqual([['2026-01-01', '2026-03-01', GOLD]]);
  });

  it('follows the day a change is effective on, whenever it was recorded', () => {
    expect(read(timeline(['2026-01-01', GOLD], ['2026-05-01', undefined], ['2026-03-01', SILVER]))).toEqual([
      ['2026-01-01', '2026-03-01', GOLD],
      ['2026-03-01', '2026-05-01', SILVER],
    ]);
  });

  it('believes the last change recorded for a day', () => {
    expect(read(timeline(['2026-01-01', GOLD], ['2026-03-01', undefined], ['2026-03-01', GOLD]))).toEqual([['2026-01-01', null, GOLD]]);
    expect(read(timeline(['2026-01-01', GOLD], ['2026-01-01', undefined], ['2026-01-15', GOLD]))).toEqual([['2026-01-15', null, GOLD]]);
  });

  it('joins neighbours of one plan and ignores an end before any start', () => {
    expect(read(timeline(['2025-01-01', undefined], ['2026-01-01', GOLD], ['2026-02-01', GOLD]))).toEqual([['2026-01-01', null, GOLD]]);
  });
});
