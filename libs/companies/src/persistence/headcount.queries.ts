// The SQL of the headcount log, and of what the members say that the log must say.
import { CompanyId, DateRange, LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import type { HeadcountChange, HeadcountMeasure } from '../domain/headcount';

/** What a change was recorded for: an import, one member, enrolments of a company. */
export interface HeadcountSource {
  readonly type: 'run' | 'member' | 'enrolment';
  readonly id: string;
}

/** Steps of the headcount as the log has them: so many more people from a day on, in a cost centre or in none. */
export interface HeadcountSteps {
  readonly companies: CompanyId[];
  readonly measures: HeadcountMeasure[];
  readonly costCentres: (string | null)[];
  readonly days: LocalDate[];
  readonly changes: number[];
}

const NOBODY: HeadcountSteps = { companies: [], measures: [], costCentres: [], days: [], changes: [] };

/**
 * The one rule of the headcount, for the members $1. Eligible is an employee on the days of each stay, enrolled is anybody
 * on the days of a running enrolment, and both count in the cost centre that the person has on the day.
 */
const STEPS = `
  asked AS (
    SELECT m.id, m.company_id, m.dependant_of, m.eligible_from, m.left_on, m.cost_centre, m.cost_centre_since
      FROM companies.member m WHERE m.id = ANY ($1::uuid[])
  ), stretch AS (
    SELECT id, company_id, 'eligible' AS measure, eligible_from AS starts_on, coalesce(left_on, 'infinity') AS ends_on
      FROM asked WHERE dependant_of IS NULL
    UNION ALL
    SELECT a.id, a.company_id, 'eligible', p.eligible_from, p.left_on
      FROM asked a JOIN companies.member_past_stay p ON p.member_id = a.id WHERE a.dependant_of IS NULL
    UNION ALL
    SELECT e.id, e.company_id, 'enrolled', e.effective_on, coalesce(e.next_on, 'infinity')
      FROM (SELECT a.id, a.company_id, s.effective_on, s.enrolled, lead(s.effective_on) OVER (PARTITION BY a.id ORDER BY s.effective_on) AS next_on
              FROM asked a JOIN companies.member_enrolment s ON s.member_id = a.id) AS e
     WHERE e.enrolled
  ), centre AS (
    SELECT id, cost_centre, coalesce(cost_centre_since, '-infinity') AS starts_on, 'infinity'::date AS ends_on FROM asked
    UNION ALL
    SELECT a.id, p.cost_centre, p.starts_on, p.ends_on FROM asked a JOIN companies.member_past_cost_centre p ON p.member_id = a.id
  ), step AS (
    SELECT s.company_id, s.measure, c.cost_centre, turn.effective_on, turn.change
      FROM stretch s
      JOIN centre c ON c.id = s.id AND c.starts_on < s.ends_on AND s.starts_on < c.ends_on
     CROSS JOIN LATERAL (VALUES (greatest(s.starts_on, c.starts_on), 1), (least(s.ends_on, c.ends_on), -1)) AS turn(effective_on, change)
     WHERE isfinite(turn.effective_on)
  )`;

/** The locks under which members and their headcount change. */
export async function lockCompaniesOfMembers(tx: Tx, memberIds: readonly MemberId[]): Promise<void> {
  await tx.query(
    `SELECT c.id FROM companies.company c WHERE c.id IN (SELECT m.company_id FROM companies.member m WHERE m.id = ANY ($1::uuid[]))
      ORDER BY c.number FOR NO KEY UPDATE`,
    [memberIds],
  );
}

/**
 * Takes the locks under which these members and their headcount change: the rows of their companies, in the order of
 * the numbers. Then tells what the members say now; {@link appendHeadcount} wants it back after the change.
 */
export async function beforeHeadcount(tx: Tx, memberIds: readonly MemberId[]): Promise<HeadcountSteps> {
  if (memberIds.length === 0) return NOBODY;
  await lockCompaniesOfMembers(tx, memberIds);
  const rows = await tx.query<{ company_id: CompanyId; measure: HeadcountMeasure; cost_centre: string | null; effective_on: LocalDate; change: number }>(
    `WITH ${STEPS}
     SELECT company_id, measure, cost_centre, effective_on, sum(change)::int AS change FROM step
      GROUP BY company_id, measure, cost_centre, effective_on HAVING sum(change) <> 0`,
    [memberIds],
  );
  return {
    companies: rows.map((row) => row.company_id),
    measures: rows.map((row) => row.measure),
    costCentres: rows.map((row) => row.cost_centre),
    days: rows.map((row) => row.effective_on),
    changes: rows.map((row) => row.change),
  };
}

/** Appends what the members say now and did not say before: the same for a file, a single change, and a correction of the past. */
export async function appendHeadcount(
  tx: Tx,
  memberIds: readonly MemberId[],
  before: HeadcountSteps,
  source: HeadcountSource | null,
): Promise<void> {
  if (memberIds.length === 0) return;
  await tx.execute(
    `WITH ${STEPS}
     INSERT INTO companies.headcount_change (company_id, measure, cost_centre, effective_on, change, source_type, source_id)
     SELECT company_id, measure, cost_centre, effective_on, sum(change), coalesce($7, 'enrolment'), coalesce($8, company_id)
       FROM (SELECT * FROM step
             UNION ALL
             SELECT company_id, measure, cost_centre, effective_on, -change
               FROM unnest($2::uuid[], $3::text[], $4::text[], $5::date[], $6::int[]) AS b(company_id, measure, cost_centre, effective_on, change)) AS difference
      GROUP BY company_id, measure, cost_centre, effective_on HAVING sum(change) <> 0
      ORDER BY company_id, measure, effective_on, cost_centre`,
    [memberIds, before.companies, before.measures, before.costCentres, before.days, before.changes, source?.type ?? null, source?.id ?? null],
  );
}

/** Which people are counted: those of a measure, of one cost centre if it is given (null: those who have none). */
export interface Counted {
  readonly measure: HeadcountMeasure;
  readonly costCentre?: string | null;
}

/**
 * The changes of each company before the range's end, summed by day, in order; those before its start stand on its start.
 * Company by company, so that each costs its own stretch of the index, however long the log of the others is.
 */
export async function headcountChangesByDay(
  reader: Reader,
  companyIds: readonly CompanyId[],
  range: DateRange,
  { measure, costCentre }: Counted,
): Promise<HeadcountChange[]> {
  const params: unknown[] = [companyIds, range.start, range.end, measure];
  return reader.query(
    `SELECT asked.id AS "companyId", ofday.effective_on AS "effectiveOn", ofday.change
       FROM unnest($1::uuid[]) AS asked(id)
      CROSS JOIN LATERAL (
        SELECT greatest(h.effective_on, $2::date) AS effective_on, sum(h.change)::int AS change
          FROM companies.headcount_change h
         WHERE h.company_id = asked.id AND h.measure = $4 AND h.effective_on < $3::date${ofCostCentre(params, costCentre)}
         GROUP BY 1) AS ofday
      ORDER BY 1, 2`,
    params,
  );
}

/** The people of each company on a day, by cost centre; a company without people is left out. */
export async function headcountByCostCentre(
  reader: Reader,
  companyIds: readonly CompanyId[],
  on: LocalDate,
  measure: HeadcountMeasure,
): Promise<{ companyId: CompanyId; costCentre: string | null; count: number }[]> {
  return reader.query(
    `SELECT asked.id AS "companyId", there.cost_centre AS "costCentre", there.count
       FROM unnest($1::uuid[]) AS asked(id)
      CROSS JOIN LATERAL (
        SELECT h.cost_centre, sum(h.change)::int AS count
          FROM companies.headcount_change h
         WHERE h.company_id = asked.id AND h.measure = $3 AND h.effective_on <= $2::date
         GROUP BY 1 HAVING sum(h.change) <> 0) AS there
      ORDER BY 1, 2 NULLS FIRST`,
    [companyIds, on, measure],
  );
}

function ofCostCentre(params: unknown[], costCentre: string | null | undefined): string {
  if (costCentre === undefined) return '';
  return ` AND h.cost_centre IS NOT DISTINCT FROM $${params.push(costCentre)}::text`;
}
