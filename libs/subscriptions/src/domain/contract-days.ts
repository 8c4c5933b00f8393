// The days on which something of a contract happens: where its period ends, where its term does, and until when to give notice.
import { addDays, anchorOn, DateRange, dayOfMonthClamped, LocalDate, minDate, monthNumber, periodContaining } from '@countinghouse/kernel';
import { ContractState } from './contract-timeline';
import { Said, setOn, Stretch, stretchesOf } from './set-on';
import { StateStretch, stateOn } from './timeline';

type States = readonly StateStretch<ContractState>[];

/** The whole period of the cycle in force on a day; undefined while there is none. */
export function wholePeriodOn(states: States, day: LocalDate): DateRange | undefined {
  const { anchorDay, anchorMonth, cycleMonths } = stateOn(states, day) ?? {};
  if (anchorDay == null || anchorMonth == null || cycleMonths == null) return undefined;
  const month = monthNumber(day);
  const anchored = month - ((((month - anchorMonth) % cycleMonths) + cycleMonths) % cycleMonths);
  return periodContaining(anchorOn(dayOfMonthClamped(anchored, 1), cycleMonths, anchorDay), day);
}

/** The first day after the period in which a day lies: a later cycle that takes over ends it early. */
export function periodEndOn(states: States, day: LocalDate): LocalDate | undefined {
  const whole = wholePeriodOn(states, day);
  if (whole === undefined) return undefined;
  const { anchorDay, anchorMonth, cycleMonths } = stateOn(states, day)!;
  const next = states.find(
    ({ start, state }) => start > day && (state.anchorDay !== anchorDay || state.anchorMonth !== anchorMonth || state.cycleMonths !== cycleMonths),
  );
  return next === undefined ? whole.end : minDate(whole.end, next.start);
}

/** A recorded change of a timeline that has a life. */
interface Recorded {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly kind: string;
}

/** What is recorded of the life alone. */
function saidOfLife(changes: readonly Recorded[]): Said<boolean>[] {
  return changes.filter(({ kind }) => kind === 'start' || kind === 'end').map(({ seq, effectiveOn, kind }) => ({ seq, effectiveOn, value: kind === 'start' }));
}

/** The days in force, in order: most have one stretch of them, and what was ended and taken up again has more. */
export function livesOf(changes: readonly Recorded[]): Stretch[] {
  return stretchesOf(saidOfLife(changes), (isAlive) => isAlive);
}

/** One change of a life that is to be recorded. */
export interface LifeChange {
  readonly kind: 'start' | 'end';
  readonly effectiveOn: LocalDate;
}

/**
 * What makes the last life that has begun before a day end on that day, whether it ended later, earlier or not at all; lives
 * that would begin on the day or later are withdrawn.
 * @param on the first day that is no longer in force; null takes the end back
 */
export function endOn(changes: readonly Recorded[], on: LocalDate | null): LifeChange[] {
  const said = saidOfLife(changes);
  const last = stretchesOf(said, (isAlive) => isAlive).findLast(({ start }) => on === null || start < on);
  const lengthened = last?.end != null && (on === null || on > last.end) ? setOn(said, false, true, last.end, on) : [];
  const ended = on === null ? [] : setOn(said, false, false, on, null);
  return [...lengthened, ...ended].map(({ effectiveOn, value }) => ({ kind: value ? 'start' : 'end', effectiveOn }));
}

/** What decides about the renewal of a contract beside its timeline. */
export interface RenewalTerms {
  readonly autoRenew: boolean;
  readonly renewalMonths: number | null;
  readonly noticeDays: number;
}

/** The end of the term that is agreed last; null while it is open. */
export function termEnd(states: States): LocalDate | null {
  return states.at(-1)?.state.termEndsOn ?? null;
}

/** The last day on which notice can be given, so that the contract ends with its term. */
export function cutOff(termEndsOn: LocalDate, noticeDays: number): LocalDate {
  return addDays(termEndsOn, -noticeDays);
}

/** The day on which the contract is renewed unless notice has been given: right after the cut-off. Null if it is not to be. */
export function renewalDueOn(states: States, { autoRenew, noticeDays }: RenewalTerms): LocalDate | null {
  const end = termEnd(states);
  if (!autoRenew || end === null || stateOn(states, end)?.inForce !== true) return null;
  return minDate(addDays(cutOff(end, noticeDays), 1), end);
}
