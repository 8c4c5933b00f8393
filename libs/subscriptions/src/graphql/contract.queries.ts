// Reads of the catalogue and the contracts for the API. Plans are shared by all issuers; contracts belong to one.
import {
  byKey, groupedBy, keysetPage, keysetPages, optionalIdOf, Where, type Actor, type KeysetQuery, type Page, type PageArgs, type Reader,
} from '@countinghouse/platform';
import type { ContractsArgs, ContractType, FeeComponentType, PlanType, PriceType, SubsidyRuleType } from './contract.type';

const PLAN = 'p.id, p.code, p.name, p.tax_category AS "taxCategory"';
const CONTRACT = `c.id, c.number, c.currency, c.time_zone AS "timeZone", c.starts_on AS "startsOn", c.ends_on AS "endsOn",
  c.anchor_day AS "anchorDay", c.cycle_months AS "cycleMonths", c.enrolment_timing AS "enrolmentTiming",
  c.issuer_id AS "issuerId", c.company_id AS "companyId"`;

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
       FROM subscriptions.price WHERE plan_id = ANY($1::uuid[]) ORDER BY plan_id, currency, effective_from DESC`,
    [plans],
  );
  return groupedBy(rows, 'planId');
}

const byNumber = (where: Where): KeysetQuery => ({
  list: 'contracts',
  select: CONTRACT,
  from: 'subscriptions.contract c',
  where,
  orderBy: [{ sql: 'c.number', type: 'text' }],
  direction: 'ascending',
});

export async function contractsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, ContractType>> {
  const where = new Where().when(ids, (p) => `c.id = ANY(${p}::uuid[])`).inScope(actor, 'c.issuer_id');
  return byKey(await reader.query<ContractType>(`SELECT ${CONTRACT} FROM subscriptions.contract c WHERE ${where.and()}`, where.params), 'id');
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
    `SELECT f.contract_id AS "contractId", c.currency, f.kind, f.price_model AS "priceModel", f.timing, f.unit_price_minor AS "unitPriceMinor",
            f.tax_category AS "taxCategory", f.starts_on AS "startsOn", f.ends_on AS "endsOn"
       FROM subscriptions.fee_component f JOIN subscriptions.contract c ON c.id = f.contract_id
      WHERE f.contract_id = ANY($1::uuid[]) ORDER BY f.contract_id, f.kind, f.starts_on`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}

export async function subsidiesOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, SubsidyRuleType[]>> {
  const rows = await reader.query<SubsidyRuleType>(
    `SELECT s.contract_id AS "contractId", s.plan_id AS "planId", c.currency, s.mode, s.amount_minor AS "amountMinor", s.percent,
            s.cap_minor AS "capMinor", s.effective_from AS "effectiveFrom"
       FROM subscriptions.subsidy_rule s JOIN subscriptions.contract c ON c.id = s.contract_id
      WHERE s.contract_id = ANY($1::uuid[]) ORDER BY s.contract_id, s.plan_id, s.effective_from`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}
