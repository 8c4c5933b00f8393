// What each act on an enrolment comes to: the changes to be recorded, or the reason why it cannot be. Pure functions of its timeline.
import { addDays, daysBetween, DomainError, LocalDate, maxDate, PlanId } from '@countinghouse/kernel';
import { endOn, livesOf } from './contract-days';
import { EnrolmentChange, enrolmentStretches } from './enrolment-timeline';
import { become, Said, setOn, Stretch, stretchesOf, valueBy } from './set-on';
import { stateOn } from './timeline';

/** A change whose place in the timeline is given to it when it is recorded. */
export type NewEnrolmentChange = EnrolmentChange extends infer Change ? (Change extends unknown ? Omit<Change, 'seq'> : never) : never;
type Changes = readonly EnrolmentChange[];

/** A move to another plan of the product on a day. Moves that are recorded for days after `today` are replaced by it. */
export function planChange(changes: Changes, planId: PlanId, on: LocalDate, today: LocalDate): NewEnrolmentChange[] {
  const said = changes.flatMap((change) => ('planId' in change ? [{ seq: change.seq, effectiveOn: change.effectiveOn, value: change.planId }] : []));
  const from = maxDate(on, refuseNotRunning(changes, on).start);
  // A move in the past holds until the next one that has happened since.
  const next = said.map(({ effectiveOn }) => effectiveOn).filter((day) => day > from && day <= today).sort()[0] ?? null;
  return setOn<PlanId | null>(said, null, planId, from, next).map(({ effectiveOn, value }) => ({ kind: 'plan', effectiveOn, planId: value! }));
}

/** The plan held on a day, or the first one if the day is before it. */
export function planHeldOn(changes: Changes, day: LocalDate): PlanId | null {
  const states = enrolmentStretches(changes);
  return (stateOn(states, day) ?? states[0]?.state)?.planId ?? null;
}

/**
 * A pause from a day on, up to `until` or as long as is allowed.
 * @param daysMax the longest pause; null is no limit
 * @throws DomainError PAUSE_NOT_ALLOWED, PAUSE_ENDS_BEFORE_IT_STARTS, PAUSE_TOO_LONG, ENROLMENT_NOT_RUNNING
 */
export function pause(changes: Changes, from: LocalDate, until: LocalDate | null, daysMax: number | null): NewEnrolmentChange[] {
  refuseNotRunning(changes, from);
  if (daysMax === 0) throw refusal('PAUSE_NOT_ALLOWED', 'from', from, 'The contract allows no pauses.', 'Cancel the enrolment, or change the contract.');
  if (until !== null && until <= from) {
    throw refusal('PAUSE_ENDS_BEFORE_IT_STARTS', 'until', until, `The pause ends on ${until}, but starts on ${from}.`, 'Give the first day after the pause.');
  }
  const said = saidOfPauses(changes);
  const toSay = setOn(said, false, true, from, until ?? (daysMax === null ? null : addDays(from, daysMax)));
  const recorded = toSay.map((one, index) => ({ ...one, seq: Number.MAX_SAFE_INTEGER - toSay.length + index }));
  const whole = stretchesOf([...said, ...recorded], (paused) => paused).find(({ end }) => end === null || end > from)!;
  if (daysMax !== null && (whole.end === null || daysBetween(whole.start, whole.end) > daysMax)) {
    const length = whole.end === null ? 'has no end' : `is ${daysBetween(whole.start, whole.end)} days long`;
    throw refusal('PAUSE_TOO_LONG', 'until', whole.end ?? '', `The pause ${length}, and the contract allows ${daysMax}.`, 'Give an earlier day.');
  }
  return toSay.map(pauseChange);
}

/**
 * The end of the pause that runs on a day, or of the next one before it begins. A pause that follows later stays.
 * @throws DomainError ENROLMENT_NOT_PAUSED
 */
export function resume(changes: Changes, on: LocalDate): NewEnrolmentChange[] {
  const said = saidOfPauses(changes);
  const paused = stretchesOf(said, (isPaused) => isPaused).find(({ end }) => end === null || end > on);
  if (paused === undefined) throw refusal('ENROLMENT_NOT_PAUSED', 'on', on, `The enrolment is not paused on ${on}.`, 'Give a day on which it is paused.');
  return setOn(said, false, false, maxDate(on, paused.start), paused.end).map(pauseChange);
}

