// How the append-only timeline of an enrolment is read.
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { EnrolmentChange, enrolmentStretches, owes, planStretches } from './enrolment-timeline';

const day = (text: string) => text as LocalDate;
const [GOLD, SILVER] = ['gold', 'silver'] as PlanId[];
type Entry = [on: string, kind: EnrolmentChange['kind'], planId?: PlanId | undefined];
const timeline = (...entries: Entry[]) =>
  entries.map(([on, kind, planId], index) => ({ kind, seq: index + 1, effectiveOn: day(on), ...(planId && { planId }) }) as EnrolmentChange);
const plans = (...entries: Entry[]) => planStretches(timeline(...entries)).map(({ start, end, planId }) => [start, end, planId]);
const owed = (...entries: Entry[]) =>
  enrolmentStretches(timeline(...entries)).filter(({ state }) => owes(state)).map(({ start, end }) => [start, end]);

describe('an enrolment timeline', () => {
  it('is open until it is ended', () => {
    expect(plans(['2026-01-01', 'start', GOLD])).toEqual([['2026-01-01', null, GOLD]]);
    expect(plans(['2026-01-01', 'start', GOLD], ['2026-03-01', 'end'])).toEqual([['2026-01-01', '2026-03-01', GOLD]]);
  });

  it('follows the day a change is effective on, whenever it was recorded', () => {
    expect(plans(['2026-01-01', 'start', GOLD], ['2026-05-01', 'end'], ['2026-03-01', 'plan', SILVER])).toEqual([
      ['2026-01-01', '2026-03-01', GOLD],
      ['2026-03-01', '2026-05-01', SILVER],
    ]);
  });

  it('believes the last change recorded for a day', () => {
    expect(plans(['2026-01-01', 'start', GOLD], ['2026-03-01', 'end'], ['2026-03-01', 'start', GOLD])).toEqual([['2026-01-01', null, GOLD]]);
    expect(plans(['2026-01-01', 'start', GOLD], ['2026-01-01', 'end'], ['2026-01-15', 'start', GOLD])).toEqual([['2026-01-15', null, GOLD]]);
  });

  it('joins neighbours of one plan and ignores an end before any start', () => {
    expect(plans(['2025-01-01', 'end'], ['2026-01-01', 'start', GOLD], ['2026-02-01', 'plan', GOLD])).toEqual([['2026-01-01', null, GOLD]]);
  });

  it('owes nothing while paused or in trial, and holds the plan all the same', () => {
    const changes: Entry[] = [['2026-01-01', 'start', GOLD], ['2026-01-01', 'trial'], ['2026-01-15', 'trial-end'], ['2026-02-08', 'pause'], ['2026-02-10', 'resume']];
    expect(owed(...changes)).toEqual([['2026-01-15', '2026-02-08'], ['2026-02-10', null]]);
    expect(plans(...changes)).toEqual([['2026-01-01', null, GOLD]]);
  });

  it('is not brought back to life by a resume that was recorded before a backdated end', () => {
    expect(owed(['2026-01-01', 'start', GOLD], ['2026-02-08', 'pause'], ['2026-02-20', 'resume'], ['2026-02-15', 'end'])).toEqual([['2026-01-01', '2026-02-08']]);
  });

  it('reads an upgrade and a pause alike, whichever was recorded first', () => {
    const upgrade: Entry = ['2026-01-05', 'plan', SILVER];
    const pause: Entry[] = [['2026-01-08', 'pause'], ['2026-01-10', 'resume']];
    const days = (entries: Entry[]) => enrolmentStretches(timeline(...entries)).map(({ start, end, state }) => [start, end, state]);
    expect(days([['2026-01-01', 'start', GOLD], upgrade, ...pause])).toEqual(days([['2026-01-01', 'start', GOLD], ...pause, upgrade]));
  });

  it('asks the company from the day the member chooses payroll, until the day of the card', () => {
    const states = enrolmentStretches(timeline(['2026-01-01', 'start', GOLD], ['2026-02-01', 'payroll'], ['2026-04-01', 'card']));
    expect(states.map(({ start, state }) => [start, state.byPayroll])).toEqual([['2026-01-01', false], ['2026-02-01', true], ['2026-04-01', false]]);
  });
});
