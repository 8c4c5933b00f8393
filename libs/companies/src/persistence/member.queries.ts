// The SQL that writes people by the set: a file's staged rows and a single change by the same statements.
import { CompanyId, LocalDate, MemberId } from '@countinghouse/kernel';
import { isAccepted, Reader, Tx, violatedConstraint } from '@countinghouse/platform';
import { statusInCompany } from './enrolment.queries';
import { appendHeadcount, beforeHeadcount, HeadcountSource } from './headcount.queries';

/** The optional columns, by the names they have in files and in the table. */
export const OPTIONAL_COLUMNS = ['email', 'cost_centre', 'left_on', 'dependant_of'] as const;
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

/**
 * A list of people as SQL: company_id, employee_id, name, email, cost_centre, eligible_from, left_on, dependant_of (an employee
 * id), and as_of, the day on which the list is true: a changed cost centre counts from it.
 */
export interface People {
  readonly sql: string;
  readonly params: readonly unknown[];
  /** The id of a person who is new, as SQL. */
  readonly newId: string;
  /** How many people are in the list. */
  readonly count: number;
  /** Whether nobody of the list was on record a while ago. */
  readonly areNew: boolean;
  /** Whether somebody of the list may be a dependant. */
  readonly hasDependants: boolean;
  /** The optional columns that are spoken of; what is not spoken of stays as it is. */
  readonly given: ReadonlySet<OptionalColumn>;
  /** Whether the list names everybody: then somebody it names is there on the day, even if a leaving is on record. */
  readonly isSnapshot: boolean;
}

/** One person, as a use case writes it. */
export interface Person {
  readonly companyId: CompanyId;
  readonly employeeId: string;
  readonly name: string;
  readonly email: string | null;
  readonly costCentre: string | null;
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | null;
  readonly dependantOf: string | null;
}

/** Staged rows of the members' import: whose rows go in, from a row to another. */
export interface StagedPeople {
  readonly fileId: string;
  readonly runId: string;
  readonly firstRow: number;
  readonly lastRow: number;
  readonly who: 'everybody' | 'employees' | 'dependants' | 'suspects';
  /** The day on which the rows are true; null: the day that it was for each company at the instant. */
  readonly asOf: LocalDate | null;
  readonly at: string;
}

/** Suspects are all rows that a check could have something against: it need not look at the others. */
const WHO = {
  everybody: '',
  employees: ' AND r.cells[8] IS NULL',
  dependants: ' AND r.cells[8] IS NOT NULL',
  suspects: ` AND (r.cells[7] IS NOT NULL OR c.id IS NULL OR c.status = 'closed')`,
} as const;

/** The cells of the members' import, in the order in which its columns are declared. */
export function stagedPeople({ fileId, runId, firstRow, lastRow, who, asOf, at }: StagedPeople): Pick<People, 'sql' | 'params' | 'newId'> {
  return {
    newId: 'uuidv7()',
    sql: `SELECT r.line, c.id AS company_id, c.status AS company_status, r.cells[1] AS company_number, r.cells[2] AS employee_id, r.cells[3] AS name,
                 r.cells[4] AS email, r.cells[5] AS cost_centre, r.cells[6]::date AS eligible_from, r.cells[7]::date AS left_on, r.cells[8] AS dependant_of,
                 coalesce($5::date, ($6::timestamptz AT TIME ZONE c.time_zone)::date) AS as_of
            FROM platform.import_row r LEFT JOIN companies.company c ON c.number = r.cells[1]
           WHERE r.file_id = $1 AND r.row_no BETWEEN $3 AND $4${WHO[who]} AND ${isAccepted('$2')}`,
    params: [fileId, runId, firstRow, lastRow, asOf, at],
  };
}

export function onePerson(id: MemberId, person: Person, asOf: LocalDate): Pick<People, 'sql' | 'params' | 'newId' | 'count' | 'areNew' | 'hasDependants'> {
  const { companyId, employeeId, name, email, costCentre, eligibleFrom, leftOn, dependantOf } = person;
  return {
    newId: '$9::uuid',
    count: 1,
    areNew: true,
    hasDependants: person.dependantOf !== null,
    sql: `SELECT $1::uuid AS company_id, $2::text AS employee_id, $3::text AS name, $4::text AS email, $5::text AS cost_centre,
                 $6::date AS eligible_from, $7::date AS left_on, $8::text AS dependant_of, $9::uuid AS new_id, $10::date AS as_of`,
    params: [companyId, employeeId, name, email, costCentre, eligibleFrom, leftOn, dependantOf, id, asOf],
  };
}

