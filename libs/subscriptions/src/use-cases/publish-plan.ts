// PublishPlan: puts a plan into the catalogue, as a tier of its product, or further prices of a plan that is there.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate, Money, PlanId } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { refuseBadCode, refuseBadName } from '../domain/catalogue';
import { TaxCategory } from '../domain/rated-stretch';
import { addProduct, CataloguePlanRow, holdPlan, holdProduct, PriceInterval, PriceReach, ProductRow } from '../persistence/catalogue.queries';
import { PublishPrices } from './publish-prices';

export interface PublishedPrice {
  /** For `intervalMonths`. */
  readonly price: Money;
  readonly taxInclusive: boolean;
  readonly effectiveFrom: LocalDate;
  /** 1 unless said otherwise. */
  readonly intervalMonths?: PriceInterval;
  /** Everybody from its day unless said otherwise. */
  readonly appliesTo?: PriceReach;
}

export interface PublishPlanInput {
  /** Unique; the key of the plan in files: 'GOLD'. */
  readonly code: string;
  readonly name: string;
  /** Of its product. */
  readonly taxCategory: TaxCategory;
  /** The product it is a tier of. Plans that name none share one for each tax category, so a member holds one of them at a time. */
  readonly product?: string;
  /** Its rank in the product, from 1; a move to a higher one is an upgrade. The highest so far and one more unless said otherwise. */
  readonly tier?: number;
  readonly prices: readonly PublishedPrice[];
}

@Injectable()
export class PublishPlan {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly publishPrices: PublishPrices,
  ) {}

  /**
   * The same published again changes nothing. Gives the plan's id.
   * @throws DomainError FORBIDDEN, PLAN_CODE_INVALID, PLAN_NAME_MISSING, PLAN_DIFFERS, PRODUCT_UNKNOWN, PLAN_TIER_TAKEN, and what
   * {@link PublishPrices.within} throws
   */
  async execute(input: PublishPlanInput, actor: Actor): Promise<PlanId> {
    authorise(actor, 'billing');
    refuseBadCode('plan', input.code);
    refuseBadName('plan', input.name);
    refuseBadTier(input.tier);
    return this.database.transaction(async (tx) => {
      const plan = (await holdPlan(tx, input.code)) ?? (await addPlan(tx, input, actor.subject));
      refuseDifferent(plan, input);
      const added = await this.publishPrices.within(tx, plan, input.prices);
      const change = { code: plan.code, product: plan.productCode, tier: plan.tier, prices: added };
      await this.audit.record(tx, actor, [{ action: 'subscriptions.publish-plan', subjectType: 'plan', subjectId: plan.id, change }]);
      return plan.id;
    });
  }
}

/** Two who add a plan at once take turns at the product. */
async function addPlan(tx: Tx, { code, name, taxCategory, product: productCode, tier }: PublishPlanInput, by: string): Promise<CataloguePlanRow> {
  const product = productCode === undefined ? await sharedProduct(tx, taxCategory, by) : await knownProduct(tx, productCode);
  const [taken] = await tx.query<{ code: string }>('SELECT code FROM subscriptions.plan WHERE product_id = $1 AND tier = $2 AND code <> $3', [product.id, tier ?? 0, code]);
  if (taken !== undefined) {
    throw new DomainError('PLAN_TIER_TAKEN', `The plan ${taken.code} is tier ${tier} of the product ${product.code}.`, { field: 'tier', value: String(tier), remedy: 'Give another tier.' });
  }
  await tx.execute(
    `INSERT INTO subscriptions.plan (id, product_id, code, name, tier)
     SELECT $1, $2, $3, $4, coalesce($5, max(tier) + 1, 1) FROM subscriptions.plan WHERE product_id = $2 ON CONFLICT (code) DO NOTHING`,
    [newId<PlanId>(), product.id, code, name, tier ?? null],
  );
  return (await holdPlan(tx, code))!;
}

async function sharedProduct(tx: Tx, taxCategory: TaxCategory, by: string): Promise<ProductRow> {
  const code = `PLANS-${taxCategory.toUpperCase()}`;
  await addProduct(tx, { code, name: `Plans, ${taxCategory}`, taxCategory }, by);
  return (await holdProduct(tx, code))!;
}

async function knownProduct(tx: Tx, code: string): Promise<ProductRow> {
  const product = await holdProduct(tx, code);
  if (product !== undefined) return product;
  throw new DomainError('PRODUCT_UNKNOWN', `There is no product ${code.slice(0, 60)}.`, { field: 'product', value: code.slice(0, 60), remedy: 'Publish the product first.' });
}

function refuseBadTier(tier: number | undefined): void {
  if (tier === undefined || (Number.isInteger(tier) && tier >= 1 && tier <= 1000)) return;
  throw new DomainError('PLAN_TIER_INVALID', `${tier} is not a tier.`, { field: 'tier', value: String(tier), remedy: 'Give a whole number from 1 to 1000.' });
}

function refuseDifferent(plan: CataloguePlanRow, { name, taxCategory, product, tier }: PublishPlanInput): void {
  const pairs: [field: string, asked: string | number | undefined, there: string | number][] = [
    ['name', name, plan.name],
    ['taxCategory', taxCategory, plan.taxCategory],
    ['product', product, plan.productCode],
    ['tier', tier, plan.tier],
  ];
  const differing = pairs.find(([, asked, there]) => asked !== undefined && asked !== there);
  if (differing === undefined) return;
  const [field, value, there] = differing;
  throw new DomainError('PLAN_DIFFERS', `The plan ${plan.code} has the ${field} ${there}.`, { field, value: String(value), remedy: 'Publish under another code, or give the plan as it is.' });
}
