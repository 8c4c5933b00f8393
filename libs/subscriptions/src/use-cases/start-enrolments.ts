// StartEnrolments: enrols people of a company in plans under its contract, with trial days and payroll if they are agreed.
import { Injectable } from '@nestjs/common';
import { addDays, ContractId, DomainError, EnrolmentId, isDomainError, LocalDate, MemberId, PlanId } from '@countinghouse/kernel';
import { Actor, authorise, newId } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { NewEnrolmentChange, planHeldOn } from '../domain/enrolment-acts';
import { livesOf } from '../domain/contract-days';
import { refuseNotOffered } from '../domain/offered-plan';
import { HeldContract, holdContract } from '../persistence/contract.queries';
import { CandidateRow, candidates, enrolmentsOfMembers, HeldEnrolment, OfferedPlan, offeredPlans } from '../persistence/enrolment.queries';
import { addEnrolments } from '../persistence/import.queries';
import { refuseOutOfForce } from './amendments';
import { refuseNoPayroll } from './ask-by';
import { EnrolmentActs, outcomeOf, refuseClosed, refuseTooMany } from './enrolment-acts';

export interface AskedEnrolment {
  readonly memberId: MemberId;
  readonly planId: PlanId;
  readonly startsOn: LocalDate;
  /** Days from the first on that owe nothing; as the contract says unless said otherwise. */
  readonly trialDays?: number;
  /** Whether the company is asked for the member's part, to take it from the salary. */
  readonly payroll?: boolean;
}

export interface StartEnrolmentsInput {
  readonly contractId: ContractId;
  /** At most 5,000. */
  readonly enrolments: readonly AskedEnrolment[];
  readonly reason: string;
}

export interface StartedEnrolments {
  readonly started: readonly EnrolmentId[];
  /** Those that ran from the same day in the same plan already. */
  readonly unchanged: readonly EnrolmentId[];
  readonly refused: readonly { readonly memberId: MemberId; readonly error: DomainError }[];
}

/** What is there of everything that was asked for. */
interface Known {
  readonly contract: HeldContract;
  readonly people: ReadonlyMap<MemberId, CandidateRow>;
  readonly plans: ReadonlyMap<PlanId, OfferedPlan>;
  readonly onRecord: ReadonlyMap<MemberId, readonly HeldEnrolment[]>;
}

type Outcome = { readonly unchanged: EnrolmentId } | { readonly changes: NewEnrolmentChange[] };

@Injectable()
export class StartEnrolments {
  constructor(private readonly acts: EnrolmentActs) {}

  /**
   * Whoever cannot be enrolled is told with the reason, and the others are. The same again changes nothing. A constant number of
   * statements. A member whose leaving is on record is enrolled up to that day.
   * @throws DomainError FORBIDDEN, REASON_MISSING, ENROLMENTS_TOO_MANY, CONTRACT_NOT_FOUND; refuses one by one with MEMBER_UNKNOWN,
   * MEMBER_REPEATED, MEMBER_NOT_ELIGIBLE, CONTRACT_NOT_IN_FORCE, CONTRACT_NOT_ACTIVE, PLAN_UNKNOWN, PLAN_RETIRED, PRICE_MISSING,
   * ENROLMENT_OVERLAPS, TRIAL_INVALID, PAYROLL_NOT_ALLOWED, PERIOD_CLOSED
   */
  async execute({ contractId, enrolments, reason }: StartEnrolmentsInput, actor: Actor): Promise<StartedEnrolments> {
    authorise(actor, 'billing');
    refuseNoReason(reason);
    refuseTooMany(enrolments.length);
    const { database, clock, openPeriods, audit, recordChanges } = this.acts;
    const nowMs = clock.now();
    return database.transaction(async (tx) => {
      const contract = await holdContract(tx, contractId, nowMs);
      const { issuerId } = contract;
      authorise(actor, 'billing', issuerId);
      const memberIds = [...new Set(enrolments.map(({ memberId }) => memberId))];
      const there = await enrolmentsOfMembers(tx, contractId, memberIds);
      const known: Known = {
        contract,
        people: await candidates(tx, memberIds),
        plans: await offeredPlans(tx, [...new Set([...enrolments.map(({ planId }) => planId), ...there.flatMap(({ changes }) => planHeldOn(changes, contract.today) ?? [])])]),
        onRecord: new Map(memberIds.map((id) => [id, there.filter(({ memberId }) => memberId === id)])),
      };
      const firstOpen = await openPeriods.firstOpenDays(tx, [issuerId]);
      const decided = enrolments.map((asked, index) => ({ asked, outcome: outcomeOf(() => decide(asked, index, enrolments, known)) }));
      const closed = decided.map(({ asked, outcome }) => ({
        asked,
        outcome: !isDomainError(outcome) && 'changes' in outcome ? outcomeOf(() => ({ changes: refuseClosed(outcome.changes, issuerId, firstOpen) })) : outcome,
      }));
      const started = closed.flatMap(({ asked, outcome }) => (!isDomainError(outcome) && 'changes' in outcome ? [{ ...asked, id: newId<EnrolmentId>(), changes: outcome.changes }] : []));
      await addEnrolments(tx, started.map(({ id, memberId, planId }) => ({ id, contractId, memberId, planId })));
      await recordChanges.execute(tx, started.map(({ id, memberId, changes }) => ({ enrolmentId: id, memberId, changes, today: contract.today })), { by: actor.subject, reason });
      await audit.record(
        tx,
        actor,
        started.map(({ id, memberId, planId, startsOn }) => ({
          action: 'subscriptions.start-enrolment', subjectType: 'enrolment', subjectId: id, issuerId, reason, change: { contractId, memberId, planId, startsOn },
        })),
      );
      return {
        started: started.map(({ id }) => id),
        unchanged: closed.flatMap(({ outcome }) => (!isDomainError(outcome) && 'unchanged' in outcome ? [outcome.unchanged] : [])),
        refused: closed.flatMap(({ asked, outcome }) => (isDomainError(outcome) ? [{ memberId: asked.memberId, error: outcome }] : [])),
      };
    });
  }
}

