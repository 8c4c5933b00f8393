// The rate card of a contract: what each plan costs the company and the member, and from which day on.
import { Currency, DomainError, LocalDate, PlanId } from '@countinghouse/kernel';
import { Rate, sameRate, TaxCategory } from './rated-stretch';
import { companyShare, Subsidy } from './subsidy';

/** A price by the month, in force from its day until the next one's. */
export interface PriceVersion {
  readonly effectiveFrom: LocalDate;
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
}

/** A subsidy, in force from its day until the next one's. */
export interface SubsidyVersion {
  readonly effectiveFrom: LocalDate;
  readonly subsidy: Subsidy;
}

/** A plan as a contract sees it: its prices in the contract's currency and its subsidies, both by ascending day. */
export interface PlanTerms {
  readonly planId: PlanId;
  readonly code: string;
  readonly taxCategory: TaxCategory;
  readonly prices: readonly PriceVersion[];
  readonly subsidies: readonly SubsidyVersion[];
}

/** The two parts of a plan's price from a day on; they add up to the list price on every stretch. */
export interface PlanRates {
  readonly from: LocalDate;
  readonly company: Rate;
  readonly member: Rate;
}

/**
 * Rates are computed once per plan and version and then shared by every enrolment of the contract, because a company's
 * 200,000 people hold a handful of plans.
 */
export class RateCard {
  private readonly rates = new Map<PlanId, readonly PlanRates[]>();

  /** @param months of a period: a price is by the month, so a quarter costs three. */
  constructor(
    private readonly currency: Currency,
    private readonly months: number,
    private readonly plans: ReadonlyMap<PlanId, PlanTerms>,
  ) {}

  /**
   * The plan's rates by ascending day, the first in force on `start`.
   * @throws DomainError PRICE_MISSING if the plan has no price in the contract's currency on that day
   */
  ratesFrom(planId: PlanId, start: LocalDate): readonly PlanRates[] {
    let all = this.rates.get(planId);
    if (all === undefined) this.rates.set(planId, (all = this.compute(planId)));
    let first = all.length - 1;
    while (first > 0 && all[first]!.from > start) first--;
    if (all[first] === undefined || all[first]!.from > start) throw this.priceMissing(planId, start);
    return first === 0 ? all : all.slice(first);
  }

  private compute(planId: PlanId): PlanRates[] {
    const plan = this.plans.get(planId);
    if (plan === undefined) return [];
    const days = [...plan.prices, ...plan.subsidies].map((version) => version.effectiveFrom).sort();
    const rates: PlanRates[] = [];
    for (const from of new Set(days)) {
      const price = versionOn(plan.prices, from);
      if (price === undefined) continue;
      const next = this.split(plan, from, price, versionOn(plan.subsidies, from)?.subsidy);
      const last = rates[rates.length - 1];
      if (last === undefined || !sameRate(last.company, next.company) || !sameRate(last.member, next.member)) rates.push(next);
    }
    return rates;
  }

  private split(plan: PlanTerms, from: LocalDate, price: PriceVersion, subsidy: Subsidy | undefined): PlanRates {
    const wholeMinor = price.amountMinor * BigInt(this.months);
    const companyMinor = subsidy === undefined ? 0n : companyShare(subsidy, wholeMinor, this.months);
    const common = { quantity: 1n, taxInclusive: price.taxInclusive, taxCategory: plan.taxCategory, planId: plan.planId };
    const part = (totalMinor: bigint, subsidyMinor: bigint): Rate => ({ ...common, totalMinor, subsidyMinor, unitPriceMinor: totalMinor });
    return { from, company: part(companyMinor, 0n), member: part(wholeMinor - companyMinor, companyMinor) };
  }

  private priceMissing(planId: PlanId, day: LocalDate): DomainError {
    const plan = this.plans.get(planId)?.code ?? planId;
    return new DomainError('PRICE_MISSING', `Plan ${plan} has no price in ${this.currency} on ${day}.`, {
      field: 'plan',
      value: plan,
      remedy: `Publish a price of the plan in ${this.currency} that is effective on or before ${day}.`,
    });
  }
}

function versionOn<Version extends { readonly effectiveFrom: LocalDate }>(
  versions: readonly Version[],
  day: LocalDate,
): Version | undefined {
  return versions.findLast((version) => version.effectiveFrom <= day);
}
