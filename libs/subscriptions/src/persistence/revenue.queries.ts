// The SQL of recurring revenue: whom to look at, what is counted as it was known at an instant, snapshots, and their reports.
import { CompanyId, ContractId, Currency, IssuerId, LocalDate, PlanId, RunId } from '@countinghouse/kernel';
import { instantAsText, newId, Reader, Tx } from '@countinghouse/platform';
import { HeadcountStretch } from '../domain/headcount-measure';
import { Counted } from '../domain/owed-fees';
import { KnownAt } from './rating.queries';

/**
 * The latest instant of which everything that was recorded can be seen: now, or just before the oldest of those who have
 * recorded something and not yet committed. As text, to the microsecond.
 */
export async function latestKnown(reader: Reader): Promise<KnownAt> {
  const { known } = await reader.one<{ known: string }>(`SELECT ${instantAsText('platform.known_until()')} AS known`);
  return known;
}

/** Compared by the database, because a date of JavaScript knows no microseconds. */
export async function isNoLater(reader: Reader, knownAt: KnownAt, latest: KnownAt): Promise<boolean> {
  return (await reader.one<{ known: boolean }>('SELECT $1::timestamptz <= $2::timestamptz AS known', [knownAt, latest])).known;
}

/** Companies with a contract of the issuer, in chunks; all contracts of a company lie in one chunk. */
export async function companiesUnderContract(reader: Reader, issuerId: IssuerId, size: number): Promise<CompanyId[][]> {
  const rows = await reader.query<{ ids: CompanyId[] }>(
    `SELECT array_agg(id ORDER BY id) AS ids
       FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / $2::int AS chunk
               FROM (SELECT DISTINCT company_id AS id FROM subscriptions.contract WHERE issuer_id = $1) AS company) AS numbered
      GROUP BY chunk ORDER BY chunk`,
    [issuerId, size],
  );
  return rows.map((row) => row.ids);
}

export async function contractsOfCompanies(reader: Reader, issuerId: IssuerId, companyIds: readonly CompanyId[]): Promise<ContractId[]> {
  const rows = await reader.query<{ id: ContractId }>('SELECT id FROM subscriptions.contract WHERE issuer_id = $1 AND company_id = ANY ($2::uuid[]) ORDER BY id', [
    issuerId,
    companyIds,
  ]);
  return rows.map((row) => row.id);
}

export async function countriesOf(reader: Reader, companyIds: readonly CompanyId[]): Promise<Map<CompanyId, string>> {
  const rows = await reader.query<{ id: CompanyId; country: string }>('SELECT id, country FROM companies.company WHERE id = ANY ($1::uuid[])', [companyIds]);
  return new Map(rows.map((row) => [row.id, row.country]));
}

export interface EnrolledCount {
  readonly contractId: ContractId;
  /** Null: those who hold nothing on the day, of whom only `since` counts. */
  readonly planId: PlanId | null;
  readonly count: number;
  /** The first day on which one of them held a plan. */
  readonly since: LocalDate;
}

/**
 * How many hold each plan on the day: running, neither paused nor in trial. As timelines are folded everywhere: for each
 * aspect the change of the latest day decides, and of that day the one recorded last. One pass over the changes.
 */