function saidOfPauses(changes: Changes): Said<boolean>[] {
  return changes.filter(({ kind }) => kind === 'pause' || kind === 'resume').map(({ seq, effectiveOn, kind }) => ({ seq, effectiveOn, value: kind === 'pause' }));
}

function pauseChange({ effectiveOn, value }: { effectiveOn: LocalDate; value: boolean }): NewEnrolmentChange {
  return { kind: value ? 'pause' : 'resume', effectiveOn };
}

/**
 * The end of the enrolment on a day, also when it was to end on another. On its first day it is withdrawn.
 * @param on the first day that is no longer enrolled; null takes the end back
 * @throws DomainError ENROLMENT_ENDS_BEFORE_IT_STARTS, ENROLMENT_NOT_RUNNING
 */
export function cancel(changes: Changes, on: LocalDate | null): NewEnrolmentChange[] {
  const [first] = livesOf(changes);
  if (first === undefined) throw notRunning(on);
  if (on !== null && on < first.start) {
    const reason = `The enrolment starts on ${first.start} and cannot end on ${on}.`;
    throw refusal('ENROLMENT_ENDS_BEFORE_IT_STARTS', 'when', on, reason, 'Give a later day, or its first one to withdraw it.');
  }
  return endOn(changes, on).map((change) => lifeChange(changes, change));
}

/** From a day on, the member's part is asked of the company, to take it from the salary, or by card. */
export function askBy(changes: Changes, payer: 'payroll' | 'card', on: LocalDate): NewEnrolmentChange[] {
  refuseNotRunning(changes, on);
  const said = changes.filter(({ kind }) => kind === 'payroll' || kind === 'card').map(({ seq, effectiveOn, kind }) => ({ seq, effectiveOn, value: kind as 'payroll' | 'card' }));
  return setOn(said, 'card', payer, on, null).map(({ effectiveOn, value }) => ({ kind: value, effectiveOn }));
}

/** Who records that members have left, which tells those ends from what people have agreed. */
export const LEAVING = 'system:members-left';

/** A change with who recorded it. */
export type RecordedEnrolmentChange = EnrolmentChange & { readonly recordedBy: string };

/**
 * The days that are enrolled are those that were agreed, before the member leaves. So a day of leaving that is moved or taken back
 * needs no rule of its own, and nobody who had cancelled is enrolled again by it.
 * @param leftOn the first day on which the member no longer belongs to the company; null if it stays
 */
export function leave(changes: readonly RecordedEnrolmentChange[], leftOn: LocalDate | null): NewEnrolmentChange[] {
  const saidOf = (some: readonly EnrolmentChange[]) =>
    some.filter(({ kind }) => kind === 'start' || kind === 'end').map(({ seq, effectiveOn, kind }) => ({ seq, effectiveOn, value: kind === 'start' }));
  const all = saidOf(changes);
  const agreed = valueBy(saidOf(changes.filter(({ recordedBy }) => recordedBy !== LEAVING)), false);
  const days = become(all, false, (day) => agreed(day) && (leftOn === null || day < leftOn), leftOn === null ? [] : [leftOn]);
  return days.map(({ effectiveOn, value }) => lifeChange(changes, { kind: value ? 'start' : 'end', effectiveOn }));
}

/** A life that goes on does so with the plan that was held. */
function lifeChange(changes: Changes, { kind, effectiveOn }: { kind: 'start' | 'end'; effectiveOn: LocalDate }): NewEnrolmentChange {
  return kind === 'end' ? { kind, effectiveOn } : { kind, effectiveOn, planId: planHeldOn(changes, effectiveOn)! };
}

/** The stretch of days enrolled in which a day lies, or the one that is still to begin. */
function refuseNotRunning(changes: Changes, day: LocalDate): Stretch {
  const life = livesOf(changes).find(({ end }) => end === null || end > day);
  if (life !== undefined) return life;
  throw notRunning(day);
}

function notRunning(day: LocalDate | null): DomainError {
  return refusal('ENROLMENT_NOT_RUNNING', 'on', day ?? '', `The enrolment does not run${day === null ? '' : ` on ${day}`}.`, 'Give a day on which it runs.');
}

function refusal(code: string, field: string, value: string, reason: string, remedy: string): DomainError {
  return new DomainError(code, reason, { field, value, remedy });
}
