// The SQL of the imports: what the rows name, looked up for a whole chunk at once, and what they add.
import { CompanyId, ContractId, Currency, EnrolmentId, IssuerId, LocalDate, MemberId, PlanId, RunId } from '@countinghouse/kernel';
import { groupedBy, newId, Reader, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { renewalDueOn } from '../domain/contract-days';
import { ContractChange, contractStretches } from '../domain/contract-timeline';
import { AccessFeeTerms, Measure } from '../domain/fee-terms';
import { PriceVersion } from '../domain/rate-card';
import { enrolmentsById, HeldEnrolment } from './enrolment.queries';
import { FeeComponentId, pricesOf } from './rating.queries';
import { appendContractChanges, appendFeeChanges, appendSubsidies, Origin, Unrecorded } from './timeline.queries';

export interface CompanyTerms {
  readonly id: CompanyId;
  readonly timeZone: string;
  readonly status: string;
}

export async function issuersByCode(reader: Reader, codes: readonly string[]): Promise<Map<string, IssuerId>> {
  const rows = await reader.query<{ code: string; id: IssuerId }>('SELECT code, id FROM platform.issuer WHERE code = ANY ($1::text[])', [codes]);
  return new Map(rows.map(({ code, id }) => [code, id]));
}

export async function companiesByNumber(reader: Reader, numbers: readonly string[]): Promise<Map<string, CompanyTerms>> {
  const rows = await reader.query<CompanyTerms & { number: string }>(
    `SELECT number, id, time_zone AS "timeZone", status FROM companies.company WHERE number = ANY ($1::text[])`,
    [numbers],
  );
  return new Map(rows.map((row) => [row.number, row]));
}

/** The catalogue of some plans: what they are by code, and their prices by plan and currency. Three statements. */
export interface Catalogue {
  plan(code: string): CataloguePlan | undefined;
  /** By ascending day. */
  prices(planId: PlanId, currency: Currency): readonly PriceVersion[];
}

export interface CataloguePlan {
  readonly id: PlanId;
  readonly code: string;
  readonly productId: string;
  readonly retiredFrom: LocalDate | null;
}

export async function catalogueOf(reader: Reader, codes: readonly string[], currencies: readonly Currency[]): Promise<Catalogue> {
  const plans = await reader.query<CataloguePlan>(
    'SELECT id, code, product_id AS "productId", retired_from AS "retiredFrom" FROM subscriptions.plan WHERE code = ANY ($1::text[])',
    [codes],
  );
  const prices = await pricesOf(reader, plans.map(({ id }) => id), currencies);
  const byCode = new Map(plans.map((plan) => [plan.code, plan]));
  const byPlan = groupedBy(prices.map((price) => ({ ...price, key: `${price.planId} ${price.currency}` })), 'key');
  return { plan: (code) => byCode.get(code), prices: (planId, currency) => byPlan.get(`${planId} ${currency}`) ?? [] };
}

/** An access fee as a file states it: flat, or by the eligible person. */
export interface FileFee {
  readonly priceModel: 'flat' | 'perUnit';
  readonly unitPriceMinor: bigint;
  readonly measure: Measure;
  readonly timing: Timing;
}

/** A contract as a file states it, with its access fee and one subsidy; amounts by the month, in minor units. */
export interface ContractTerms {
  readonly number: string;
  readonly issuerId: IssuerId;
  readonly companyId: CompanyId;
  readonly currency: Currency;
  readonly timeZone: string;
  readonly startsOn: LocalDate;
  readonly endsOn: LocalDate | null;
  readonly anchorDay: number;
  readonly cycleMonths: number;
  readonly enrolmentTiming: Timing;
  readonly fee: FileFee | null;
  readonly renewalMonths: number | null;
  readonly noticeDays: number;
  readonly payrollAllowed: boolean;
  readonly subsidy: {
    readonly planId: PlanId;
    readonly mode: 'fixed' | 'percent';
    readonly amountMinor: bigint | null;
    /** With as many decimals as the column has: '33.5000'. */
    readonly percent: string | null;
    readonly capMinor: bigint | null;
  } | null;
}

export interface ContractOnRecord extends Omit<ContractTerms, 'subsidy' | 'startsOn'> {
  readonly id: ContractId;
  /** Null while it is a draft. */
  readonly startsOn: LocalDate | null;
}

/** Contracts by number, each with the access fee it began with. */
export async function contractsByNumber(reader: Reader, numbers: readonly string[]): Promise<Map<string, ContractOnRecord>> {
  return new Map(
    (
      await reader.query<ContractOnRecord>(
        `SELECT k.id, k.number, k.issuer_id AS "issuerId", k.company_id AS "companyId", k.currency, s.time_zone AS "timeZone",
                s.starts_on AS "startsOn", s.ends_on AS "endsOn", s.anchor_day AS "anchorDay", s.cycle_months AS "cycleMonths",
                k.enrolment_timing AS "enrolmentTiming", k.renewal_months AS "renewalMonths", k.notice_days AS "noticeDays",
                k.payroll_allowed AS "payrollAllowed", f.fee
           FROM subscriptions.contract k JOIN subscriptions.contract_state('0001-01-01') AS s ON s.contract_id = k.id
           LEFT JOIN LATERAL (
             SELECT jsonb_build_object('priceModel', t.price_model, 'unitPriceMinor', t.unit_price_minor::text, 'measure', t.measure, 'timing', o.timing) AS fee
               FROM subscriptions.fee_component o JOIN subscriptions.fee_change t ON t.component_id = o.id
              WHERE o.contract_id = k.id AND o.kind = 'access-fee' AND t.kind = 'terms' AND t.effective_on = s.starts_on
                AND t.price_model IN ('flat', 'perUnit')
              ORDER BY o.created_at, o.id, t.seq DESC LIMIT 1) AS f ON true
          WHERE k.number = ANY ($1::text[])`,
        [numbers],
      )
    ).map((row) => [row.number, { ...row, fee: row.fee && { ...row.fee, unitPriceMinor: BigInt(row.fee.unitPriceMinor) } }]),
  );
}

/** Locks contracts that are added to, in the order of ids. */
export async function lockContractsByNumber(tx: Tx, numbers: readonly string[]): Promise<void> {
  await tx.query('SELECT FROM subscriptions.contract WHERE number = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE', [numbers]);
}

/** Who started the run, in whose name its rows are recorded. */
export async function startedBy(reader: Reader, runId: RunId): Promise<string> {
  const { by } = await reader.one<{ by: string }>('SELECT started_by AS by FROM platform.run WHERE id = $1', [runId]);
  return by;
}

/** Adds contracts that are new by number, in force from their first day, and gives how many were. One row per contract. */
export async function addContracts(tx: Tx, contracts: readonly ContractTerms[], origin: Origin): Promise<number> {
  const added = await tx.query<{ id: ContractId; number: string }>(
    `INSERT INTO subscriptions.contract
       (id, number, issuer_id, company_id, currency, enrolment_timing, auto_renew, renewal_months, notice_days, payroll_allowed, renewal_due_on)
     SELECT id, number, issuer_id, company_id, currency, timing, months IS NOT NULL, months, notice, payroll, due
       FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[], $9::bool[], $10::date[])
         AS c (id, number, issuer_id, company_id, currency, timing, months, notice, payroll, due)
     ON CONFLICT (number) DO NOTHING RETURNING id, number`,
    [
      contracts.map(() => newId<ContractId>()),
      contracts.map(({ number }) => number),
      contracts.map(({ issuerId }) => issuerId),
      contracts.map(({ companyId }) => companyId),
      contracts.map(({ currency }) => currency),
      contracts.map(({ enrolmentTiming }) => enrolmentTiming),
      contracts.map(({ renewalMonths }) => renewalMonths),
      contracts.map(({ noticeDays }) => noticeDays),
      contracts.map(({ payrollAllowed }) => payrollAllowed),
      contracts.map(renewalDue),
    ],
  );
  const terms = new Map(contracts.map((one) => [one.number, one]));
  const changes = added.flatMap(({ id, number }) => timelineOf(terms.get(number)!).map((change) => ({ contractId: id, change, reason: origin.reason })));
  await appendContractChanges(tx, changes, origin.by);
  return added.length;
}

/** The same rule as for every other contract, on the timeline that this one begins with. */
function renewalDue(terms: ContractTerms): LocalDate | null {
  const { renewalMonths, noticeDays } = terms;
  const states = contractStretches(timelineOf(terms).map((change, index) => ({ ...change, seq: index + 1 })));
  return renewalDueOn(states, { autoRenew: renewalMonths !== null, renewalMonths, noticeDays });
}

/** A contract whose term is not renewed by itself ends with it. */
function timelineOf({ startsOn, endsOn, anchorDay, cycleMonths, timeZone, renewalMonths }: ContractTerms): Unrecorded<ContractChange>[] {
  const begun: Unrecorded<ContractChange>[] = [
    { kind: 'start', effectiveOn: startsOn },
    { kind: 'cycle', effectiveOn: startsOn, anchorDay, anchorOn: startsOn, cycleMonths },
    { kind: 'zone', effectiveOn: startsOn, timeZone },
    { kind: 'term', effectiveOn: startsOn, termEndsOn: endsOn },
  ];
  return endsOn === null || renewalMonths !== null ? begun : [...begun, { kind: 'end', effectiveOn: endsOn }];
}

/** Adds the access fees from the first day of their contracts, which the caller holds; one that is there stays as it is. */
export async function addAccessFees(tx: Tx, contracts: readonly ContractTerms[], origin: Origin): Promise<number> {
  const fees = new Map(contracts.flatMap((one) => (one.fee === null ? [] : [[one.number, { ...one.fee, startsOn: one.startsOn }] as const])));
  const added = await tx.query<{ id: FeeComponentId; number: string }>(
    `WITH asked AS (
       SELECT f.*, k.id AS contract_id FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[]) AS f (id, number, timing, starts_on)
         JOIN subscriptions.contract k ON k.number = f.number
     ), added AS (
       INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing)
       SELECT id, contract_id, 'access-fee', 'Access fee', timing FROM asked WHERE NOT EXISTS (
         SELECT FROM subscriptions.fee_component o JOIN subscriptions.fee_change t ON t.component_id = o.id
          WHERE o.contract_id = asked.contract_id AND o.kind = 'access-fee' AND t.effective_on = asked.starts_on)
       RETURNING id
     )
     SELECT id, number FROM asked JOIN added USING (id)`,
    [
      [...fees].map(() => newId<FeeComponentId>()),
      [...fees.keys()],
      [...fees.values()].map(({ timing }) => timing),
      [...fees.values()].map(({ startsOn }) => startsOn),
    ],
  );
  const changes = added.map(({ id, number }) => {
    const { startsOn, unitPriceMinor, priceModel, measure } = fees.get(number)!;
    const terms: AccessFeeTerms = {
      priceModel, unitPriceMinor, measure, counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1,
      taxInclusive: false, taxCategory: 'standard',
    };
    return { componentId: id, change: { kind: 'terms' as const, effectiveOn: startsOn, terms } };
  });
  await appendFeeChanges(tx, changes, origin);
  return added.length;
}

/** Adds the subsidies from the first day of their contracts, which the caller holds; one that is there stays as it is. */
export async function addSubsidies(tx: Tx, contracts: readonly ContractTerms[], origin: Origin): Promise<number> {
  const subsidised = contracts.flatMap(({ number, startsOn, subsidy }) => (subsidy === null ? [] : [{ number, startsOn, subsidy }]));
  const missing = await tx.query<{ no: bigint; contractId: ContractId }>(
    `SELECT s.no, k.id AS "contractId" FROM unnest($1::text[], $2::uuid[], $3::date[]) WITH ORDINALITY AS s (number, plan_id, starts_on, no)
       JOIN subscriptions.contract k ON k.number = s.number
      WHERE NOT EXISTS (SELECT FROM subscriptions.subsidy_rule r
                         WHERE r.contract_id = k.id AND r.plan_id = s.plan_id AND r.effective_from = s.starts_on) ORDER BY s.no`,
    [subsidised.map(({ number }) => number), subsidised.map(({ subsidy }) => subsidy.planId), subsidised.map(({ startsOn }) => startsOn)],
  );
  const added = missing.map(({ no, contractId }) => {
    const { subsidy, startsOn } = subsidised[Number(no) - 1]!;
    return { ...subsidy, contractId, effectiveFrom: startsOn };
  });
  await appendSubsidies(tx, added, origin);
  return added.length;
}

/** Which contracts on record have another subsidy for the plan from their first day, by {@link subsidyKey}. */
export async function subsidiesThatDiffer(reader: Reader, contracts: readonly ContractTerms[]): Promise<Set<string>> {
  const subsidised = contracts.filter(({ subsidy }) => subsidy !== null);
  const rows = await reader.query<{ number: string; planId: PlanId }>(
    `SELECT s.number, s.plan_id AS "planId"
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[])
         AS s(number, plan_id, mode, amount_minor, percent, cap_minor)
       JOIN subscriptions.contract k ON k.number = s.number
       JOIN subscriptions.contract_state('0001-01-01') AS state ON state.contract_id = k.id
       JOIN LATERAL (SELECT o.mode, o.amount_minor, o.percent, o.cap_minor FROM subscriptions.subsidy_rule o
                      WHERE o.contract_id = k.id AND o.plan_id = s.plan_id AND o.effective_from = state.starts_on
                      ORDER BY o.seq DESC LIMIT 1) AS r ON true
      WHERE (r.mode, r.amount_minor, r.percent, r.cap_minor) IS DISTINCT FROM (s.mode, s.amount_minor, s.percent, s.cap_minor)`,
    subsidyColumns(subsidised),
  );
  return new Set(rows.map(({ number, planId }) => subsidyKey(number, planId)));
}

export function subsidyKey(number: string, planId: PlanId | undefined): string {
  return `${planId} ${number}`;
}

function subsidyColumns(contracts: readonly ContractTerms[]): unknown[] {
  return [
    contracts.map(({ number }) => number),
    contracts.map(({ subsidy }) => subsidy!.planId),
    contracts.map(({ subsidy }) => subsidy!.mode),
    contracts.map(({ subsidy }) => subsidy!.amountMinor),
    contracts.map(({ subsidy }) => subsidy!.percent),
    contracts.map(({ subsidy }) => subsidy!.capMinor),
  ];
}

export interface MemberKey {
  readonly companyId: CompanyId;
  readonly employeeId: string;
}

/** Members by {@link memberKey}. */
export async function membersByEmployeeId(reader: Reader, keys: readonly MemberKey[]): Promise<Map<string, MemberId>> {
  const rows = await reader.query<MemberKey & { id: MemberId }>(
    `SELECT m.id, m.company_id AS "companyId", m.employee_id AS "employeeId"
       FROM unnest($1::uuid[], $2::text[]) AS asked(company_id, employee_id)
       JOIN companies.member m ON m.company_id = asked.company_id AND m.employee_id = asked.employee_id`,
    [keys.map(({ companyId }) => companyId), keys.map(({ employeeId }) => employeeId)],
  );
  return new Map(rows.map((row) => [memberKey(row), row.id]));
}

export function memberKey({ companyId, employeeId }: MemberKey): string {
  return `${companyId} ${employeeId}`;
}

/** An enrolment on record, with the product of its plan. */
export type EnrolmentInProduct = HeldEnrolment & { readonly productId: string };

/** The enrolments that the members have under the contracts, with their timelines. Two statements. */
export async function enrolmentsOf(reader: Reader, holders: readonly { contractId: ContractId; memberId: MemberId }[]): Promise<EnrolmentInProduct[]> {
  const rows = await reader.query<{ id: EnrolmentId; productId: string }>(
    `SELECT e.id, p.product_id AS "productId" FROM unnest($1::uuid[], $2::uuid[]) AS asked(contract_id, member_id)
       JOIN subscriptions.enrolment e ON e.contract_id = asked.contract_id AND e.member_id = asked.member_id
       JOIN subscriptions.plan p ON p.id = e.plan_id`,
    [holders.map(({ contractId }) => contractId), holders.map(({ memberId }) => memberId)],
  );
  const products = new Map(rows.map(({ id, productId }) => [id, productId]));
  return (await enrolmentsById(reader, [...products.keys()])).map((enrolment) => ({ ...enrolment, productId: products.get(enrolment.id)! }));
}

export interface NewEnrolment {
  readonly id: EnrolmentId;
  readonly contractId: ContractId;
  readonly memberId: MemberId;
  readonly planId: PlanId;
}

export async function addEnrolments(tx: Tx, enrolments: readonly NewEnrolment[]): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id)
     SELECT e.id, k.issuer_id, e.contract_id, e.member_id, e.plan_id
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS e(id, contract_id, member_id, plan_id)
       JOIN subscriptions.contract k ON k.id = e.contract_id`,
    [
      enrolments.map(({ id }) => id),
      enrolments.map(({ contractId }) => contractId),
      enrolments.map(({ memberId }) => memberId),
      enrolments.map(({ planId }) => planId),
    ],
  );
}
