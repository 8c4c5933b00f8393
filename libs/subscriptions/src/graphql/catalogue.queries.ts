// Reads of the catalogue for the API. It is shared by all issuers.
import { byKey, groupedBy, keysetPage, keysetPages, KeysetQuery, Where, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import type { PlanType, PriceType, ProductTaxType, ProductType } from './catalogue.type';

const PLAN = `p.id, p.code, p.name, p.tier, p.product_id AS "productId", p.retired_from AS "retiredFrom", (
  SELECT t.tax_category FROM subscriptions.product_tax t WHERE t.product_id = p.product_id ORDER BY t.effective_from DESC, t.seq DESC LIMIT 1) AS "taxCategory"`;
const PRODUCT = 'o.id, o.code, o.name';

export async function plansByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, PlanType>> {
  return byKey(await reader.query<PlanType>(`SELECT ${PLAN} FROM subscriptions.plan p WHERE p.id = ANY($1::uuid[])`, [ids]), 'id');
}

export async function productsByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, ProductType>> {
  return byKey(await reader.query<ProductType>(`SELECT ${PRODUCT} FROM subscriptions.product o WHERE o.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By code. */
export async function plansPage(reader: Reader, page: PageArgs): Promise<Page<PlanType>> {
  const orderBy = [{ sql: 'p.code', type: 'text' }] as const;
  return keysetPage(reader, { list: 'plans', select: PLAN, from: 'subscriptions.plan p', where: new Where(), orderBy, direction: 'ascending' }, page);
}

/** By code. */
export async function productsPage(reader: Reader, page: PageArgs): Promise<Page<ProductType>> {
  const orderBy = [{ sql: 'o.code', type: 'text' }] as const;
  return keysetPage(reader, { list: 'products', select: PRODUCT, from: 'subscriptions.product o', where: new Where(), orderBy, direction: 'ascending' }, page);
}

/** From the lowest tier up. */
export async function plansOfProducts(reader: Reader, products: readonly string[], page: PageArgs): Promise<Map<string, Page<PlanType>>> {
  const query: KeysetQuery = {
    list: 'product-plans', select: PLAN, from: 'subscriptions.plan p', where: new Where(), orderBy: [{ sql: 'p.tier', type: 'bigint' }], direction: 'ascending',
  };
  return keysetPages(reader, query, page, products, 'p.product_id');
}

/** By currency and interval, newest first. */
export async function pricesOfPlans(reader: Reader, plans: readonly string[]): Promise<Map<string, PriceType[]>> {
  const rows = await reader.query<PriceType>(
    `SELECT plan_id AS "planId", currency, amount_minor AS "amountMinor", tax_inclusive AS "taxInclusive", effective_from AS "effectiveFrom",
            interval_months AS "intervalMonths", applies_to AS "appliesTo"
       FROM subscriptions.price WHERE plan_id = ANY($1::uuid[]) ORDER BY plan_id, currency, interval_months, effective_from DESC`,
    [plans],
  );
  return groupedBy(rows, 'planId');
}

/** Newest first. */
export async function taxesOfProducts(reader: Reader, products: readonly string[]): Promise<Map<string, ProductTaxType[]>> {
  const rows = await reader.query<ProductTaxType>(
    `SELECT product_id AS "productId", tax_category AS "taxCategory", effective_from AS "effectiveFrom", recorded_at AS "recordedAt",
            recorded_by AS "recordedBy", reason
       FROM subscriptions.product_tax WHERE product_id = ANY($1::uuid[]) ORDER BY product_id, effective_from DESC, seq DESC`,
    [products],
  );
  return groupedBy(rows, 'productId');
}
