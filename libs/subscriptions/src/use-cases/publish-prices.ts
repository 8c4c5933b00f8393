// PublishPrices: gives a plan prices from a day on. A price that was published is never edited, only followed by another.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, minDate, PlanId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, OpenPeriods, Tx } from '@countinghouse/platform';
import { appendPrices, CataloguePlanRow, CataloguePriceRow, heldPlan, PRICE_INTERVALS, pricesOfPlan } from '../persistence/catalogue.queries';
import type { PublishedPrice } from './publish-plan';

export interface PublishPricesInput {
  readonly plan: string;
  readonly prices: readonly PublishedPrice[];
}

const MAX_PRICES = 200;

@Injectable()
export class PublishPrices {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly openPeriods: OpenPeriods,
  ) {}

  /** @throws DomainError FORBIDDEN, PLAN_UNKNOWN, and what {@link within} throws */
  async execute({ plan: code, prices }: PublishPricesInput, actor: Actor): Promise<PlanId> {
    authorise(actor, 'billing');
    return this.database.transaction(async (tx) => {
      const plan = await heldPlan(tx, code);
      const added = await this.within(tx, plan, prices);
      const change = { code, prices: added };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.publish-prices', subjectType: 'plan', subjectId: plan.id, change }]);
      return plan.id;
    });
  }

  /**
   * Adds the prices that the plan, which is held, does not have yet, and says which. The first price in a currency may be of
   * any day; one that follows another changes what was owed from its day on, so that day must not be closed for anybody.
   * @throws DomainError PRICE_NEGATIVE, PRICE_INTERVAL_INVALID, PRICE_ALREADY_PUBLISHED, PRICES_TOO_MANY, PERIOD_CLOSED
   */
  async within(tx: Tx, plan: CataloguePlanRow, prices: readonly PublishedPrice[]): Promise<string[]> {
    refuseInvalid(prices);
    const there = await pricesOfPlan(tx, plan.id);
    const fresh = prices.filter((price) => !isThere(plan, price, there)).map(rowOf);
    const following = fresh.filter((price) => there.some((other) => other.currency === price.currency)).map(({ effectiveFrom }) => effectiveFrom);
    if (following.length > 0) await this.openPeriods.refuseClosedForAny(tx, following.reduce(minDate), 'effectiveFrom');
    await appendPrices(tx, plan.id, fresh);
    return prices.filter((price) => fresh.some((row) => sameKey(row, rowOf(price)))).map(({ price, effectiveFrom }) => `${price} from ${effectiveFrom}`);
  }
}

function rowOf({ price, taxInclusive, effectiveFrom, intervalMonths = 1, appliesTo = 'all-from-date' }: PublishedPrice): CataloguePriceRow {
  return { currency: price.currency, amountMinor: price.minor, taxInclusive, effectiveFrom, intervalMonths, appliesTo };
}

type PriceKey = Pick<CataloguePriceRow, 'currency' | 'intervalMonths' | 'effectiveFrom'>;

function sameKey(a: PriceKey, b: PriceKey): boolean {
  return a.currency === b.currency && a.intervalMonths === b.intervalMonths && a.effectiveFrom === b.effectiveFrom;
}

function isThere(plan: CataloguePlanRow, asked: PublishedPrice, there: readonly CataloguePriceRow[]): boolean {
  const row = rowOf(asked);
  const same = there.find((other) => sameKey(other, row));
  if (same === undefined) return false;
  if (same.amountMinor === row.amountMinor && same.taxInclusive === row.taxInclusive && same.appliesTo === row.appliesTo) return true;
  throw alreadyPublished(plan.code, asked.price.toString(), row.currency, row.effectiveFrom);
}

function alreadyPublished(code: string, value: string, currency: string, day: LocalDate): DomainError {
  const reason = `The plan ${code} has another price in ${currency} from ${day} already, and a published price is not edited.`;
  return new DomainError('PRICE_ALREADY_PUBLISHED', reason, { field: 'prices', value, remedy: 'Publish the price from another day.' });
}

function refuseInvalid(prices: readonly PublishedPrice[]): void {
  if (prices.length > MAX_PRICES) {
    throw new DomainError('PRICES_TOO_MANY', `At most ${MAX_PRICES} prices are published at a time.`, { field: 'prices', value: String(prices.length), remedy: 'Publish them in parts.' });
  }
  for (const [index, { price, intervalMonths = 1 }] of prices.entries()) {
    const value = price.toString();
    if (price.isNegative()) throw new DomainError('PRICE_NEGATIVE', `${value} is below nothing.`, { field: 'prices', value, remedy: 'Give a price of 0 or more.' });
    if (!PRICE_INTERVALS.includes(intervalMonths)) {
      const reason = `A price is not for ${intervalMonths} months.`;
      throw new DomainError('PRICE_INTERVAL_INVALID', reason, { field: 'prices', value: String(intervalMonths), remedy: `Give ${PRICE_INTERVALS.join(', ')} months.` });
    }
    const twin = prices.slice(0, index).find((other) => sameKey(rowOf(other), rowOf(prices[index]!)));
    if (twin !== undefined) throw alreadyPublished('of the list', value, price.currency, prices[index]!.effectiveFrom);
  }
}
