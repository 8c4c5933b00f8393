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
 * Makes the aspect what is wanted on every day. Nothing is recorded where it is so already.
 * @param before the aspect on days before everything that was said
 * @param wanted it changes on `days` and on days on which something was said, and nowhere else
 */
export function become<Value>(said: readonly Said<Value>[], before: Value, wanted: (day: LocalDate) => Value, days: readonly LocalDate[]): ToSay<Value>[] {
  const onRecord = new Map(decidingEachDay(said).map(({ effectiveOn, value }) => [effectiveOn, value]));
  const toSay: ToSay<Value>[] = [];
  let carried = before;
  for (const day of [...new Set([...onRecord.keys(), ...days])].sort()) {
    const there = onRecord.has(day) ? onRecord.get(day)! : carried;
    carried = wanted(day);
    if (there !== carried) toSay.push({ effectiveOn: day, value: carried });
  }
  return toSay;
}

/**
 * Makes the aspect `wanted` on the days from `from` up to `until` and leaves all others as they are: what was recorded for days
 * within is said anew on each of them, and on `until` what was in force before comes back.
 * @param until null is without an end
 */
export function setOn<Value>(said: readonly Said<Value>[], before: Value, wanted: Value, from: LocalDate, until: LocalDate | null): ToSay<Value>[] {
  const there = valueBy(said, before);
  const isWithin = (day: LocalDate) => day >= from && (until === null || day < until);
  return become(said, before, (day) => (isWithin(day) ? wanted : there(day)), until === null ? [from] : [from, until]);
}

/** The aspect as a function of the day. */
export function valueBy<Value>(said: readonly Said<Value>[], before: Value): (day: LocalDate) => Value {
  const deciding = decidingEachDay(said);
  return (day) => {
    const last = deciding.findLast(({ effectiveOn }) => effectiveOn <= day);
    return last === undefined ? before : last.value;
  };
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
