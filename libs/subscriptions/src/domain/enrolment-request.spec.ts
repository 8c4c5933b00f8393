// What an asked-for enrolment means beside those on record.
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { answerTo } from './enrolment-request';
import { EnrolmentChange, planStretches } from './enrolment-timeline';

const day = (text: string) => text as LocalDate;
const [GOLD, SILVER] = ['gold', 'silver'] as [PlanId, PlanId];
const asked = (start: string, end: string | null, planId = GOLD) => ({ start: day(start), end: end === null ? null : day(end), planId });
const onRecord = (id: string, start: string, end: string | null, planId = GOLD) => {
  const changes: EnrolmentChange[] = [{ kind: 'start', seq: 1, effectiveOn: day(start), planId }];
  if (end !== null) changes.push({ kind: 'end', seq: 2, effectiveOn: day(end) });
  return { id, changes };
};

describe('an enrolment that is asked for', () => {
  it('is new beside nothing, and beside one that has ended by its first day', () => {
    expect(answerTo(asked('2026-03-01', null), true, [])).toEqual({ kind: 'new' });
    expect(answerTo(asked('2026-03-01', null), true, [onRecord('a', '2026-01-01', '2026-03-01', SILVER)])).toEqual({ kind: 'new' });
  });

  it('is on record when plan and first day are, and the end is the same or not spoken of', () => {
    expect(answerTo(asked('2026-03-01', null), true, [onRecord('a', '2026-03-01', null)])).toEqual({ kind: 'unchanged' });
    expect(answerTo(asked('2026-03-01', null), false, [onRecord('a', '2026-03-01', '2026-05-01')])).toEqual({ kind: 'unchanged' });
  });

  it('is refused when the member holds another enrolment on one of its days', () => {
    expect(answerTo(asked('2026-03-01', null), true, [onRecord('a', '2026-01-01', '2026-03-02', SILVER)])).toMatchObject({ kind: 'overlaps' });
    expect(answerTo(asked('2026-03-01', '2026-04-01'), true, [onRecord('a', '2026-01-01', null)])).toMatchObject({ kind: 'overlaps' });
  });

  it.each([
    ['2026-05-01', '2026-04-01'],
    ['2026-05-01', '2026-06-01'],
    ['2026-05-01', null],
    [null, '2026-04-01'],
  ])('ending on %s on record and on %s now, brings the timeline there', (before, now) => {
    const enrolment = onRecord('a', '2026-03-01', before);
    const answer = answerTo(asked('2026-03-01', now), true, [enrolment]);
    if (answer.kind !== 'changed') throw new Error(answer.kind);
    const numbered = answer.changes.map((change, index) => ({ ...change, seq: enrolment.changes.length + index + 1 }));
    expect(planStretches([...enrolment.changes, ...numbered])).toEqual([asked('2026-03-01', now)]);
  });

  it('is the one on record although it has moved to another plan since', () => {
    const moved = onRecord('a', '2026-03-01', null);
    const upgraded = { ...moved, changes: [...moved.changes, { kind: 'plan' as const, seq: 2, effectiveOn: day('2026-05-01'), planId: SILVER }] };
    expect(answerTo(asked('2026-03-01', null), true, [upgraded])).toEqual({ kind: 'unchanged' });
  });
});
