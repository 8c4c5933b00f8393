// The SQL of the imports: what the rows name, looked up for a whole chunk at once, and what they add.
import { CompanyId, ContractId, Currency, EnrolmentId, IssuerId, LocalDate, MemberId, PlanId, RunId } from '@countinghouse/kernel';
import { newId, Reader, Tx } from '@countinghouse/platform';
import { Timing } from '../domain/billing-cycle';
import { EnrolmentChange } from '../domain/enrolment-timeline';
import { PriceVersion } from '../domain/rate-card';
import { enrolmentsWithTimelines, EnrolmentRow, FeeComponentId, plansById, pricesOf } from './rating.queries';

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

/** The catalogue of some plans: their ids by code, and their prices by plan and currency. Three statements. */
export interface Catalogue {
  planId(code: string): PlanId | undefined;
  /** By ascending day. */
  prices(planId: PlanId, currency: Currency): readonly PriceVersion[];
}

export async function catalogueOf(reader: Reader, codes: readonly string[], currencies: readonly Currency[]): Promise<Catalogue> {
  const ids = await reader.query<{ id: PlanId }>('SELECT id FROM subscriptions.plan WHERE code = ANY ($1::text[])', [codes]);
  const plans = await plansById(reader, ids.map(({ id }) => id));
  const prices = await pricesOf(reader, ids.map(({ id }) => id), currencies);
  const byCode = new Map(plans.map((plan) => [plan.code, plan.planId]));
  const byPlan = new Map<string, PriceVersion[]>();
  for (const price of prices) {
    const key = `${price.planId} ${price.currency}`;
    byPlan.set(key, [...(byPlan.get(key) ?? []), price]);
  }
  return { planId: (code) => byCode.get(code), prices: (planId, currency) => byPlan.get(`${planId} ${currency}`) ?? [] };
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
  readonly fee: { readonly unitPriceMinor: bigint; readonly timing: Timing } | null;
  readonly subsidy: {
    readonly planId: PlanId;
    readonly mode: 'fixed' | 'percent';
    readonly amountMinor: bigint | null;
    /** With as many decimals as the column has: '33.5000'. */
    readonly percent: string | null;
    readonly capMinor: bigint | null;
  } | null;
}

export interface ContractOnRecord extends Omit<ContractTerms, 'subsidy'> {
  readonly id: ContractId;
}

/** Contracts by number, each with the access fee it began with. */
export async function contractsByNumber(reader: Reader, numbers: readonly string[]): Promise<Map<string, ContractOnRecord>> {
  const rows = await reader.query<Omit<ContractOnRecord, 'fee'> & { feeMinor: bigint | null; feeTiming: Timing | null }>(
    `SELECT k.id, k.number, k.issuer_id AS "issuerId", k.company_id AS "companyId", k.currency, k.time_zone AS "timeZone",
            k.starts_on AS "startsOn", k.ends_on AS "endsOn", k.anchor_day AS "anchorDay", k.cycle_months AS "cycleMonths",
            k.enrolment_timing AS "enrolmentTiming", f.unit_price_minor AS "feeMinor", f.timing AS "feeTiming"
       FROM subscriptions.contract k
       LEFT JOIN subscriptions.fee_component f ON f.contract_id = k.id AND f.kind = 'access-fee' AND f.starts_on = k.starts_on
      WHERE k.number = ANY ($1::text[])`,
    [numbers],
  );
  return new Map(
    rows.map(({ feeMinor, feeTiming, ...row }) => [
      row.number,
      { ...row, fee: feeMinor === null ? null : { unitPriceMinor: feeMinor, timing: feeTiming! } },
    ]),
  );
}

/** Locks contracts that are added to, in the order of ids. */
export async function lockContractsByNumber(tx: Tx, numbers: readonly string[]): Promise<void> {
  await tx.query('SELECT FROM subscriptions.contract WHERE number = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE', [numbers]);
}

/** Adds contracts that are new by number, and gives how many were. One row per contract. */
export async function addContracts(tx: Tx, contracts: readonly ContractTerms[]): Promise<number> {
  return tx.execute(
    `INSERT INTO subscriptions.contract
       (id, number, issuer_id, company_id, currency, time_zone, starts_on, ends_on, anchor_day, cycle_months, enrolment_timing)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::date[], $8::date[], $9::int[],
       $10::int[], $11::text[])
     ON CONFLICT (number) DO NOTHING`,
    [
      contracts.map(() => newId<ContractId>()),
      contracts.map(({ number }) => number),
      contracts.map(({ issuerId }) => issuerId),
      contracts.map(({ companyId }) => companyId),
      contracts.map(({ currency }) => currency),
      contracts.map(({ timeZone }) => timeZone),
      contracts.map(({ startsOn }) => startsOn),
      contracts.map(({ endsOn }) => endsOn),
      contracts.map(({ anchorDay }) => anchorDay),
      contracts.map(({ cycleMonths }) => cycleMonths),
      contracts.map(({ enrolmentTiming }) => enrolmentTiming),
    ],
  );
}

