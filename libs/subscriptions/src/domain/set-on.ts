// Setting one aspect of a timeline on some days: what must be recorded so that it holds there, and nowhere else changes.
import { LocalDate } from '@countinghouse/kernel';

/** What a recorded change says of the aspect, from its day on. */
export interface Said<Value> {
  readonly seq: number;
  readonly effectiveOn: LocalDate;
  readonly value: Value;
}

/** What is to be recorded, in this order. */
export type ToSay<Value> = Omit<Said<Value>, 'seq'>;

/**
 * Makes the aspect `wanted` on the days from `from` up to `until` and leaves all others as they are. What was recorded for days
 * within is said anew on each of them, because it would otherwise decide from its day on; on `until`, what was in force before
 * comes back. Nothing is recorded where it holds already.
 * @param before the aspect on days before everything that was said
 * @param until null is without an end
 */
export function setOn<Value>(said: readonly Said<Value>[], before: Value, wanted: Value, from: LocalDate, until: LocalDate | null): ToSay<Value>[] {
  const deciding = decidingEachDay(said);
  const valueOn = (day: LocalDate) => {
    const last = deciding.findLast(({ effectiveOn }) => effectiveOn <= day);
    return last === undefined ? before : last.value;
  };
  const within = deciding.filter(({ effectiveOn, value }) => effectiveOn > from && (until === null || effectiveOn < until) && value !== wanted);
  const toSay = [...(valueOn(from) === wanted ? [] : [from]), ...within.map(({ effectiveOn }) => effectiveOn)].map((effectiveOn) => ({ effectiveOn, value: wanted }));
  if (until === null || valueOn(until) === wanted || deciding.some(({ effectiveOn }) => effectiveOn === until)) return toSay;
  return [...toSay, { effectiveOn: until, value: valueOn(until) }];
}

/** The change that decides from each day on which something was said, by ascending day. */
export function decidingEachDay<Value>(said: readonly Said<Value>[]): Said<Value>[] {
  const ordered = [...said].sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : a.seq - b.seq));
  return ordered.filter((one, index) => ordered[index + 1]?.effectiveOn !== one.effectiveOn);
}

/** Days of one value; without an end the stretch is open. */
export interface Stretch {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
}

/** The days on which the aspect has a value, as stretches in order that do not touch. */
export function stretchesOf<Value>(said: readonly Said<Value>[], isIt: (value: Value) => boolean): Stretch[] {
  const stretches: Stretch[] = [];
  let start: LocalDate | undefined;
  for (const { effectiveOn, value } of decidingEachDay(said)) {
    if (isIt(value) && start === undefined) start = effectiveOn;
    if (isIt(value) || start === undefined) continue;
    stretches.push({ start, end: effectiveOn });
    start = undefined;
  }
  return start === undefined ? stretches : [...stretches, { start, end: null }];
}
