// Reads of the catalogue and the contracts for the API. Plans are shared by all issuers; contracts belong to one.
import {
  byKey, groupedBy, keysetPage, keysetPages, optionalIdOf, Where, type Actor, type KeysetQuery, type Page, type PageArgs, type Reader,
} from '@countinghouse/platform';
import type { ContractsArgs, ContractType, FeeComponentType, PlanType, PriceType, SubsidyRuleType } from './contract.type';

const PLAN = `p.id, p.code, p.name, (
  SELECT t.tax_category FROM subscriptions.product_tax t WHERE t.product_id = p.product_id ORDER BY t.effective_from DESC, t.seq DESC LIMIT 1) AS "taxCategory"`;
const CONTRACT = `c.id, c.number, c.currency, s.time_zone AS "timeZone", s.starts_on AS "startsOn", s.ends_on AS "endsOn",
  s.anchor_day AS "anchorDay", s.cycle_months AS "cycleMonths", c.enrolment_timing AS "enrolmentTiming",
  c.issuer_id AS "issuerId", c.company_id AS "companyId"`;
const CONTRACTS = `subscriptions.contract c JOIN subscriptions.contract_state('9999-12-31') s ON s.contract_id = c.id`;

export async function plansByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, PlanType>> {
  return byKey(await reader.query<PlanType>(`SELECT ${PLAN} FROM subscriptions.plan p WHERE p.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By code. */
export async function plansPage(reader: Reader, page: PageArgs): Promise<Page<PlanType>> {
  const orderBy = [{ sql: 'p.code', type: 'text' }] as const;
  return keysetPage(reader, { list: 'plans', select: PLAN, from: 'subscriptions.plan p', where: new Where(), orderBy, direction: 'ascending' }, page);
}

/** By currency, newest first. */
export async function pricesOfPlans(reader: Reader, plans: readonly string[]): Promise<Map<string, PriceType[]>> {
  const rows = await reader.query<PriceType>(
    `SELECT plan_id AS "planId", currency, amount_minor AS "amountMinor", tax_inclusive AS "taxInclusive", effective_from AS "effectiveFrom"
       FROM subscriptions.price WHERE plan_id = ANY($1::uuid[]) AND interval_months = 1 ORDER BY plan_id, currency, effective_from DESC`,
    [plans],
  );
  return groupedBy(rows, 'planId');
}

const byNumber = (where: Where): KeysetQuery => ({
  list: 'contracts',
  select: CONTRACT,
  from: CONTRACTS,
  where,
  orderBy: [{ sql: 'c.number', type: 'text' }],
  direction: 'ascending',
});

export async function contractsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, ContractType>> {
  const where = new Where().when(ids, (p) => `c.id = ANY(${p}::uuid[])`).inScope(actor, 'c.issuer_id');
  return byKey(await reader.query<ContractType>(`SELECT ${CONTRACT} FROM ${CONTRACTS} WHERE ${where.and()}`, where.params), 'id');
}

/** By number. @throws DomainError ID_INVALID, PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function contractsPage(reader: Reader, { filter, ...page }: ContractsArgs, actor: Actor): Promise<Page<ContractType>> {
  const where = new Where()
    .when(optionalIdOf('Issuer', filter?.issuerId, 'filter.issuerId'), (p) => `c.issuer_id = ${p}`)
    .when(optionalIdOf('Company', filter?.companyId, 'filter.companyId'), (p) => `c.company_id = ${p}`)
    .inScope(actor, 'c.issuer_id');
  return keysetPage(reader, byNumber(where), page);
}

export async function contractsOfCompanies(
  reader: Reader,
  companies: readonly string[],
  page: PageArgs,
  actor: Actor,
): Promise<Map<string, Page<ContractType>>> {
  return keysetPages(reader, byNumber(new Where().inScope(actor, 'c.issuer_id')), page, companies, 'c.company_id');
}

export async function feesOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, FeeComponentType[]>> {
  const rows = await reader.query<FeeComponentType>(
    `SELECT f.contract_id AS "contractId", c.currency, f.kind, t.price_model AS "priceModel", f.timing, t.unit_price_minor AS "unitPriceMinor",
            t.tax_category AS "taxCategory", t.effective_on AS "startsOn", e.effective_on AS "endsOn"
       FROM subscriptions.fee_component f JOIN subscriptions.contract c ON c.id = f.contract_id
       JOIN LATERAL (SELECT * FROM subscriptions.fee_change WHERE component_id = f.id AND kind = 'terms' ORDER BY effective_on, seq DESC LIMIT 1) AS t ON true
       LEFT JOIN LATERAL (SELECT kind, effective_on FROM subscriptions.fee_change WHERE component_id = f.id
                           ORDER BY effective_on DESC, seq DESC LIMIT 1) AS e ON e.kind = 'end'
      WHERE f.contract_id = ANY($1::uuid[]) AND t.price_model IN ('flat', 'perUnit') ORDER BY f.contract_id, f.kind, t.effective_on, f.id`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}

export async function subsidiesOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, SubsidyRuleType[]>> {
  const rows = await reader.query<SubsidyRuleType>(
    `SELECT s.contract_id AS "contractId", s.plan_id AS "planId", c.currency, s.mode, s.amount_minor AS "amountMinor", s.percent,
            s.cap_minor AS "capMinor", s.effective_from AS "effectiveFrom"
       FROM subscriptions.subsidy_rule s JOIN subscriptions.contract c ON c.id = s.contract_id
      WHERE s.contract_id = ANY($1::uuid[]) AND s.plan_id IS NOT NULL ORDER BY s.contract_id, s.plan_id, s.effective_from, s.seq`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}
