// ChangePlan: moves enrolments to another plan of their product. Upgrades and downgrades happen when the contract or the act says.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, PlanId } from '@countinghouse/kernel';
import { Actor } from '@countinghouse/platform';
import { periodEndOn } from '../domain/contract-days';
import { planChange, planHeldOn } from '../domain/enrolment-acts';
import { refuseNotOffered } from '../domain/offered-plan';
import { HeldContract } from '../persistence/contract.queries';
import { OfferedPlan } from '../persistence/enrolment.queries';
import { ActedOn, EnrolmentAct, EnrolmentActs } from './enrolment-acts';

export interface ChangePlanInput extends EnrolmentAct {
  readonly planId: PlanId;
  /** Or a day. By the contract's policy for moves up or down unless said otherwise: up now and down with the period, mostly. */
  readonly when?: 'now' | 'periodEnd' | LocalDate;
}

@Injectable()
export class ChangePlan {
  constructor(private readonly acts: EnrolmentActs) {}

  /**
   * A move that was to happen later is replaced.
   * @throws as {@link EnrolmentActs.act}; refuses one by one with PLAN_UNKNOWN, PLAN_RETIRED, PRICE_MISSING, PLAN_OF_ANOTHER_PRODUCT, ENROLMENT_NOT_RUNNING
   */
  async execute({ planId, when, ...act }: ChangePlanInput, actor: Actor): Promise<ActedOn> {
    return this.acts.act('change-plan', act, actor, ({ changes }, contract, plans) => {
      const wanted = plans.get(planId);
      const held = plans.get(planHeldOn(changes, contract.today)!);
      const on = dayOf(contract, when ?? policyFor(contract, held, wanted));
      const plan = refuseNotOffered(wanted, contract.currency, on);
      if (held !== undefined && held.productId !== plan.productId) {
        const reason = `The plans ${held.code} and ${plan.code} are of different products.`;
        throw new DomainError('PLAN_OF_ANOTHER_PRODUCT', reason, { field: 'plan', value: plan.code, remedy: 'Give a plan of the same product, or start another enrolment.' });
      }
      return planChange(changes, planId, on, contract.today);
    }, [planId]);
  }
}

function policyFor({ policies }: HeldContract, held: OfferedPlan | undefined, wanted: OfferedPlan | undefined): 'now' | 'periodEnd' {
  return (wanted?.tier ?? 0) > (held?.tier ?? 0) ? policies.upgradeWhen : policies.downgradeWhen;
}

/** The day that is meant: the first one on which it is otherwise. */
export function dayOf({ states, today }: HeldContract, when: 'now' | 'periodEnd' | LocalDate): LocalDate {
  if (when === 'now') return today;
  return when === 'periodEnd' ? (periodEndOn(states, today) ?? today) : when;
}