export interface PeopleWritten {
  readonly added: number;
  readonly changed: number;
  /** Of the added and changed: those with a day of leaving who had none. */
  readonly left: number;
  readonly returned: number;
}

/**
 * Adds the people who are not on record and changes those who differ; the headcount follows by the rule of
 * headcount.queries. Somebody whose first day lies on or after the day of leaving on record has come back: the earlier
 * stay is kept. A first day before an earlier stay's end says nothing of the present stay, which is left as it is.
 * The caller holds the companies' lock; a constant number of statements.
 */
export async function writePeople(tx: Tx, people: People, source: HeadcountSource): Promise<PeopleWritten> {
  const { added, left } = (people.areNew && (await addUnlessKnown(tx, people, source))) || (await addPeople(tx, people, source, 'ON CONFLICT (company_id, employee_id) DO NOTHING'));
  const changed = added === people.count ? [] : await changedMembers(tx, people);
  if (changed.length === 0) return { added, changed: 0, left, returned: 0 };
  const before = await beforeHeadcount(tx, changed);
  const written = await changePeople(tx, people, changed);
  await appendHeadcount(tx, changed, before, source);
  await dependantsLeave(tx, changed);
  return { ...written, added, left: written.left + left };
}

/**
 * What becomes of each person of the list, beside the row on record; an outer join gives those who are new as well. The list
 * is MATERIALIZED: joined table by table, the planner may look a person up by company alone, which is right for companies
 * of three and ruin for one of 200,000.
 */
export function outcomes({ given, isSnapshot }: People, join: 'JOIN' | 'LEFT JOIN'): string {
  const kept = (column: OptionalColumn) => (given.has(column) ? `w.${column}` : `m.${column}`);
  const isThere = isSnapshot ? `OR (m.left_on <= w.as_of AND ${given.has('left_on') ? 'coalesce(w.left_on > w.as_of, true)' : 'true'})` : '';
  const employee = given.has('dependant_of')
    ? `LEFT JOIN companies.member e ON e.company_id = w.company_id AND e.employee_id = w.dependant_of`
    : '';
  return `
    SELECT w.*, m.id, m.eligible_from AS old_eligible_from, m.left_on AS old_left_on, m.cost_centre AS old_cost_centre,
           m.cost_centre_since AS old_cost_centre_since, m.earlier_left_on AS old_earlier_left_on, back.returns,
           ${kept('email')} AS new_email, ${kept('cost_centre')} AS new_cost_centre, stay.eligible_from AS new_eligible_from,
           stay.left_on AS new_left_on, ${given.has('dependant_of') ? 'e.id' : 'm.dependant_of'} AS new_dependant_of,
           (m.name, m.email, m.cost_centre, m.eligible_from, m.left_on, m.dependant_of) IS DISTINCT FROM
           (w.name, ${kept('email')}, ${kept('cost_centre')}, stay.eligible_from, stay.left_on, ${given.has('dependant_of') ? 'e.id' : 'm.dependant_of'}) AS differs
      FROM wanted w
      ${join} companies.member m ON m.company_id = w.company_id AND m.employee_id = w.employee_id
      ${employee}
     CROSS JOIN LATERAL (SELECT coalesce(w.eligible_from >= m.left_on ${isThere}, false) AS returns) AS back
     CROSS JOIN LATERAL (
       SELECT CASE WHEN back.returns AND w.eligible_from < m.left_on THEN w.as_of
                   WHEN NOT back.returns AND w.eligible_from < m.earlier_left_on THEN m.eligible_from
                   ELSE w.eligible_from END AS eligible_from,
              ${given.has('left_on') ? 'w.left_on' : 'CASE WHEN NOT back.returns THEN m.left_on END'} AS left_on) AS stay`;
}

