// Reads of contracts for the API, with what their timelines say today: the day it is for the issuer, by its own clock if it has one.
import { addDays, type LocalDate } from '@countinghouse/kernel';
import {
  byKey, groupedBy, keysetPage, keysetPages, optionalIdOf, Where, type Actor, type KeysetQuery, type Page, type PageArgs, type Reader,
} from '@countinghouse/platform';
import type { ComponentChangeType, ComponentType, TermsRow } from './component.type';
import type { ContractChangeType, ContractsArgs, ContractStateType, ContractType, FeeComponentType, SubsidyRuleType } from './contract.type';

const CONTRACT = `c.id, c.number, c.currency, coalesce(s.time_zone, i.time_zone) AS "timeZone", coalesce(s.starts_on, drafted.on_day) AS "startsOn",
  s.ends_on AS "endsOn", coalesce(s.anchor_day, 1) AS "anchorDay", coalesce(s.cycle_months, 1) AS "cycleMonths", c.enrolment_timing AS "enrolmentTiming",
  c.issuer_id AS "issuerId", c.company_id AS "companyId", c.renewal_due_on AS "renewalDueOn",
  jsonb_build_object('autoRenew', c.auto_renew, 'renewalMonths', c.renewal_months, 'noticeDays', c.notice_days, 'overduePolicy', c.overdue_policy,
    'overdueGraceDays', c.overdue_grace_days, 'suspendedBilling', c.suspended_billing, 'pauseDaysMax', c.pause_days_max, 'upgradeWhen', c.upgrade_when, 'downgradeWhen', c.downgrade_when,
    'trialDays', c.trial_days, 'payrollAllowed', c.payroll_allowed) AS policies`;
const TODAY = '(coalesce(i.test_clock_at, now()) AT TIME ZONE i.time_zone)::date';
const CONTRACTS = `subscriptions.contract c JOIN platform.issuer i ON i.id = c.issuer_id
  CROSS JOIN LATERAL subscriptions.contract_state_of(c.id, ${TODAY}) AS s
  CROSS JOIN LATERAL (SELECT min(effective_on) AS on_day FROM subscriptions.contract_change WHERE contract_id = c.id) AS drafted`;

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

/** The key of {@link statesOfContracts}; without a day it is today. */
export function stateKey(contractId: string, on?: LocalDate | null): string {
  return `${contractId} ${on ?? ''}`;
}

export async function statesOfContracts(reader: Reader, keys: readonly string[]): Promise<Map<string, ContractStateType>> {
  const asked = keys.map((key) => key.split(' '));
  const rows = await reader.query<ContractStateType & { key: string; noticeDays: number }>(
    `SELECT a.key, a.on_day AS on, s.life, s.suspended, s.bills, s.anchor_day AS "anchorDay", s.anchor_on AS "anchorOn", s.cycle_months AS "cycleMonths",
            s.time_zone AS "timeZone", s.term_ends_on AS "termEndsOn", a.notice_days AS "noticeDays"
       FROM (SELECT k.key, c.id, c.notice_days, coalesce(nullif(k.on_day, '')::date, ${TODAY}) AS on_day
               FROM unnest($1::text[], $2::uuid[], $3::text[]) AS k (key, id, on_day)
               JOIN subscriptions.contract c ON c.id = k.id JOIN platform.issuer i ON i.id = c.issuer_id) AS a
       CROSS JOIN LATERAL subscriptions.contract_state_of(a.id, a.on_day) AS s`,
    [keys, asked.map(([id]) => id), asked.map(([, on]) => on)],
  );
  return byKey(rows.map((row) => ({ ...row, noticeBy: row.termEndsOn && addDays(row.termEndsOn, -row.noticeDays) })), 'key');
}