function decide(asked: AskedEnrolment, index: number, all: readonly AskedEnrolment[], { contract, people, plans, onRecord }: Known): Outcome {
  const { memberId, planId, startsOn } = asked;
  const person = people.get(memberId);
  if (person === undefined || person.companyId !== contract.companyId) {
    throw refusal('MEMBER_UNKNOWN', 'memberId', memberId, `The company of contract ${contract.number} has no such member.`, 'Correct the member.');
  }
  const plan = refuseNotOffered(plans.get(planId), contract.currency, startsOn);
  if (all.findIndex((other) => other.memberId === memberId && plans.get(other.planId)?.productId === plan.productId) < index) {
    throw refusal('MEMBER_REPEATED', 'memberId', memberId, 'The member is asked for twice in one product.', 'Leave one of them out.');
  }
  refuseNotEligible(person, startsOn);
  refuseOutOfForce(contract, startsOn, 'startsOn');
  for (const { id, changes } of onRecord.get(memberId) ?? []) {
    const held = planHeldOn(changes, startsOn);
    if (plans.get(planHeldOn(changes, contract.today)!)?.productId !== plan.productId) continue;
    const running = livesOf(changes).find(({ end }) => end === null || end > startsOn);
    if (running === undefined) continue;
    if (running.start === startsOn && held === planId) return { unchanged: id };
    const term = running.end === null ? `from ${running.start} on` : `from ${running.start} up to ${running.end}`;
    throw refusal('ENROLMENT_OVERLAPS', 'startsOn', startsOn, `The member is enrolled in the product ${term}.`, 'Change the plan of that enrolment, or cancel it first.');
  }
  return { changes: timelineOf(asked, contract) };
}

function timelineOf({ planId, startsOn, trialDays, payroll = false }: AskedEnrolment, contract: HeldContract): NewEnrolmentChange[] {
  const trial = trialDays ?? contract.policies.trialDays;
  if (!Number.isInteger(trial) || trial < 0 || trial > 366) {
    throw refusal('TRIAL_INVALID', 'trialDays', String(trial), `A trial is not ${trial} days long.`, 'Give a whole number from 0 to 366.');
  }
  if (payroll) refuseNoPayroll(contract);
  return [
    { kind: 'start', effectiveOn: startsOn, planId },
    ...(trial === 0 ? [] : [{ kind: 'trial', effectiveOn: startsOn } as const, { kind: 'trial-end', effectiveOn: addDays(startsOn, trial) } as const]),
    ...(payroll ? [{ kind: 'payroll', effectiveOn: startsOn } as const] : []),
  ];
}

function refuseNotEligible({ id, eligibleFrom, leftOn }: CandidateRow, startsOn: LocalDate): void {
  if (startsOn >= eligibleFrom && (leftOn === null || startsOn < leftOn)) return;
  const term = leftOn === null ? `from ${eligibleFrom} on` : `from ${eligibleFrom} up to ${leftOn}`;
  throw refusal('MEMBER_NOT_ELIGIBLE', 'startsOn', startsOn, `The member ${id} belongs to the company ${term}.`, 'Give a day on which it does.');
}

function refusal(code: string, field: string, value: string, reason: string, remedy: string): DomainError {
  return new DomainError(code, reason, { field, value, remedy });
}
