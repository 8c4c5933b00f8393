// An asked-for enrolment against those on record: it is new, on record already, ended otherwise, or in the way.
import { LocalDate } from '@countinghouse/kernel';
import { EnrolmentChange, planStretches, PlanStretch } from './enrolment-timeline';

/** A plan from a day, up to but not including another if it has an end. */
export type AskedStretch = PlanStretch;

export interface EnrolmentOnRecord<Id> {
  readonly id: Id;
  readonly changes: readonly EnrolmentChange[];
}

export type Answer<Id> =
  | { readonly kind: 'new' | 'unchanged' }
  /** The same enrolment ends on another day: the changes bring its timeline there. */
  | { readonly kind: 'changed'; readonly id: Id; readonly changes: readonly EnrolmentChange[] }
  | { readonly kind: 'overlaps'; readonly stretch: PlanStretch };

/**
 * A member holds one plan at a time under a contract. An enrolment on record that began with the same plan on the same day
 * is the one asked for; `endIsStated` tells an end that is left open on purpose from one that is not spoken of.
 */
export function answerTo<Id>(asked: AskedStretch, endIsStated: boolean, onRecord: readonly EnrolmentOnRecord<Id>[]): Answer<Id> {
  let same: { enrolment: EnrolmentOnRecord<Id>; stretch: PlanStretch } | undefined;
  for (const enrolment of onRecord) {
    for (const stretch of planStretches(enrolment.changes)) {
      if (stretch.start === asked.start && stretch.planId === asked.planId) same = { enrolment, stretch };
      else if (share(stretch, asked)) return { kind: 'overlaps', stretch };
    }
  }
  if (same === undefined) return { kind: 'new' };
  if (!endIsStated || same.stretch.end === asked.end) return { kind: 'unchanged' };
  return { kind: 'changed', id: same.enrolment.id, changes: endOtherwise(same.enrolment.changes, same.stretch, asked.end) };
}

/** An end that moves forward, or goes, is undone first: from the day it stood on, the plan is held again. */
function endOtherwise(changes: readonly EnrolmentChange[], { end, planId }: PlanStretch, wanted: LocalDate | null): EnrolmentChange[] {
  let seq = Math.max(...changes.map((change) => change.seq));
  const added: EnrolmentChange[] = [];
  if (end !== null && (wanted === null || wanted > end)) added.push({ kind: 'start', seq: ++seq, effectiveOn: end, planId });
  if (wanted !== null) added.push({ kind: 'end', seq: ++seq, effectiveOn: wanted });
  return added;
}

function share(a: PlanStretch, b: PlanStretch): boolean {
  return (b.end === null || a.start < b.end) && (a.end === null || b.start < a.end);
}
