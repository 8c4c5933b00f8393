// The SQL of enrolments that are acted on: held with their contracts, read with who recorded what, and told to companies.
import { Companies } from '@countinghouse/companies';
import { CompanyId, ContractId, Currency, EnrolmentId, LocalDate, maxDate, MemberId, PlanId } from '@countinghouse/kernel';
import { groupedBy, Reader, Tx } from '@countinghouse/platform';
import { RecordedEnrolmentChange } from '../domain/enrolment-acts';
import { HeldContract, holdContracts } from './contract.queries';

/** Whose enrolments are told of in one statement. */
const MEMBERS_AT_A_TIME = 5_000;

export interface HeldEnrolment {
  readonly id: EnrolmentId;
  readonly contractId: ContractId;
  readonly memberId: MemberId;
  readonly changes: readonly RecordedEnrolmentChange[];
}

interface EnrolmentRow extends Omit<HeldEnrolment, 'changes'> {
  readonly seqs: number[];
  readonly days: LocalDate[];
  readonly kinds: RecordedEnrolmentChange['kind'][];
  readonly planIds: (PlanId | null)[];
  readonly recorders: string[];
}

/** Holds enrolments and before them their contracts, everything in the order of ids, and reads both with their timelines. */
export async function holdEnrolments(
  tx: Tx,
  ids: readonly EnrolmentId[],
  nowMs: number,
): Promise<{ contracts: Map<ContractId, HeldContract>; enrolments: HeldEnrolment[] }> {
  const of = await tx.query<{ id: ContractId }>('SELECT DISTINCT contract_id AS id FROM subscriptions.enrolment WHERE id = ANY ($1::uuid[])', [ids]);
  const contracts = await holdContracts(tx, of.map(({ id }) => id), nowMs);
  await tx.query('SELECT FROM subscriptions.enrolment WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [ids]);
  return { contracts, enrolments: await enrolmentsById(tx, ids) };
}

/** All enrolments that members have under a contract. */
export async function enrolmentsOfMembers(reader: Reader, contractId: ContractId, memberIds: readonly MemberId[]): Promise<HeldEnrolment[]> {
  return enrolmentsWithRecorders(reader, 'e.contract_id = $1 AND e.member_id = ANY ($2::uuid[])', [contractId, memberIds]);
}

/** Without holding them, for a look. */
export async function enrolmentsById(reader: Reader, ids: readonly EnrolmentId[]): Promise<HeldEnrolment[]> {
  return enrolmentsWithRecorders(reader, 'e.id = ANY ($1::uuid[])', [ids]);
}

async function enrolmentsWithRecorders(reader: Reader, where: string, params: readonly unknown[]): Promise<HeldEnrolment[]> {
  const rows = await reader.query<EnrolmentRow>(
    `SELECT e.id, e.contract_id AS "contractId", e.member_id AS "memberId", t.*
       FROM subscriptions.enrolment e,
            LATERAL (SELECT coalesce(array_agg(c.seq ORDER BY c.seq), '{}') AS seqs,
                            coalesce(array_agg(c.effective_on ORDER BY c.seq), '{}') AS days,
                            coalesce(array_agg(c.kind ORDER BY c.seq), '{}') AS kinds,
                            coalesce(array_agg(c.plan_id ORDER BY c.seq), '{}') AS "planIds",
                            coalesce(array_agg(c.recorded_by ORDER BY c.seq), '{}') AS recorders
                       FROM subscriptions.enrolment_change c WHERE c.enrolment_id = e.id) AS t
      WHERE ${where} ORDER BY e.id`,
    params,
  );
  return rows.map(({ seqs, days, kinds, planIds, recorders, ...enrolment }) => ({
    ...enrolment,
    changes: seqs.map((seq, index) => {
      const common = { seq, effectiveOn: days[index]!, recordedBy: recorders[index]! };
      const kind = kinds[index]!;
      return kind === 'start' || kind === 'plan' ? { ...common, kind, planId: planIds[index]! } : { ...common, kind };
    }),
  }));
}

/** A plan as an act on enrolments needs it. */
export interface OfferedPlan {
  readonly id: PlanId;
  readonly code: string;
  readonly productId: string;
  readonly tier: number;
  readonly retiredFrom: LocalDate | null;
  /** By currency, the first day that has a price. */
  readonly pricedFrom: ReadonlyMap<Currency, LocalDate>;
}

export async function offeredPlans(reader: Reader, ids: readonly PlanId[]): Promise<Map<PlanId, OfferedPlan>> {
  const rows = await reader.query<Omit<OfferedPlan, 'pricedFrom'> & { pricedFrom: Record<Currency, LocalDate> | null }>(
    `SELECT p.id, p.code, p.product_id AS "productId", p.tier, p.retired_from AS "retiredFrom",
            (SELECT jsonb_object_agg(currency, day) FROM (
               SELECT currency, min(effective_from) AS day FROM subscriptions.price WHERE plan_id = p.id GROUP BY currency) AS priced) AS "pricedFrom"
       FROM subscriptions.plan p WHERE p.id = ANY ($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map(({ pricedFrom, ...plan }) => [plan.id, { ...plan, pricedFrom: new Map(Object.entries(pricedFrom ?? {})) as Map<Currency, LocalDate> }]));
}

/** A person who is to be enrolled. */
export interface CandidateRow {
  readonly id: MemberId;
  readonly companyId: CompanyId;
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | null;
}

export async function candidates(reader: Reader, memberIds: readonly MemberId[]): Promise<Map<MemberId, CandidateRow>> {
  const rows = await reader.query<CandidateRow>(
    `SELECT id, company_id AS "companyId", eligible_from AS "eligibleFrom", left_on AS "leftOn" FROM companies.member WHERE id = ANY ($1::uuid[])`,
    [memberIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Days on which somebody belongs to a company. */
export interface Stay {
  readonly eligibleFrom: LocalDate;
  /** The first day on which not; null if that is not known. */
  readonly leftOn: LocalDate | null;
}

/** The stays of members, the present one last. One statement. */
export async function staysOf(reader: Reader, memberIds: readonly MemberId[]): Promise<Map<string, Stay[]>> {
  const rows = await reader.query<Stay & { memberId: MemberId }>(
    `SELECT id AS "memberId", eligible_from AS "eligibleFrom", left_on AS "leftOn", true AS is_present FROM companies.member WHERE id = ANY ($1::uuid[])
     UNION ALL SELECT member_id, eligible_from, left_on, false FROM companies.member_past_stay WHERE member_id = ANY ($1::uuid[])
     ORDER BY "memberId", is_present, "eligibleFrom"`,
    [memberIds],
  );
  return groupedBy(rows, 'memberId');
}

/** As {@link tellCompanies}, of everybody who is enrolled under the contracts: their own lives have changed. So many members at a time. */
export async function tellCompaniesOfContracts(tx: Tx, companies: Companies, contracts: readonly HeldContract[]): Promise<void> {
  const today = contracts.map((contract) => contract.today).reduce(maxDate);
  for (let after: MemberId | undefined; ; ) {
    const members = await tx.query<{ id: MemberId }>(
      `SELECT DISTINCT member_id AS id FROM subscriptions.enrolment WHERE contract_id = ANY ($1::uuid[]) AND ($2::uuid IS NULL OR member_id > $2)
        ORDER BY member_id LIMIT ${MEMBERS_AT_A_TIME}`,
      [contracts.map(({ id }) => id), after ?? null],
    );
    await tellCompanies(tx, companies, members.map((member) => member.id), today);
    if (members.length < MEMBERS_AT_A_TIME) return;
    after = members.at(-1)!.id;
  }
}

/**
 * Tells companies from which days members hold a running enrolment under a contract in force: of all their enrolments together, on
 * every day on which one of them or its contract was said to start or end. Telling the same again changes nothing there.
 */
export async function tellCompanies(tx: Tx, companies: Companies, memberIds: readonly MemberId[], today: LocalDate): Promise<void> {
  if (memberIds.length === 0) return;
  await companies.holdForEnrolments(tx, memberIds);
  const days = await tx.query<{ memberId: MemberId; on: LocalDate; enrolled: boolean }>(
    // One look at the index for each member and enrolment, whatever the planner knows of the tables while they are being filled.
    `WITH asked AS MATERIALIZED (
       SELECT m.id AS member_id, k.id AS contract_id FROM companies.member m JOIN subscriptions.contract k ON k.company_id = m.company_id
        WHERE m.id = ANY ($1::uuid[])
     ), in_force AS MATERIALIZED (
       SELECT contract_id, effective_on AS on, kind = 'start' AS alive, lead(effective_on) OVER (PARTITION BY contract_id ORDER BY effective_on) AS until
         FROM (SELECT DISTINCT ON (c.contract_id, c.effective_on) c.contract_id, c.effective_on, c.kind FROM subscriptions.contract_change c
                WHERE c.contract_id IN (SELECT contract_id FROM asked) AND c.kind IN ('start', 'end') ORDER BY c.contract_id, c.effective_on, c.seq DESC) AS said
       UNION ALL
       SELECT a.contract_id, '-infinity', false, (SELECT min(c.effective_on) FROM subscriptions.contract_change c WHERE c.contract_id = a.contract_id AND c.kind IN ('start', 'end'))
         FROM (SELECT DISTINCT contract_id FROM asked) AS a
     ), running AS (
       SELECT member_id, contract_id, id, effective_on AS on, kind = 'start' AS alive, lead(effective_on) OVER (PARTITION BY id ORDER BY effective_on) AS until
         FROM (SELECT DISTINCT ON (e.id, c.effective_on) a.member_id, a.contract_id, e.id, c.effective_on, c.kind
                 FROM asked a
                CROSS JOIN LATERAL (SELECT o.id FROM subscriptions.enrolment o WHERE o.contract_id = a.contract_id AND o.member_id = a.member_id OFFSET 0) AS e
                CROSS JOIN LATERAL (SELECT o.effective_on, o.kind, o.seq FROM subscriptions.enrolment_change o
                                     WHERE o.enrolment_id = e.id AND o.kind IN ('start', 'end') OFFSET 0) AS c
                ORDER BY e.id, c.effective_on, c.seq DESC) AS said
     ), life AS (
       -- Stretches of days on which both timelines are constant.
       SELECT r.member_id, r.id, greatest(r.on, f.on) AS effective_on, (r.alive AND f.alive)::int AS alive
         FROM running r JOIN in_force f ON f.contract_id = r.contract_id AND (r.until IS NULL OR f.on < r.until) AND (f.until IS NULL OR r.on < f.until)
     ), step AS (
       SELECT member_id, effective_on, alive - coalesce(lag(alive) OVER (PARTITION BY id ORDER BY effective_on), 0) AS step FROM life
     )
     SELECT member_id AS "memberId", effective_on AS on,
            sum(sum(step)) OVER (PARTITION BY member_id ORDER BY effective_on) > 0 AS enrolled
       FROM step GROUP BY member_id, effective_on ORDER BY member_id, effective_on`,
    [memberIds],
  );
  await companies.recordEnrolment(tx, days, { today });
}
