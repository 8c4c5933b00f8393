// The timeline of an enrolment, folded into the stretches of days on which the member holds a plan.
import { LocalDate, PlanId } from '@countinghouse/kernel';

/**
 * One recorded change: from `effectiveOn` on, the member holds the plan, or none after an end. Changes are only ever
 * appended. On each day the change with the latest `effectiveOn` up to it decides, and among changes of one day the one
 * recorded last (the highest `seq`). So a mistake is mended by recording again for the same day.
 */
export type EnrolmentChange =
  | { readonly kind: 'start'; readonly seq: number; readonly effectiveOn: LocalDate; readonly planId: PlanId }
  | { readonly kind: 'end'; readonly seq: number; readonly effectiveOn: LocalDate };

/** Days on which one plan is held; without an end the stretch is open. */
export interface PlanStretch {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly planId: PlanId;
}

/** The stretches in order, without gaps between neighbours of one plan. The changes may come in any order. */
export function planStretches(changes: readonly EnrolmentChange[]): PlanStretch[] {
  const inForce = changes.length > 1 ? lastOfEachDay(changes) : changes;
  const stretches: PlanStretch[] = [];
  let open: { start: LocalDate; planId: PlanId } | undefined;
  for (const change of inForce) {
    const planId = change.kind === 'start' ? change.planId : undefined;
    if (open?.planId === planId) continue;
    if (open !== undefined) stretches.push({ ...open, end: change.effectiveOn });
    open = planId === undefined ? undefined : { start: change.effectiveOn, planId };
  }
  if (open !== undefined) stretches.push({ ...open, end: null });
  return stretches;
}

function lastOfEachDay(changes: readonly EnrolmentChange[]): EnrolmentChange[] {
  const sorted = [...changes].sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : a.seq - b.seq));
  return sorted.filter((change, index) => sorted[index + 1]?.effectiveOn !== change.effectiveOn);
}
