// Stretches of days laid over one another. Lists of stretches are in order and free of overlaps.
import { DateRange, LocalDate, maxDate, minDate } from '@countinghouse/kernel';

/** The index of the first stretch that ends after a day; by binary search, so that nobody walks through years of a contract. */
export function firstEndingAfter(stretches: readonly { readonly end: LocalDate }[], day: LocalDate): number {
  let [low, high] = [0, stretches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stretches[middle]!.end > day) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The stretches as far as they lie within the days. */
export function partsWithin<Stretch extends DateRange>(days: DateRange, stretches: readonly Stretch[]): Stretch[] {
  const parts: Stretch[] = [];
  for (let index = firstEndingAfter(stretches, days.start); index < stretches.length; index++) {
    const stretch = stretches[index]!;
    if (stretch.start >= days.end) break;
    parts.push({ ...stretch, start: maxDate(stretch.start, days.start), end: minDate(stretch.end, days.end) });
  }
  return parts;
}

/** Every one of the days, cut where a stretch begins or ends, with the stretch that lies on it if there is one. */
export function overlay<Stretch extends DateRange>(days: DateRange, stretches: readonly Stretch[]): (DateRange & { readonly on: Stretch | undefined })[] {
  const cut: (DateRange & { on: Stretch | undefined })[] = [];
  let day = days.start;
  for (const on of partsWithin(days, stretches)) {
    if (day < on.start) cut.push({ start: day, end: on.start, on: undefined });
    cut.push({ start: on.start, end: on.end, on });
    day = on.end;
  }
  if (day < days.end) cut.push({ start: day, end: days.end, on: undefined });
  return cut;
}