export async function enrolledOn(reader: Reader, contractIds: readonly ContractId[], day: LocalDate, knownAt: KnownAt): Promise<EnrolledCount[]> {
  return reader.query<EnrolledCount>(
    `WITH holder AS (
       SELECT e.contract_id,
              (array_agg(c.kind ORDER BY c.effective_on DESC, c.seq DESC) FILTER (WHERE c.kind IN ('start', 'end')))[1] = 'start'
                AND coalesce((array_agg(c.kind ORDER BY c.effective_on DESC, c.seq DESC) FILTER (WHERE c.kind IN ('pause', 'resume')))[1], 'resume') = 'resume'
                AND coalesce((array_agg(c.kind ORDER BY c.effective_on DESC, c.seq DESC) FILTER (WHERE c.kind IN ('trial', 'trial-end')))[1], 'trial-end') = 'trial-end' AS holds,
              (array_agg(c.plan_id ORDER BY c.effective_on DESC, c.seq DESC) FILTER (WHERE c.plan_id IS NOT NULL))[1] AS plan_id,
              min(c.effective_on) FILTER (WHERE c.kind = 'start') AS since
         FROM subscriptions.enrolment e JOIN subscriptions.enrolment_change c ON c.enrolment_id = e.id
        WHERE e.contract_id = ANY ($1::uuid[]) AND c.effective_on <= $2::date AND c.recorded_at <= $3::timestamptz
        GROUP BY e.id
     )
     SELECT contract_id AS "contractId", CASE WHEN holds THEN plan_id END AS "planId", count(*)::int AS count, min(since) AS since
       FROM holder WHERE since IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
    [contractIds, day, knownAt],
  );
}

export interface AskedCount extends Counted {
  readonly companyId: CompanyId;
  /** The first day that is not asked about. */
  readonly end: LocalDate;
}

/** For each of the asked, in their order, the stretches of constant headcount up to its end, as known at the instant. */
export async function headcountsKnown(reader: Reader, asked: readonly AskedCount[], knownAt: KnownAt): Promise<HeadcountStretch[][]> {
  const rows = await reader.query<{ no: number; on: LocalDate; change: number }>(
    `SELECT a.no::int AS no, h.effective_on AS on, sum(h.change)::int AS change
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[]) WITH ORDINALITY AS a (company_id, measure, cost_centre, ends_on, no)
       JOIN companies.headcount_change h ON h.company_id = a.company_id AND h.measure = a.measure AND h.effective_on < a.ends_on
        AND (a.cost_centre IS NULL OR h.cost_centre = a.cost_centre) AND h.recorded_at <= $5::timestamptz
      GROUP BY 1, 2 ORDER BY 1, 2`,
    [asked.map((each) => each.companyId), asked.map((each) => each.counted), asked.map((each) => each.costCentre), asked.map((each) => each.end), knownAt],
  );
  const stretches: HeadcountStretch[][] = asked.map(() => []);
  rows.forEach(({ no, on, change }, index) => {
    const ofAsked = stretches[no - 1]!;
    const next = rows[index + 1];
    ofAsked.push({ start: on, end: next?.no === no ? next.on : asked[no - 1]!.end, count: (ofAsked.at(-1)?.count ?? 0) + change });
  });
  return stretches;
}

export type SnapshotId = string;

/** The days among these of which no whole snapshot is there. */
export async function missingSnapshots(reader: Reader, issuerId: IssuerId, days: readonly LocalDate[], knownAt: KnownAt): Promise<LocalDate[]> {
  const rows = await reader.query<{ day: LocalDate }>(
    `SELECT DISTINCT day FROM unnest($2::date[]) AS day WHERE NOT EXISTS (
       SELECT FROM subscriptions.revenue_snapshot s WHERE s.issuer_id = $1 AND s.on_day = day AND s.known_at = $3::timestamptz AND s.completed_at IS NOT NULL)
      ORDER BY day`,
    [issuerId, days, knownAt],
  );
  return rows.map((row) => row.day);
}

export async function insertSnapshots(tx: Tx, issuerId: IssuerId, days: readonly LocalDate[], knownAt: KnownAt, runId: RunId): Promise<Map<LocalDate, SnapshotId>> {
  const ids = new Map(days.map((day): [LocalDate, SnapshotId] => [day, newId()]));
  await tx.execute(
    `INSERT INTO subscriptions.revenue_snapshot (id, issuer_id, on_day, known_at, run_id)
     SELECT s.id, $1, s.day, $2::timestamptz, $3 FROM unnest($4::uuid[], $5::date[]) AS s (id, day)`,
    [issuerId, knownAt, runId, [...ids.values()], [...ids.keys()]],
  );
  return ids;
}

/** Those of a run are whole; one that another run has completed meanwhile is left as it is, and never reported. */
export async function completeSnapshots(tx: Tx, runId: RunId): Promise<void> {
  await tx.execute(
    `UPDATE subscriptions.revenue_snapshot s SET completed_at = now() WHERE s.run_id = $1 AND s.completed_at IS NULL AND NOT EXISTS (
       SELECT FROM subscriptions.revenue_snapshot o
        WHERE (o.issuer_id, o.on_day, o.known_at) = (s.issuer_id, s.on_day, s.known_at) AND o.completed_at IS NOT NULL)`,
    [runId],
  );
}

export interface RevenueCell {
  readonly companyId: CompanyId;
  readonly country: string;
  readonly planId: PlanId | null;
  readonly currency: Currency;
  readonly monthlyMinor: bigint;
  readonly yearlyMinor: bigint;
  readonly companySince: LocalDate;
}

export async function insertCells(tx: Tx, snapshotId: SnapshotId, cells: readonly RevenueCell[]): Promise<void> {
  await tx.execute(
    `INSERT INTO subscriptions.revenue_cell (snapshot_id, company_id, country, plan_id, currency, monthly_minor, yearly_minor, company_since)
     SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::date[])`,
    [
      snapshotId,
      cells.map((cell) => cell.companyId),
      cells.map((cell) => cell.country),
      cells.map((cell) => cell.planId),
      cells.map((cell) => cell.currency),
      cells.map((cell) => cell.monthlyMinor),
      cells.map((cell) => cell.yearlyMinor),
      cells.map((cell) => cell.companySince),
    ],
  );
}

export const REVENUE_GROUPS = ['total', 'plan', 'country', 'company'] as const;
export type RevenueGroup = (typeof REVENUE_GROUPS)[number];

/** A month of recurring revenue of a group in a currency. Minor units; `expansion` and the like are never below nothing. */
export interface RevenueMonth {
  readonly month: LocalDate;
  readonly currency: Currency;
  /** The plan, country or company; null for all, and for what is no plan's. */
  readonly group: string | null;
  readonly startMinor: bigint;
  readonly newMinor: bigint;
  readonly expansionMinor: bigint;
  readonly reactivationMinor: bigint;
  readonly contractionMinor: bigint;
  readonly churnMinor: bigint;
  readonly endMinor: bigint;
  readonly yearlyMinor: bigint;
  /** What those who were there at the start come to at the end. */
  readonly retainedMinor: bigint;
  readonly companies: number;
  readonly newCompanies: number;
  readonly churnedCompanies: number;
}

const GROUPS: Readonly<Record<RevenueGroup, string>> = {
  total: 'NULL::text', plan: `coalesce((SELECT p.code FROM subscriptions.plan p WHERE p.id = c.plan_id), 'fees')`, country: 'c.country::text', company: 'c.company_id::text',
};

/**
 * Months by their first day, each between the snapshots of the day before it and of its last day. What a company comes to in
 * its group and currency moves from the start to the end, and all of that is one movement: new or reactivation if the company
 * came to nothing at the start in any group, churn if it comes to nothing at the end in any, otherwise expansion or
 * contraction. So the movements always add up.
 * @param after of a page by company: the last company of the page before
 */
export async function revenueMonths(
  reader: Reader,
  issuerId: IssuerId,
  months: readonly { month: LocalDate; from: LocalDate; to: LocalDate }[],
  knownAt: KnownAt,
  group: RevenueGroup,
  limit: number,
  after: string | null = null,
): Promise<RevenueMonth[]> {
  return reader.query<RevenueMonth>(
    `WITH month AS (
       SELECT m.month, m.from_day, s.id AS from_id, e.id AS to_id
         FROM unnest($2::date[], $3::date[], $4::date[]) AS m (month, from_day, to_day)
         JOIN subscriptions.revenue_snapshot s ON s.issuer_id = $1 AND s.on_day = m.from_day AND s.known_at = $5::timestamptz AND s.completed_at IS NOT NULL
         JOIN subscriptions.revenue_snapshot e ON e.issuer_id = $1 AND e.on_day = m.to_day AND e.known_at = $5::timestamptz AND e.completed_at IS NOT NULL
     ), pair AS (
       SELECT m.month, m.from_day, ${GROUPS[group]} AS "group", c.currency, c.company_id, min(c.company_since) AS since,
              coalesce(sum(c.monthly_minor) FILTER (WHERE c.snapshot_id = m.from_id), 0)::bigint AS a,
              coalesce(sum(c.monthly_minor) FILTER (WHERE c.snapshot_id = m.to_id), 0)::bigint AS b,
              coalesce(sum(c.yearly_minor) FILTER (WHERE c.snapshot_id = m.to_id), 0)::bigint AS yearly
         FROM month m JOIN subscriptions.revenue_cell c ON c.snapshot_id IN (m.from_id, m.to_id)
        GROUP BY 1, 2, 3, 4, 5
     ), known AS (
       SELECT *, sum(a) OVER company = 0 AS was_nothing, sum(b) OVER company = 0 AS is_nothing FROM pair
       WINDOW company AS (PARTITION BY month, currency, company_id)
     )
     SELECT month, currency, "group", sum(a)::bigint AS "startMinor", sum(b)::bigint AS "endMinor", sum(yearly)::bigint AS "yearlyMinor",
            coalesce(sum(b - a) FILTER (WHERE was_nothing AND since > from_day), 0)::bigint AS "newMinor",
            coalesce(sum(b - a) FILTER (WHERE was_nothing AND since <= from_day), 0)::bigint AS "reactivationMinor",
            coalesce(sum(b - a) FILTER (WHERE NOT was_nothing AND NOT is_nothing AND b > a), 0)::bigint AS "expansionMinor",
            coalesce(sum(a - b) FILTER (WHERE NOT was_nothing AND NOT is_nothing AND b < a), 0)::bigint AS "contractionMinor",
            coalesce(sum(a - b) FILTER (WHERE NOT was_nothing AND is_nothing), 0)::bigint AS "churnMinor",
            coalesce(sum(b) FILTER (WHERE NOT was_nothing), 0)::bigint AS "retainedMinor",
            count(*) FILTER (WHERE b <> 0)::int AS companies, count(*) FILTER (WHERE was_nothing AND b <> 0 AND since > from_day)::int AS "newCompanies",
            count(*) FILTER (WHERE a <> 0 AND is_nothing)::int AS "churnedCompanies"
       FROM known WHERE (a <> 0 OR b <> 0) AND ($7::text IS NULL OR "group" > $7)
      GROUP BY 1, 2, 3 ORDER BY 3 NULLS FIRST, 1, 2 LIMIT $6`,
    [issuerId, months.map((each) => each.month), months.map((each) => each.from), months.map((each) => each.to), knownAt, limit, after],
  );
}

/** The newest instant as known at which whole snapshots of all the days are there. */
export async function newestKnown(reader: Reader, issuerId: IssuerId, days: readonly LocalDate[]): Promise<KnownAt | undefined> {
  const row = await reader.first<{ known: string }>(
    `SELECT ${instantAsText('known_at')} AS known FROM subscriptions.revenue_snapshot
      WHERE issuer_id = $1 AND on_day = ANY ($2::date[]) AND completed_at IS NOT NULL
      GROUP BY known_at HAVING count(DISTINCT on_day) = (SELECT count(DISTINCT day) FROM unnest($2::date[]) AS day) ORDER BY known_at DESC LIMIT 1`,
    [issuerId, days],
  );
  return row?.known;
}