async function changedMembers(tx: Tx, people: People): Promise<MemberId[]> {
  const rows = await tx.query<{ id: MemberId }>(
    `WITH wanted AS MATERIALIZED (${people.sql}), outcome AS (${outcomes(people, 'JOIN')}) SELECT id FROM outcome WHERE differs`,
    people.params,
  );
  return rows.map(({ id }) => id);
}

/** A cost centre moves on the day of the list; before the first stay began there is nothing to move, and it was always so. */
async function changePeople(tx: Tx, people: People, ids: readonly MemberId[]): Promise<Omit<PeopleWritten, 'added'>> {
  const { changed, left, returned } = await tx.one<{ changed: bigint; left: bigint; returned: bigint }>(
    `WITH wanted AS MATERIALIZED (${people.sql}), outcome AS (${outcomes(people, 'JOIN')}),
     change AS MATERIALIZED (
       SELECT *, coalesce(old_cost_centre_since, '-infinity') AS since,
              CASE WHEN new_cost_centre IS NOT DISTINCT FROM old_cost_centre THEN NULL
                   WHEN old_earlier_left_on IS NULL AND NOT returns AND as_of <= new_eligible_from THEN '-infinity'
                   ELSE as_of END AS moves_on
         FROM outcome WHERE id = ANY ($${people.params.length + 1}::uuid[])
     ), stays AS (
       INSERT INTO companies.member_past_stay (member_id, eligible_from, left_on)
       SELECT id, old_eligible_from, old_left_on FROM change WHERE returns
     ), unsaid AS (
       DELETE FROM companies.member_past_cost_centre p USING change v WHERE p.member_id = v.id AND p.starts_on >= v.moves_on
     ), shortened AS (
       UPDATE companies.member_past_cost_centre p SET ends_on = v.moves_on
         FROM change v WHERE p.member_id = v.id AND p.starts_on < v.moves_on AND p.ends_on > v.moves_on
     ), past AS (
       INSERT INTO companies.member_past_cost_centre (member_id, starts_on, ends_on, cost_centre)
       SELECT id, since, moves_on, old_cost_centre FROM change WHERE since < moves_on
     ), written AS (
       UPDATE companies.member m
          SET name = c.name, email = c.new_email, cost_centre = c.new_cost_centre, eligible_from = c.new_eligible_from,
              left_on = c.new_left_on, dependant_of = c.new_dependant_of,
              cost_centre_since = CASE WHEN c.moves_on IS NULL THEN m.cost_centre_since WHEN isfinite(c.moves_on) THEN c.moves_on END,
              earlier_left_on = CASE WHEN c.returns THEN c.old_left_on ELSE m.earlier_left_on END,
              status = CASE WHEN c.new_left_on IS NOT NULL THEN 'left' WHEN m.status = 'left' THEN ${statusInCompany('c.as_of')} ELSE m.status END
         FROM change c
        WHERE m.id = c.id
       RETURNING new.left_on IS NOT NULL AND (old.left_on IS NULL OR c.returns) AS leaves, c.returns
     )
     SELECT count(*) AS changed, count(*) FILTER (WHERE leaves) AS left, count(*) FILTER (WHERE returns) AS returned FROM written`,
    [...people.params, ids],
  );
  return { changed: Number(changed), left: Number(left), returned: Number(returned) };
}

/** Adds them without looking for them first, which is a fifth of the work; nothing happens when somebody is on record after all. */
async function addUnlessKnown(tx: Tx, people: People, source: HeadcountSource): Promise<{ added: number; left: number } | undefined> {
  await tx.execute('SAVEPOINT before_new_people');
  try {
    return await addPeople(tx, people, source, '');
  } catch (error) {
    if (violatedConstraint(error) !== 'member_employee_id_is_unique_in_its_company') throw error;
    await tx.execute('ROLLBACK TO SAVEPOINT before_new_people');
    return undefined;
  }
}

