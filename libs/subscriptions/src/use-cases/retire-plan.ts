// RetirePlan: from a day on, nobody is enrolled in a plan any more; whoever holds it keeps it at its price.
import { Injectable } from '@nestjs/common';
import { LocalDate, PlanId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { refuseNoReason } from '../domain/catalogue';
import { heldPlan } from '../persistence/catalogue.queries';

export interface RetirePlanInput {
  readonly plan: string;
  /** The first day without it; null takes the retirement back. */
  readonly from: LocalDate | null;
  readonly reason: string;
}

@Injectable()
export class RetirePlan {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** @throws DomainError FORBIDDEN, REASON_MISSING, PLAN_UNKNOWN */
  async execute({ plan: code, from, reason }: RetirePlanInput, actor: Actor): Promise<PlanId> {
    authorise(actor, 'billing');
    refuseNoReason(reason);
    return this.database.transaction(async (tx) => {
      const plan = await heldPlan(tx, code);
      await tx.execute('UPDATE subscriptions.plan SET retired_from = $2 WHERE id = $1', [plan.id, from]);
      const change = { code, retiredFrom: { before: plan.retiredFrom, after: from } };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.retire-plan', subjectType: 'plan', subjectId: plan.id, reason, change }]);
      return plan.id;
    });
  }
}
