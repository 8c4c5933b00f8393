// The SQL of the catalogue: products with their tax, plans in tiers, and prices that are only ever followed by others.
import { Currency, DomainError, Id, LocalDate, PlanId, PriceId } from '@countinghouse/kernel';
import { newId, Tx } from '@countinghouse/platform';
import { TaxCategory } from '../domain/rated-stretch';

export type ProductId = Id<'Product'>;

export const PRICE_INTERVALS = [1, 3, 6, 12] as const;
export type PriceInterval = (typeof PRICE_INTERVALS)[number];

/** Whom a new price reaches: contracts that begin from its day on, everybody from their next period, everybody from its day. */
export const PRICE_REACHES = ['new-contracts', 'all-at-next-period', 'all-from-date'] as const;
export type PriceReach = (typeof PRICE_REACHES)[number];

export interface ProductRow {
  readonly id: ProductId;
  readonly code: string;
  readonly name: string;
  /** Of the last change, whatever its day. */
  readonly taxCategory: TaxCategory;
}

export interface CataloguePlanRow {
  readonly id: PlanId;
  readonly code: string;
  readonly name: string;
  readonly tier: number;
  readonly productId: ProductId;
  readonly productCode: string;
  readonly taxCategory: TaxCategory;
  readonly retiredFrom: LocalDate | null;
}

export interface CataloguePriceRow {
  readonly currency: Currency;
  readonly intervalMonths: PriceInterval;
  readonly effectiveFrom: LocalDate;
  readonly amountMinor: bigint;
  readonly taxInclusive: boolean;
  readonly appliesTo: PriceReach;
}

const LAST_TAX = `(SELECT tax_category FROM subscriptions.product_tax WHERE product_id = o.id ORDER BY effective_from DESC, seq DESC LIMIT 1) AS "taxCategory"`;

/** Holds the product, so that whatever hangs on it is added by one after the other. */
export async function holdProduct(tx: Tx, code: string): Promise<ProductRow | undefined> {
  return tx.first(`SELECT o.id, o.code, o.name, ${LAST_TAX} FROM subscriptions.product o WHERE o.code = $1 FOR NO KEY UPDATE OF o`, [code]);
}

/** Adds the product unless its code is taken, and says whether it did. */
export async function addProduct(tx: Tx, product: { code: string; name: string; taxCategory: TaxCategory }, by: string): Promise<boolean> {
  const id = newId<ProductId>();
  const added = await tx.execute('INSERT INTO subscriptions.product (id, code, name) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING', [id, product.code, product.name]);
  if (added === 0) return false;
  await appendProductTax(tx, id, { effectiveFrom: '0001-01-01' as LocalDate, taxCategory: product.taxCategory }, { by, reason: 'as published' });
  return true;
}

/** The caller holds the product. */
export async function appendProductTax(
  tx: Tx,
  productId: ProductId,
  { effectiveFrom, taxCategory }: { effectiveFrom: LocalDate; taxCategory: TaxCategory },
  { by, reason }: { by: string; reason: string },
): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason)
     SELECT $1, coalesce(max(seq), 0) + 1, $2, $3, $4, $5 FROM subscriptions.product_tax WHERE product_id = $1`,
    [productId, effectiveFrom, taxCategory, by, reason],
  );
}

export async function holdPlan(tx: Tx, code: string): Promise<CataloguePlanRow | undefined> {
  return tx.first(
    `SELECT p.id, p.code, p.name, p.tier, p.product_id AS "productId", o.code AS "productCode", ${LAST_TAX}, p.retired_from AS "retiredFrom"
       FROM subscriptions.plan p JOIN subscriptions.product o ON o.id = p.product_id WHERE p.code = $1 FOR NO KEY UPDATE OF p`,
    [code],
  );
}

/** @throws DomainError PLAN_UNKNOWN */
export async function heldPlan(tx: Tx, code: string): Promise<CataloguePlanRow> {
  const plan = await holdPlan(tx, code);
  if (plan !== undefined) return plan;
  throw new DomainError('PLAN_UNKNOWN', `There is no plan ${code.slice(0, 60)}.`, { field: 'plan', value: code.slice(0, 60), remedy: 'Correct the code, or publish the plan first.' });
}

/** Every price of the plan, by currency, interval and day. */
export async function pricesOfPlan(tx: Tx, planId: PlanId): Promise<CataloguePriceRow[]> {
  return tx.query(
    `SELECT currency, interval_months AS "intervalMonths", effective_from AS "effectiveFrom", amount_minor AS "amountMinor",
            tax_inclusive AS "taxInclusive", applies_to AS "appliesTo"
       FROM subscriptions.price WHERE plan_id = $1 ORDER BY currency, interval_months, effective_from`,
    [planId],
  );
}

export async function appendPrices(tx: Tx, planId: PlanId, prices: readonly CataloguePriceRow[]): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.price (id, plan_id, currency, interval_months, effective_from, amount_minor, tax_inclusive, applies_to)
     SELECT p.id, $1, p.currency, p.interval_months, p.effective_from, p.amount_minor, p.tax_inclusive, p.applies_to
       FROM unnest($2::uuid[], $3::text[], $4::int[], $5::date[], $6::bigint[], $7::bool[], $8::text[])
         AS p (id, currency, interval_months, effective_from, amount_minor, tax_inclusive, applies_to)`,
    [
      planId,
      prices.map(() => newId<PriceId>()),
      prices.map(({ currency }) => currency),
      prices.map(({ intervalMonths }) => intervalMonths),
      prices.map(({ effectiveFrom }) => effectiveFrom),
      prices.map(({ amountMinor }) => amountMinor),
      prices.map(({ taxInclusive }) => taxInclusive),
      prices.map(({ appliesTo }) => appliesTo),
    ],
  );
}
