// A timeline: dated, append-only changes, folded into the stretches of days on which nothing changes.
import { LocalDate } from '@countinghouse/kernel';

/**
 * One recorded change: from `effectiveOn` on, the aspects that it names have the values it gives. On each day and for each
 * aspect, the change with the latest `effectiveOn` up to it decides, and among changes of one day the one recorded last
 * (the highest `seq`). So a mistake is mended by recording again for the same day, nothing is ever voided, and changes of
 * different aspects may be recorded in any order.
 */
export interface Change<State> {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly sets: Partial<State>;
}

/** Days of one state; without an end the stretch is open. */
export interface StateStretch<State> {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly state: State;
  /** The changes that decide the state, by ascending `seq`. */
  readonly decidedBy: readonly number[];
}

/**
 * The states in order, from the first change on. Neighbours differ: a change that changes nothing starts no stretch.
 * @param before the state on days before every change; aspects are compared as they stand, so give them plain values
 * @param changes in any order
 */
export function stateStretches<State extends object>(before: State, changes: readonly Change<State>[]): StateStretch<State>[] {
  const only = changes.length === 1 ? changes[0]! : undefined;
  // Most enrolments start and change no more.
  if (only !== undefined) return [{ start: only.effectiveOn, end: null, state: { ...before, ...only.sets }, decidedBy: [only.seq] }];

  const stretches: StateStretch<State>[] = [];
  const deciders: Partial<Record<keyof State, number>> = {};
  const ordered = [...changes].sort(byDayThenSeq);
  let state = before;
  for (let index = 0; index < ordered.length; index++) {
    const { effectiveOn, sets, seq } = ordered[index]!;
    state = { ...state, ...sets };
    for (const aspect in sets) deciders[aspect] = seq;
    if (ordered[index + 1]?.effectiveOn === effectiveOn) continue;

    const last = stretches[stretches.length - 1];
    if (last !== undefined && isSame(last.state, state)) continue;
    if (last !== undefined) stretches[stretches.length - 1] = { start: last.start, end: effectiveOn, state: last.state, decidedBy: last.decidedBy };
    stretches.push({ start: effectiveOn, end: null, state, decidedBy: distinct(deciders) });
  }
  return stretches;
}

/** The stretch in which a day lies; undefined before the first change. */
export function stretchOn<State>(stretches: readonly StateStretch<State>[], day: LocalDate): StateStretch<State> | undefined {
  return stretches.findLast((stretch) => stretch.start <= day);
}

/** The state on a day; undefined before the first change. */
export function stateOn<State>(stretches: readonly StateStretch<State>[], day: LocalDate): State | undefined {
  return stretchOn(stretches, day)?.state;
}

function byDayThenSeq(a: Change<unknown>, b: Change<unknown>): number {
  return a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : a.seq - b.seq;
}

function isSame<State extends object>(a: State, b: State): boolean {
  for (const aspect in a) if (a[aspect] !== b[aspect]) return false;
  return true;
}

/** By ascending `seq`. */
function distinct(deciders: object): number[] {
  const seqs: number[] = [];
  for (const seq of Object.values(deciders) as number[]) if (!seqs.includes(seq)) seqs.push(seq);
  return seqs.sort((a, b) => a - b);
}
