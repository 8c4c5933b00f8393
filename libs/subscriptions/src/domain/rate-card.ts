// The rate card of a contract: what each plan costs the company and the member, and from which day on.
import { Currency, DomainError, LocalDate, maxDate, PlanId } from '@countinghouse/kernel';
import { amountText } from './price-model';
import { RatedContract } from './rated-contract';
import { Rate, sameRate, TaxCategory } from './rated-stretch';
import { companyShare, Subsidy } from './subsidy';

/** To whom a price applies: contracts that begin on its day or later, all from their next period on, or all from its day on. */
export type AppliesTo = 'new-contracts' | 'all-at-next-period' | 'all-from-date';

/** A price for so many months, published to be effective from a day. */
export interface PriceVersion {
  readonly id: string;
  readonly effectiveFrom: LocalDate;
  readonly intervalMonths: number;
  readonly appliesTo: AppliesTo;
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
}

/** A subsidy, in force from its day until the next one's; of one day, the highest `seq`. */
export interface SubsidyVersion {
  readonly effectiveFrom: LocalDate;
  readonly seq: number;
  readonly subsidy: Subsidy;
}

/** The tax category of a plan's product, in force from its day until the next one's; of one day, the highest `seq`. */
export interface TaxVersion {
  readonly effectiveFrom: LocalDate;
  readonly seq: number;
  readonly taxCategory: TaxCategory;
}

/** A plan as a contract sees it: its prices in the contract's currency by ascending day, its taxes and its subsidies. */
export interface PlanTerms {
  readonly planId: PlanId;
  readonly code: string;
  readonly name: string;
  readonly prices: readonly PriceVersion[];
  readonly taxes: readonly TaxVersion[];
  /** The plan's own rules. From the first of them on, those for all plans do not apply to it. */
  readonly subsidies: readonly SubsidyVersion[];
}

/** The parts of a plan's price from a day on; on every stretch, the company's and the member's add up to the list price. */
export interface PlanRates {
  readonly from: LocalDate;
  readonly company: Rate;
  /** The member's part, asked of the member. */
  readonly card: Rate;
  /** The member's part, asked of the company, which takes it from the salary. */
  readonly payroll: Rate;
  readonly price: string;
  readonly subsidy: string | null;
}

/** A day from which on a plan has no price for periods of the contract's length, or its product no tax category. */
interface NoRates {
  readonly from: LocalDate;
  readonly price: null;
  readonly lacks: 'price' | 'tax';
}

/**
 * Rates are computed once per plan and version and then shared by every enrolment of the contract, because a company's
 * 200,000 people hold a handful of plans.
 */
export class RateCard {
  private readonly rates = new Map<PlanId, readonly (PlanRates | NoRates)[]>();

  /** @param subsidiesOfAllPlans the rules for plans that have none of their own */
  constructor(
    private readonly currency: Currency,
    private readonly contract: RatedContract,
    private readonly plans: ReadonlyMap<PlanId, PlanTerms>,
    private readonly subsidiesOfAllPlans: readonly SubsidyVersion[] = [],
  ) {}

  /**
   * The plan's rates on `[start, end)` by ascending day, the first in force on `start`.
   * @throws DomainError PRICE_MISSING, PLAN_TAX_MISSING if on one of the days the plan has no price in the contract's currency, or no tax category
   */
  ratesOn(planId: PlanId, start: LocalDate, end: LocalDate): readonly PlanRates[] {
    let all = this.rates.get(planId);
    if (all === undefined) this.rates.set(planId, (all = this.compute(planId)));
    const first = all.findLastIndex(({ from }) => from <= start);
    if (first === -1) throw this.priceMissing(planId, start);
    let next = first + 1;
    while (next < all.length && all[next]!.from < end) next++;
    const rates = first === 0 && next === all.length ? all : all.slice(first, next);
    for (const rate of rates) if (rate.price === null) throw rate.lacks === 'tax' ? this.taxMissing(planId, maxDate(rate.from, start)) : this.priceMissing(planId, maxDate(rate.from, start));
    return rates as readonly PlanRates[];
  }

  /** On each day on which a price, a tax, a subsidy or the length of a period changes, the state of all four. */
  private compute(planId: PlanId): (PlanRates | NoRates)[] {
    const plan = this.plans.get(planId);
    if (plan === undefined) return [];
    const prices = plan.prices.flatMap((price) => inForceFrom(price, this.contract));
    const changes = [...prices, ...plan.taxes, ...plan.subsidies, ...this.subsidiesOfAllPlans].map(({ effectiveFrom }) => effectiveFrom);
    const days = [...changes, ...this.contract.cycle.stretches.map(({ start }) => start)].sort();
    const rates: (PlanRates | NoRates)[] = [];
    for (const from of new Set(days)) {
      const next = this.ratesFrom(plan, prices, from);
      const last = rates[rates.length - 1];
      if (last === undefined || !areSame(last, next)) rates.push(next);
    }
    return rates;
  }