/** Adds the access fees from the first day of their contracts; one that is there stays as it is. */
export async function addAccessFees(tx: Tx, contracts: readonly ContractTerms[]): Promise<number> {
  const charged = contracts.filter(({ fee }) => fee !== null);
  return tx.execute(
    `INSERT INTO subscriptions.fee_component (id, contract_id, kind, price_model, measure, timing, unit_price_minor, tax_category, starts_on)
     SELECT f.id, k.id, 'access-fee', 'perUnit', 'daily', f.timing, f.unit_price_minor, 'standard', k.starts_on
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS f(id, number, timing, unit_price_minor)
       JOIN subscriptions.contract k ON k.number = f.number
     ON CONFLICT ON CONSTRAINT fee_is_one_per_kind_and_day DO NOTHING`,
    [
      charged.map(() => newId<FeeComponentId>()),
      charged.map(({ number }) => number),
      charged.map(({ fee }) => fee!.timing),
      charged.map(({ fee }) => fee!.unitPriceMinor),
    ],
  );
}

/** Adds the subsidies from the first day of their contracts; one that is there stays as it is. */
export async function addSubsidies(tx: Tx, contracts: readonly ContractTerms[]): Promise<number> {
  const subsidised = contracts.filter(({ subsidy }) => subsidy !== null);
  return tx.execute(
    `INSERT INTO subscriptions.subsidy_rule (contract_id, plan_id, effective_from, mode, amount_minor, percent, cap_minor)
     SELECT k.id, s.plan_id, k.starts_on, s.mode, s.amount_minor, s.percent, s.cap_minor
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[])
         AS s(number, plan_id, mode, amount_minor, percent, cap_minor)
       JOIN subscriptions.contract k ON k.number = s.number
     ON CONFLICT (contract_id, plan_id, effective_from) DO NOTHING`,
    subsidyColumns(subsidised),
  );
}

/** Which contracts on record have another subsidy for the plan from their first day, by {@link subsidyKey}. */
export async function subsidiesThatDiffer(reader: Reader, contracts: readonly ContractTerms[]): Promise<Set<string>> {
  const subsidised = contracts.filter(({ subsidy }) => subsidy !== null);
  const rows = await reader.query<{ number: string; planId: PlanId }>(
    `SELECT s.number, s.plan_id AS "planId"
       FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::numeric[], $6::bigint[])
         AS s(number, plan_id, mode, amount_minor, percent, cap_minor)
       JOIN subscriptions.contract k ON k.number = s.number
       JOIN subscriptions.subsidy_rule r ON r.contract_id = k.id AND r.plan_id = s.plan_id AND r.effective_from = k.starts_on
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

/** The enrolments that the members have under the contracts, with their timelines. Two statements. */
export async function enrolmentsOf(reader: Reader, holders: readonly { contractId: ContractId; memberId: MemberId }[]): Promise<EnrolmentRow[]> {
  const ids = await reader.query<{ id: EnrolmentId }>(
    `SELECT e.id FROM unnest($1::uuid[], $2::uuid[]) AS asked(contract_id, member_id)
       JOIN subscriptions.enrolment e ON e.contract_id = asked.contract_id AND e.member_id = asked.member_id`,
    [holders.map(({ contractId }) => contractId), holders.map(({ memberId }) => memberId)],
  );
  return enrolmentsWithTimelines(reader, ids.map(({ id }) => id));
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

/** Appends to timelines, in the name of whoever started the run. */
export async function appendChanges(
  tx: Tx,
  changes: readonly { enrolmentId: EnrolmentId; change: EnrolmentChange }[],
  { runId, reason }: { runId: RunId; reason: string },
): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
     SELECT c.*, (SELECT started_by FROM platform.run WHERE id = $6), $7
       FROM unnest($1::uuid[], $2::int[], $3::date[], $4::text[], $5::uuid[]) AS c`,
    [
      changes.map(({ enrolmentId }) => enrolmentId),
      changes.map(({ change }) => change.seq),
      changes.map(({ change }) => change.effectiveOn),
      changes.map(({ change }) => change.kind),
      changes.map(({ change }) => (change.kind === 'start' ? change.planId : null)),
      runId,
      reason,
    ],
  );
}