/** As it was recorded. */
export async function timelinesOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, ContractChangeType[]>> {
  const rows = await reader.query<ContractChangeType>(
    `SELECT contract_id AS "contractId", seq, effective_on AS "effectiveOn", kind, bills, anchor_day AS "anchorDay", anchor_on AS "anchorOn",
            cycle_months AS "cycleMonths", time_zone AS "timeZone", term_ends_on AS "termEndsOn", recorded_at AS "recordedAt", recorded_by AS "recordedBy", reason
       FROM subscriptions.contract_change WHERE contract_id = ANY($1::uuid[]) ORDER BY contract_id, seq`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
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

const COMPONENT = 'f.id, f.kind, f.name, f.timing, f.contract_id AS "contractId", f.target_id AS "targetId"';

/** In the order in which they were agreed. */
export async function componentsOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, ComponentType[]>> {
  const rows = await reader.query<ComponentType>(
    `SELECT ${COMPONENT} FROM subscriptions.fee_component f WHERE f.contract_id = ANY($1::uuid[]) ORDER BY f.contract_id, f.created_at, f.id`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}

export async function componentsByIds(reader: Reader, ids: readonly string[], actor: Actor): Promise<Map<string, ComponentType>> {
  const where = new Where().when(ids, (p) => `f.id = ANY(${p}::uuid[])`).inScope(actor, 'c.issuer_id');
  const sql = `SELECT ${COMPONENT} FROM subscriptions.fee_component f JOIN subscriptions.contract c ON c.id = f.contract_id WHERE ${where.and()}`;
  return byKey(await reader.query<ComponentType>(sql, where.params), 'id');
}

/** As it was recorded. */
export async function timelinesOfComponents(reader: Reader, components: readonly string[]): Promise<Map<string, ComponentChangeType[]>> {
  const rows = await reader.query<Omit<ComponentChangeType, 'terms'> & TermsRow & { kind: 'terms' | 'end' }>(
    `SELECT t.component_id AS "componentId", t.seq, t.effective_on AS "effectiveOn", t.kind, t.recorded_at AS "recordedAt", t.recorded_by AS "recordedBy",
            t.reason, c.currency, t.price_model AS "priceModel", t.measure, t.counted, t.cost_centre AS "costCentre", t.on_decrease AS "onDecrease",
            t.interval_months AS "intervalMonths", t.unit_price_minor AS "unitPriceMinor", t.package_size AS "packageSize", t.tiers,
            t.amount_minor AS "amountMinor", t.percent, t.periods, t.per, t.tax_inclusive AS "taxInclusive", t.tax_category AS "taxCategory", t.quantity
       FROM subscriptions.fee_change t JOIN subscriptions.fee_component f ON f.id = t.component_id JOIN subscriptions.contract c ON c.id = f.contract_id
      WHERE t.component_id = ANY($1::uuid[]) ORDER BY t.component_id, t.seq`,
    [components],
  );
  // The row of a change is also the row of its terms.
  return groupedBy(rows.map((row) => ({ ...row, terms: row.kind === 'terms' ? row : null }) as unknown as ComponentChangeType), 'componentId');
}

export async function subsidiesOfContracts(reader: Reader, contracts: readonly string[]): Promise<Map<string, SubsidyRuleType[]>> {
  const rows = await reader.query<SubsidyRuleType>(
    `SELECT s.contract_id AS "contractId", s.plan_id AS "planId", c.currency, s.mode, s.amount_minor AS "amountMinor", s.percent,
            s.cap_minor AS "capMinor", s.effective_from AS "effectiveFrom", s.seq, s.recorded_at AS "recordedAt", s.recorded_by AS "recordedBy", s.reason
       FROM subscriptions.subsidy_rule s JOIN subscriptions.contract c ON c.id = s.contract_id
      WHERE s.contract_id = ANY($1::uuid[]) ORDER BY s.contract_id, s.plan_id NULLS FIRST, s.effective_from, s.seq`,
    [contracts],
  );
  return groupedBy(rows, 'contractId');
}
