// An asked-for enrolment against those on record: it is new, on record already, ended otherwise, or in the way.
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { livesOf } from './contract-days';
import { cancel, NewEnrolmentChange, planHeldOn } from './enrolment-acts';
import { EnrolmentChange } from './enrolment-timeline';

/** A plan from a day, up to but not including another if it has an end. */
export interface AskedStretch {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly planId: PlanId;
}

export interface EnrolmentOnRecord<Id> {
  readonly id: Id;
  /** What was agreed: a day on which the member leaves the company is not for a file of enrolments to move. */
  readonly changes: readonly EnrolmentChange[];
}

export type Answer<Id> =
  | { readonly kind: 'new' | 'unchanged' }
  /** The same enrolment ends on another day: the changes bring its timeline there. */
  | { readonly kind: 'changed'; readonly id: Id; readonly changes: readonly NewEnrolmentChange[] }
  | { readonly kind: 'overlaps'; readonly stretch: { readonly start: LocalDate; readonly end: LocalDate | null } };

/**
 * A member is enrolled once at a time in a product under a contract. An enrolment on record that began with the same plan on the
 * same day is the one asked for, whatever plan it has moved to since; `endIsStated` tells an end that is left open on purpose
 * from one that is not spoken of.
 * @param onRecord the member's enrolments in the product
 */
export function answerTo<Id>(asked: AskedStretch, endIsStated: boolean, onRecord: readonly EnrolmentOnRecord<Id>[]): Answer<Id> {
  let same: { enrolment: EnrolmentOnRecord<Id>; end: LocalDate | null } | undefined;
  for (const enrolment of onRecord) {
    for (const life of livesOf(enrolment.changes)) {
      if (life.start === asked.start && planHeldOn(enrolment.changes, life.start) === asked.planId) same = { enrolment, end: life.end };
      else if (share(life, asked)) return { kind: 'overlaps', stretch: life };
    }
  }
  if (same === undefined) return { kind: 'new' };
  if (!endIsStated || same.end === asked.end) return { kind: 'unchanged' };
  return { kind: 'changed', id: same.enrolment.id, changes: cancel(same.enrolment.changes, asked.end) };
}

type Days = Pick<AskedStretch, 'start' | 'end'>;

function share(a: Days, b: Days): boolean {
  return (b.end === null || a.start < b.end) && (a.end === null || b.start < a.end);
}
