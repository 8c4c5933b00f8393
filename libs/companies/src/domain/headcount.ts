// Headcount: from a log of dated changes to stretches of constant count.
import { CompanyId, DateRange, LocalDate } from '@countinghouse/kernel';

/** Who is counted: the employees who are eligible, or the people, dependants too, who hold a running enrolment. */
export const HEADCOUNT_MEASURES = ['eligible', 'enrolled'] as const;
export type HeadcountMeasure = (typeof HEADCOUNT_MEASURES)[number];

/** So many people more (or less, if negative) from a day on; never zero. */
export interface HeadcountChange {
  readonly companyId: CompanyId;
  readonly effectiveOn: LocalDate;
  readonly change: number;
}

/** A stretch of days with the same number of people, `[start, end)`. */
export interface HeadcountStretch extends DateRange {
  readonly count: number;
}

/**
 * Cuts a range into stretches of constant headcount, in order and without a gap.
 * @param changes one company's changes with distinct days in order; those on or before the start make the first count
 */
export function headcountStretches(range: DateRange, changes: readonly Omit<HeadcountChange, 'companyId'>[]): HeadcountStretch[] {
  const stretches: HeadcountStretch[] = [];
  let start = range.start;
  let people = 0;
  for (const { effectiveOn, change } of changes) {
    if (effectiveOn >= range.end || change === 0) continue;
    if (effectiveOn > start) {
      stretches.push({ start, end: effectiveOn, count: people });
      start = effectiveOn;
    }
    people += change;
  }
  stretches.push({ start, end: range.end, count: people });
  return stretches;
}
