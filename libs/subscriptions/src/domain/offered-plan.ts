// Whether a plan can be taken on a day under a contract.
import { Currency, DomainError, LocalDate } from '@countinghouse/kernel';

export interface Offer {
  readonly code: string;
  readonly retiredFrom: LocalDate | null;
  /** By currency, the first day that has a price. */
  readonly pricedFrom: ReadonlyMap<Currency, LocalDate>;
}

/** @throws DomainError PLAN_UNKNOWN, PLAN_RETIRED, PRICE_MISSING */
export function refuseNotOffered<Plan extends Offer>(plan: Plan | undefined, currency: Currency, on: LocalDate): Plan {
  if (plan === undefined) throw new DomainError('PLAN_UNKNOWN', 'There is no such plan.', { field: 'plan', remedy: 'Correct the plan, or publish it first.' });
  if (plan.retiredFrom !== null && on >= plan.retiredFrom) {
    throw new DomainError('PLAN_RETIRED', `The plan ${plan.code} is offered to nobody from ${plan.retiredFrom} on.`, { field: 'plan', value: plan.code, remedy: 'Give another plan.' });
  }
  const from = plan.pricedFrom.get(currency);
  if (from !== undefined && from <= on) return plan;
  const remedy = `Publish a price of the plan in ${currency} that is effective on or before ${on}.`;
  throw new DomainError('PRICE_MISSING', `The plan ${plan.code} has no price in ${currency} on ${on}.`, { field: 'plan', value: plan.code, remedy });
}
