// The timeline of an enrolment: what each kind of change says, and the plans and days that come out.
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { Change, stateStretches, StateStretch } from './timeline';

/** One recorded change of an enrolment, in force from `effectiveOn` on. */
export type EnrolmentChange = { readonly seq: number; readonly effectiveOn: LocalDate } & (
  | { readonly kind: 'start' | 'plan'; readonly planId: PlanId }
  | { readonly kind: 'end' | 'pause' | 'resume' | 'trial' | 'trial-end' | 'payroll' | 'card' }
);

/** An enrolment on a day. Each property is an aspect, which changes of its own decide. */
export interface EnrolmentState {
  readonly running: boolean;
  readonly planId: PlanId | null;
  readonly paused: boolean;
  readonly inTrial: boolean;
  /** Whether the company is asked for the member's part, to take it from the salary. */
  readonly byPayroll: boolean;
}

const BEFORE: EnrolmentState = { running: false, planId: null, paused: false, inTrial: false, byPayroll: false };

const SETS: Record<Exclude<EnrolmentChange['kind'], 'start' | 'plan'>, Partial<EnrolmentState>> = {
  end: { running: false },
  pause: { paused: true },
  resume: { paused: false },
  trial: { inTrial: true },
  'trial-end': { inTrial: false },
  payroll: { byPayroll: true },
  card: { byPayroll: false },
};

/** The states of the enrolment in order, from its first change on. */
export function enrolmentStretches(changes: readonly EnrolmentChange[]): StateStretch<EnrolmentState>[] {
  return stateStretches(BEFORE, changes.map(aspectsOf));
}

function aspectsOf(change: EnrolmentChange): Change<EnrolmentState> {
  return { seq: change.seq, effectiveOn: change.effectiveOn, sets: setBy(change) };
}

function setBy(change: EnrolmentChange): Partial<EnrolmentState> {
  if (change.kind === 'start') return { running: true, planId: change.planId };
  if (change.kind === 'plan') return { planId: change.planId };
  return SETS[change.kind];
}

/** Trial days and paused days owe nothing, and the member holds the plan all the same. */
export function owes({ running, paused, inTrial }: EnrolmentState): boolean {
  return running && !paused && !inTrial;
}

/** Days on which one plan is held, paused or not; without an end the stretch is open. */
export interface PlanStretch {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly planId: PlanId;
}

/** The plans held, in order, without gaps between neighbours of one plan. */
export function planStretches(changes: readonly EnrolmentChange[]): PlanStretch[] {
  const held: PlanStretch[] = [];
  for (const { start, end, state } of enrolmentStretches(changes)) {
    if (!state.running || state.planId === null) continue;
    const last = held[held.length - 1];
    if (last?.end === start && last.planId === state.planId) held[held.length - 1] = { ...last, end };
    else held.push({ start, end, planId: state.planId });
  }
  return held;
}