async function addPeople(tx: Tx, people: People, source: HeadcountSource, onConflict: string): Promise<{ added: number; left: number }> {
  const [sourceType, sourceId] = [`$${people.params.length + 1}`, `$${people.params.length + 2}`];
  // Employees have none to look up, and a lookup in the table that is being written would grow with it.
  const employee = people.hasDependants
    ? { id: 'e.id', join: 'LEFT JOIN companies.member e ON e.company_id = w.company_id AND e.employee_id = w.dependant_of' }
    : { id: 'NULL::uuid', join: '' };
  const { added, left } = await tx.one<{ added: bigint; left: bigint }>(
    `WITH wanted AS ${people.hasDependants ? 'MATERIALIZED ' : ''}(${people.sql}), added AS (
       INSERT INTO companies.member (id, company_id, employee_id, name, email, cost_centre, status, eligible_from, left_on, dependant_of)
       SELECT ${people.newId}, w.company_id, w.employee_id, w.name, w.email, w.cost_centre,
              CASE WHEN w.left_on IS NULL THEN 'eligible' ELSE 'left' END, w.eligible_from, w.left_on, ${employee.id}
         FROM wanted w ${employee.join}
       ${onConflict}
       RETURNING company_id, cost_centre, eligible_from, left_on, dependant_of
     ), alike AS (
       SELECT company_id, cost_centre, eligible_from, left_on, dependant_of IS NULL AS counts, count(*) AS people
         FROM added GROUP BY company_id, cost_centre, eligible_from, left_on, dependant_of IS NULL
     ), logged AS (
       INSERT INTO companies.headcount_change (company_id, measure, cost_centre, effective_on, change, source_type, source_id)
       SELECT company_id, 'eligible', cost_centre, turn.effective_on, sum(turn.change), ${sourceType}, ${sourceId}::uuid
         FROM alike CROSS JOIN LATERAL (VALUES (eligible_from, people), (left_on, -people)) AS turn(effective_on, change)
        WHERE counts AND turn.effective_on IS NOT NULL
        GROUP BY company_id, cost_centre, turn.effective_on HAVING sum(turn.change) <> 0
        ORDER BY company_id, turn.effective_on, cost_centre
     )
     SELECT coalesce(sum(people), 0)::bigint AS added, coalesce(sum(people) FILTER (WHERE left_on IS NOT NULL), 0)::bigint AS left FROM alike`,
    [...people.params, source.type, source.id],
  );
  return { added: Number(added), left: Number(left) };
}

/** Members of whom a complete list does not speak leave on its day. The caller holds the companies' lock. */
export async function leave(tx: Tx, ids: readonly MemberId[], on: LocalDate, source: HeadcountSource): Promise<void> {
  const before = await beforeHeadcount(tx, ids);
  await tx.execute(`UPDATE companies.member SET left_on = $2, status = 'left' WHERE id = ANY ($1::uuid[])`, [ids, on]);
  await dependantsLeave(tx, ids);
  await appendHeadcount(tx, ids, before, source);
}

/** A dependant leaves with its employee, or after its first day when that comes later. Dependants are not in the eligible headcount. */
async function dependantsLeave(tx: Tx, ids: readonly MemberId[]): Promise<void> {
  await tx.execute(
    `UPDATE companies.member d SET left_on = greatest(e.left_on, d.eligible_from + 1), status = 'left'
       FROM companies.member e
      WHERE e.id = ANY ($1::uuid[]) AND e.left_on IS NOT NULL AND d.dependant_of = e.id
        AND coalesce(d.left_on > greatest(e.left_on, d.eligible_from + 1), true)`,
    [ids],
  );
}

/** The same for all dependants of the companies whose dependants a file names: it may name some whose employee has left. */
export async function dependantsOfFileLeave(tx: Tx, fileId: string): Promise<void> {
  await tx.execute(
    `UPDATE companies.member d SET left_on = greatest(e.left_on, d.eligible_from + 1), status = 'left'
       FROM companies.member e
      WHERE d.company_id IN (SELECT c.id FROM companies.company c
                              WHERE c.number IN (SELECT DISTINCT cells[1] FROM platform.import_row WHERE file_id = $1 AND cells[8] IS NOT NULL))
        AND d.dependant_of = e.id AND e.left_on IS NOT NULL
        AND coalesce(d.left_on > greatest(e.left_on, d.eligible_from + 1), true)`,
    [fileId],
  );
}

/** The member with an employee id, if the company has one. */
export async function existingMember(reader: Reader, companyId: CompanyId, employeeId: string): Promise<MemberId | undefined> {
  const found = await reader.first<{ id: MemberId }>(`SELECT id FROM companies.member WHERE company_id = $1 AND employee_id = $2`, [companyId, employeeId]);
  return found?.id;
}
