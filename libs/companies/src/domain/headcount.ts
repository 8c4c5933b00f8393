// Headcount: from the days of each member to a log of dated changes, and from the log to stretches of constant count.
import { CompanyId, DateRange, LocalDate } from '@countinghouse/kernel';

/** The days on which a member counts: from `eligibleFrom` up to but not including `leftOn`; no end when it is null. */
export interface Eligibility {
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | null;
}

/** What became of one member: `before` is null for a new one. */
export interface EligibilityChange {
  readonly companyId: CompanyId;
  readonly before: Eligibility | null;
  readonly after: Eligibility;
}

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
 * The changes to append so that the log says what the members say: +1 on the first day, −1 on the day of leaving, and
 * for what was on record before, the same with the opposite sign. One change per company and day, ordered by both; what
 * cancels out is left out.
 */
export function headcountChanges(members: readonly EligibilityChange[]): HeadcountChange[] {
  const sums = new Map<CompanyId, Map<LocalDate, number>>();
  for (const { companyId, before, after } of members) {
    let days = sums.get(companyId);
    if (days === undefined) sums.set(companyId, (days = new Map()));
    if (before !== null) count(days, before, -1);
    count(days, after, 1);
  }
  return [...sums]
    .flatMap(([companyId, days]) => [...days].map(([effectiveOn, change]) => ({ companyId, effectiveOn, change })))
    .filter(({ change }) => change !== 0)
    .sort((a, b) => compare(a.companyId, b.companyId) || compare(a.effectiveOn, b.effectiveOn));
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

function count(days: Map<LocalDate, number>, { eligibleFrom, leftOn }: Eligibility, sign: 1 | -1): void {
  days.set(eligibleFrom, (days.get(eligibleFrom) ?? 0) + sign);
  if (leftOn !== null) days.set(leftOn, (days.get(leftOn) ?? 0) - sign);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