  private ratesFrom(plan: PlanTerms, prices: readonly PriceVersion[], from: LocalDate): PlanRates | NoRates {
    const months = this.contract.cycle.monthsOn(from);
    const price = priceOn(prices, from, months);
    const tax = latestOn(plan.taxes, from);
    if (price === undefined || tax === undefined) return { from, price: null, lacks: price === undefined ? 'price' : 'tax' };
    const rule = latestOn(plan.subsidies, from) ?? latestOn(this.subsidiesOfAllPlans, from);
    const wholeMinor = wholePrice(price, months);
    const companyMinor = rule === undefined ? 0n : companyShare(rule.subsidy, wholeMinor, months);
    const common = { quantity: '1', taxInclusive: price.taxInclusive, taxCategory: tax.taxCategory, planId: plan.planId };
    const listed = `${plan.name} ${amountText(wholeMinor, this.currency)}`;
    const share = amountText(companyMinor, this.currency);
    const part = (totalMinor: bigint, subsidyMinor: bigint, payerType: Rate['payerType'], words: string): Rate => ({
      ...common, totalMinor, subsidyMinor, unitPriceMinor: totalMinor, payerType, words,
    });
    const rest = companyMinor === 0n ? listed : `${listed} less ${share} by the company`;
    return {
      from,
      company: part(companyMinor, 0n, 'company', `${share} of ${listed}`),
      card: part(wholeMinor - companyMinor, companyMinor, 'member', rest),
      payroll: part(wholeMinor - companyMinor, companyMinor, 'company', `${rest}, through payroll`),
      price: price.id,
      subsidy: rule === undefined ? null : `${rule.effectiveFrom}/${rule.seq}`,
    };
  }

  private priceMissing(planId: PlanId, day: LocalDate): DomainError {
    const plan = this.plans.get(planId)?.code ?? planId;
    const months = this.contract.cycle.monthsOn(day);
    const period = months === 1 ? '' : ` for periods of ${months} months`;
    return new DomainError('PRICE_MISSING', `Plan ${plan} has no price in ${this.currency}${period} on ${day}.`, {
      field: 'plan',
      value: plan,
      remedy: `Publish a price of the plan in ${this.currency} that is effective on or before ${day}.`,
    });
  }

  private taxMissing(planId: PlanId, day: LocalDate): DomainError {
    const plan = this.plans.get(planId)?.code ?? planId;
    return new DomainError('PLAN_TAX_MISSING', `The product of plan ${plan} has no tax category on ${day}.`, {
      field: 'plan',
      value: plan,
      remedy: `Record a tax category of the product that is effective on or before ${day}.`,
    });
  }
}

/** What a plan costs a contract for a whole period of so many months. */
export interface ListPrice {
  readonly months: number;
  readonly minor: bigint;
}

/** The price of a period of so many months of a contract that begins on the day. */
export function listPriceOn(prices: readonly PriceVersion[], day: LocalDate, months: number): ListPrice | undefined {
  const price = priceOn(prices, day, months);
  return price === undefined ? undefined : { months, minor: wholePrice(price, months) };
}

/** The prices that a contract has on a day and with each later cycle that is agreed; without those that are missing. Prices by ascending day. */
export function listPricesFrom(contract: RatedContract, prices: readonly PriceVersion[], day: LocalDate): ListPrice[] {
  const inForce = prices.flatMap((price) => inForceFrom(price, contract));
  const days = [day, ...contract.cycle.stretches.map(({ start }) => start).filter((start) => start > day)];
  return days.flatMap((on) => {
    const months = contract.cycle.monthsOn(on);
    const price = priceOn(inForce, on, months);
    return price === undefined ? [] : [{ months, minor: wholePrice(price, months) }];
  });
}

/** The price with the day from which it is in force for the contract; none if it never is. */
function inForceFrom(price: PriceVersion, contract: RatedContract): PriceVersion[] {
  switch (price.appliesTo) {
    case 'all-from-date':
      return [price];
    case 'all-at-next-period':
      return [{ ...price, effectiveFrom: contract.cycle.firstStartFrom(price.effectiveFrom) }];
    case 'new-contracts':
      return contract.startsOn >= price.effectiveFrom ? [price] : [];
  }
}

function wholePrice({ amountMinor, intervalMonths }: PriceVersion, months: number): bigint {
  return amountMinor * BigInt(months / intervalMonths);
}

/** Of the prices whose interval divides the months, the one with the longest interval: a yearly price before twelve monthly ones. */
function priceOn(prices: readonly PriceVersion[], day: LocalDate, months: number): PriceVersion | undefined {
  let best: PriceVersion | undefined;
  for (const price of prices) {
    if (months % price.intervalMonths !== 0 || price.effectiveFrom > day) continue;
    const longer = price.intervalMonths - (best?.intervalMonths ?? 0);
    if (best === undefined || longer > 0 || (longer === 0 && price.effectiveFrom >= best.effectiveFrom)) best = price;
  }
  return best;
}

/** The version in force on a day: of the latest day up to it, and of that day the last one recorded. */
function latestOn<Version extends { readonly effectiveFrom: LocalDate; readonly seq: number }>(versions: readonly Version[], day: LocalDate): Version | undefined {
  let latest: Version | undefined;
  for (const version of versions) {
    if (version.effectiveFrom > day) continue;
    if (latest === undefined || version.effectiveFrom > latest.effectiveFrom) latest = version;
    else if (version.effectiveFrom === latest.effectiveFrom && version.seq > latest.seq) latest = version;
  }
  return latest;
}

function areSame(a: PlanRates | NoRates, b: PlanRates | NoRates): boolean {
  if (a.price === null || b.price === null) return a.price === null && b.price === null && a.lacks === b.lacks;
  return sameRate(a.company, b.company) && sameRate(a.card, b.card);
}
