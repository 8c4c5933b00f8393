// EnrolmentActs: how every change of enrolments is made, of one as of thousands. Held, within open periods, with who and why.
import { Injectable } from '@nestjs/common';
import { DomainError, EnrolmentId, isDomainError, IssuerId, LocalDate, minDate, PlanId } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, OpenPeriods, periodClosed } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { NewEnrolmentChange } from '../domain/enrolment-acts';
import { HeldContract } from '../persistence/contract.queries';
import { HeldEnrolment, holdEnrolments, OfferedPlan, offeredPlans } from '../persistence/enrolment.queries';
import { RecordEnrolmentChanges } from './record-enrolment-changes';

/** What every act on enrolments is given. */
export interface EnrolmentAct {
  /** At most 5,000. */
  readonly enrolmentIds: readonly EnrolmentId[];
  /** Why, in the words of the person. */
  readonly reason: string;
}

export interface RefusedEnrolment {
  readonly enrolmentId: EnrolmentId;
  readonly error: DomainError;
}

/** What came of an act: what cannot be is told with its reason, and the others are done. */
export interface ActedOn {
  readonly changed: readonly EnrolmentId[];
  /** What was so already. */
  readonly unchanged: readonly EnrolmentId[];
  readonly refused: readonly RefusedEnrolment[];
}

export const MAX_AT_A_TIME = 5_000;

/** The changes that an act makes to one enrolment; it throws a DomainError where it cannot be. */
export type Decide = (enrolment: HeldEnrolment, contract: HeldContract, plans: ReadonlyMap<PlanId, OfferedPlan>) => NewEnrolmentChange[];

@Injectable()
export class EnrolmentActs {
  constructor(
    readonly database: Database,
    readonly clock: AppClock,
    readonly openPeriods: OpenPeriods,
    readonly audit: Audit,
    readonly recordChanges: RecordEnrolmentChanges,
  ) {}

  /**
   * A constant number of statements, however many enrolments there are.
   * @param action as the audit trail calls it: 'pause-enrolment'
   * @param planIds further plans that `decide` asks about
   * @throws DomainError FORBIDDEN, REASON_MISSING, ENROLMENTS_TOO_MANY
   */
  async act(action: string, { enrolmentIds, reason }: EnrolmentAct, actor: Actor, decide: Decide, planIds: readonly PlanId[] = []): Promise<ActedOn> {
    authorise(actor, 'billing');
    refuseNoReason(reason);
    const ids = [...new Set(enrolmentIds)];
    refuseTooMany(ids.length);
    const nowMs = this.clock.now();
    return this.database.transaction(async (tx) => {
      const { contracts, enrolments } = await holdEnrolments(tx, ids, nowMs);
      const issuers = [...new Set([...contracts.values()].map(({ issuerId }) => issuerId))];
      for (const issuerId of issuers) authorise(actor, 'billing', issuerId);
      const firstOpen = await this.openPeriods.firstOpenDays(tx, issuers);
      const plans = await offeredPlans(tx, [...new Set([...planIds, ...enrolments.flatMap(plansOf)])]);
      const decided = enrolments.map((enrolment) => {
        const contract = contracts.get(enrolment.contractId)!;
        return { enrolment, contract, outcome: outcomeOf(() => refuseClosed(decide(enrolment, contract, plans), contract.issuerId, firstOpen)) };
      });
      const refused = [
        ...decided.flatMap(({ enrolment, outcome }) => (isDomainError(outcome) ? [{ enrolmentId: enrolment.id, error: outcome }] : [])),
        ...ids.filter((id) => !enrolments.some((enrolment) => enrolment.id === id)).map((enrolmentId) => ({ enrolmentId, error: notFound(enrolmentId) })),
      ];
      const changed = decided.filter(({ outcome }) => !isDomainError(outcome) && outcome.length > 0);
      const recorded = changed.map(({ enrolment: { id, memberId }, contract: { today }, outcome }) => ({ enrolmentId: id, memberId, changes: outcome as NewEnrolmentChange[], today }));
      await this.recordChanges.execute(tx, recorded, { by: actor.subject, reason });
      await this.audit.record(
        tx,
        actor,
        changed.map(({ enrolment, contract, outcome }) => ({
          action: `subscriptions.${action}`, subjectType: 'enrolment', subjectId: enrolment.id, issuerId: contract.issuerId, reason, change: { changes: outcome },
        })),
      );
      return {
        changed: changed.map(({ enrolment }) => enrolment.id),
        unchanged: decided.filter(({ outcome }) => !isDomainError(outcome) && outcome.length === 0).map(({ enrolment }) => enrolment.id),
        refused,
      };
    });
  }
}

function plansOf({ changes }: HeldEnrolment): PlanId[] {
  return changes.flatMap((change) => ('planId' in change ? [change.planId] : []));
}

/** An expected failure is an outcome like any other; anything else is a mistake of ours. */
export function outcomeOf<Outcome>(decide: () => Outcome): Outcome | DomainError {
  try {
    return decide();
  } catch (error) {
    if (isDomainError(error)) return error;
    throw error;
  }
}

/** @throws DomainError PERIOD_CLOSED */
export function refuseClosed<Change extends { readonly effectiveOn: LocalDate }>(
  changes: Change[],
  issuerId: IssuerId,
  firstOpen: ReadonlyMap<IssuerId, LocalDate>,
): Change[] {
  const open = firstOpen.get(issuerId);
  const first = changes.length === 0 ? undefined : changes.map(({ effectiveOn }) => effectiveOn).reduce(minDate);
  if (open !== undefined && first !== undefined && first < open) throw periodClosed(first, open, 'effectiveOn');
  return changes;
}

/** @throws DomainError ENROLMENTS_TOO_MANY */
export function refuseTooMany(count: number): void {
  if (count >= 1 && count <= MAX_AT_A_TIME) return;
  const remedy = `Give 1 to ${MAX_AT_A_TIME} at a time, or import a file.`;
  throw new DomainError('ENROLMENTS_TOO_MANY', `${count} enrolments cannot be changed at a time.`, { field: 'enrolmentIds', value: String(count), remedy });
}

function notFound(id: EnrolmentId): DomainError {
  return new DomainError('ENROLMENT_NOT_FOUND', 'There is no such enrolment.', { field: 'enrolmentIds', value: id, remedy: 'Correct the id.' });
}
