// PublishPlan: puts a plan into the catalogue, or further prices of a plan that is there.
import { Injectable } from '@nestjs/common';
import { DomainError, Id, LocalDate, Money, PlanId, PriceId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { TaxCategory } from '../domain/rated-stretch';

export interface PublishedPrice {
  /** By the month. */
  readonly price: Money;
  readonly taxInclusive: boolean;
  readonly effectiveFrom: LocalDate;
}

export interface PublishPlanInput {
  /** Unique; the key of the plan in files: 'GOLD'. */
  readonly code: string;
  readonly name: string;
  readonly taxCategory: TaxCategory;
  readonly prices: readonly PublishedPrice[];
}

interface PlanRow {
  id: PlanId;
  name: string;
  taxCategory: TaxCategory;
}

interface PriceRow {
  currency: string;
  effectiveFrom: LocalDate;
  amountMinor: bigint;
  taxInclusive: boolean;
}

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

@Injectable()
export class PublishPlan {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * A price is a commitment: the same one published again changes nothing, another one for the same day is refused. Gives
   * the plan's id.
   * @throws DomainError FORBIDDEN, PLAN_CODE_INVALID, PLAN_NAME_MISSING, PRICE_NEGATIVE, PLAN_DIFFERS, PRICE_ALREADY_PUBLISHED
   */
  async execute(input: PublishPlanInput, actor: Actor): Promise<PlanId> {
    authorise(actor, 'billing');
    refuseInvalid(input);
    return this.database.transaction(async (tx) => {
      const id = await planOf(tx, input, actor.subject);
      const added = await addPrices(tx, id, input);
      const change = { code: input.code, prices: added.map(({ price, effectiveFrom }) => `${price} from ${effectiveFrom}`) };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.publish-plan', subjectType: 'plan', subjectId: id, change }]);
      return id;
    });
  }
}

function refuseInvalid({ code, name, prices }: PublishPlanInput): void {
  if (!CODE.test(code)) {
    const remedy = 'Use up to 40 letters, digits, points, hyphens and underscores.';
    throw new DomainError('PLAN_CODE_INVALID', `${JSON.stringify(code.slice(0, 60))} is not a code for a plan.`, { field: 'code', value: code.slice(0, 60), remedy });
  }
  if (name.trim() === '') throw new DomainError('PLAN_NAME_MISSING', 'A plan has a name.', { field: 'name', remedy: 'Fill in the name.' });
  const negative = prices.find(({ price }) => price.isNegative());
  if (negative === undefined) return;
  const value = negative.price.toString();
  throw new DomainError('PRICE_NEGATIVE', `${value} is below nothing.`, { field: 'prices', value, remedy: 'Give a price of 0 or more.' });
}

/**
 * The plan of the code, added if it is new, as the highest tier of the product of its tax category. Two who add it at once
 * take turns at the product.
 */
async function planOf(tx: Tx, { code, name, taxCategory }: PublishPlanInput, by: string): Promise<PlanId> {
  const known = await planByCode(tx, code);
  if (known === undefined) {
    await tx.execute(
      `INSERT INTO subscriptions.plan (id, product_id, code, name, tier)
       SELECT $1, $2, $3, $4, coalesce(max(tier), 0) + 1 FROM subscriptions.plan WHERE product_id = $2
       ON CONFLICT (code) DO NOTHING`,
      [newId<PlanId>(), await productOf(tx, taxCategory, by), code, name],
    );
  }
  const plan = known ?? (await planByCode(tx, code))!;
  if (plan.name === name && plan.taxCategory === taxCategory) return plan.id;
  throw new DomainError('PLAN_DIFFERS', `The plan ${code} is there already, as ${plan.name} with the tax category ${plan.taxCategory}.`, {
    field: plan.name === name ? 'taxCategory' : 'name',
    value: plan.name === name ? taxCategory : name,
    remedy: 'Publish under another code, or give name and tax category as they are.',
  });
}

function planByCode(tx: Tx, code: string): Promise<PlanRow | undefined> {
  return tx.first<PlanRow>(
    `SELECT p.id, p.name, t.tax_category AS "taxCategory" FROM subscriptions.plan p
       JOIN LATERAL (SELECT tax_category FROM subscriptions.product_tax WHERE product_id = p.product_id
                      ORDER BY effective_from DESC, seq DESC LIMIT 1) AS t ON true
      WHERE p.code = $1 FOR NO KEY UPDATE OF p`,
    [code],
  );
}

/** The product of plans that name none: one for each tax category. It is held until the transaction ends. */
async function productOf(tx: Tx, taxCategory: TaxCategory, by: string): Promise<Id<'Product'>> {
  const code = `PLANS-${taxCategory.toUpperCase()}`;
  const [added] = await tx.query<{ id: Id<'Product'> }>(
    'INSERT INTO subscriptions.product (id, code, name) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING RETURNING id',
    [newId<Id<'Product'>>(), code, `Plans, ${taxCategory}`],
  );
  if (added !== undefined) {
    await tx.execute(
      `INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason)
       VALUES ($1, 1, '0001-01-01', $2, $3, 'its first plan')`,
      [added.id, taxCategory, by],
    );
  }
  const product = await tx.one<{ id: Id<'Product'> }>('SELECT id FROM subscriptions.product WHERE code = $1 FOR NO KEY UPDATE', [code]);
  return product.id;
}

/** Adds the prices that are not there yet, and gives them. */
async function addPrices(tx: Tx, planId: PlanId, { code, prices }: PublishPlanInput): Promise<readonly PublishedPrice[]> {
  const existing = await tx.query<PriceRow>(
    `SELECT currency, effective_from AS "effectiveFrom", amount_minor AS "amountMinor", tax_inclusive AS "taxInclusive"
       FROM subscriptions.price WHERE plan_id = $1`,
    [planId],
  );
  const published = new Map(existing.map((row) => [`${row.currency} ${row.effectiveFrom}`, row]));
  const fresh = prices.filter(({ price, taxInclusive, effectiveFrom }) => {
    const there = published.get(`${price.currency} ${effectiveFrom}`);
    if (there === undefined) return true;
    if (there.amountMinor === price.minor && there.taxInclusive === taxInclusive) return false;
    const reason = `The plan ${code} has another price in ${price.currency} from ${effectiveFrom} already.`;
    throw new DomainError('PRICE_ALREADY_PUBLISHED', reason, {
      field: 'prices',
      value: price.toString(),
      remedy: 'Publish the price from another day.',
    });
  });
  await tx.execute(
    `INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from)
     SELECT p.id, $1, p.currency, p.amount_minor, p.tax_inclusive, p.effective_from
       FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bool[], $6::date[]) AS p(id, currency, amount_minor, tax_inclusive, effective_from)`,
    [
      planId,
      fresh.map(() => newId<PriceId>()),
      fresh.map(({ price }) => price.currency),
      fresh.map(({ price }) => price.minor),
      fresh.map(({ taxInclusive }) => taxInclusive),
      fresh.map(({ effectiveFrom }) => effectiveFrom),
    ],
  );
  return fresh;
}
