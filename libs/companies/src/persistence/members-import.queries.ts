// The SQL of the members' import: what is said about its rows, what they would change, and who is missing from them.
import { CompanyId, LocalDate, MemberId } from '@countinghouse/kernel';
import { ImportChunk, ImportRun, INTO_REJECTIONS, isAccepted, KEY_SEPARATOR, Reader, Tx, withoutNestedLoops } from '@countinghouse/platform';
import { outcomes, People } from './member.queries';

/** What a file would do, by the names the figures have in the run's result. */
export interface Preview {
  readonly toAdd: number;
  readonly toChange: number;
  readonly toReturn: number;
  readonly toLeave: number;
  readonly toKeep: number;
}

/**
 * Refuses rows of companies that are not there or closed, and those whose people would leave before they come; counts
 * what the others would change. One statement, in which $2, of the staged people, is the run.
 */
export async function judge(tx: Tx, people: People): Promise<Preview> {
  const row = await tx.one<Record<keyof Preview, bigint>>(
    `WITH wanted AS MATERIALIZED (${people.sql}), judged AS MATERIALIZED (
       SELECT line, company_number, new_eligible_from, new_left_on, left_on, eligible_from,
              CASE WHEN company_id IS NULL THEN 'COMPANY_UNKNOWN' WHEN company_status = 'closed' THEN 'COMPANY_CLOSED'
                   WHEN new_left_on <= new_eligible_from THEN 'LEFT_BEFORE_ELIGIBLE' END AS code,
              CASE WHEN id IS NULL THEN 'add' WHEN NOT differs THEN 'keep' WHEN returns THEN 'return'
                   WHEN new_left_on IS NOT NULL AND old_left_on IS NULL THEN 'leave' ELSE 'change' END AS outcome
         FROM (${outcomes(people, 'LEFT JOIN')}) AS o
     ), refused AS (
       ${INTO_REJECTIONS}
       SELECT $2, j.line, said."column", said.value, j.code, said.reason, said.remedy
         FROM judged j
         JOIN LATERAL (VALUES
           ('COMPANY_UNKNOWN', 'company_number', j.company_number, format('There is no company %s.', j.company_number),
            'Correct the number, or import the company first.'),
           ('COMPANY_CLOSED', 'company_number', j.company_number, format('The company %s is closed.', j.company_number), 'Remove the line.'),
           ('LEFT_BEFORE_ELIGIBLE', CASE WHEN j.left_on IS NULL THEN 'eligible_from' ELSE 'left_on' END, coalesce(j.left_on, j.eligible_from)::text,
            format('The member would leave on %s, which is not after the first day, %s.', j.new_left_on, j.new_eligible_from),
            'Give a left_on later than eligible_from, or leave the cell empty for someone who has not left.')
         ) AS said(code, "column", value, reason, remedy) ON said.code = j.code
        ORDER BY j.line
     )
     SELECT count(*) FILTER (WHERE outcome = 'add') AS "toAdd", count(*) FILTER (WHERE outcome = 'change') AS "toChange",
            count(*) FILTER (WHERE outcome = 'return') AS "toReturn", count(*) FILTER (WHERE outcome = 'leave') AS "toLeave",
            count(*) FILTER (WHERE outcome = 'keep') AS "toKeep"
       FROM judged WHERE code IS NULL`,
    people.params,
  );
  return { toAdd: Number(row.toAdd), toChange: Number(row.toChange), toReturn: Number(row.toReturn), toLeave: Number(row.toLeave), toKeep: Number(row.toKeep) };
}

/** How many companies the file names, how many of them are not there or closed, and how many have members already. */
export async function companiesNamed(reader: Reader, run: ImportRun): Promise<{ companies: number; companiesRefused: number; companiesPeopled: number }> {
  const row = await reader.one<{ companies: bigint; refused: bigint; peopled: bigint }>(
    `SELECT count(*) AS companies, count(*) FILTER (WHERE c.id IS NULL OR c.status = 'closed') AS refused,
            count(*) FILTER (WHERE EXISTS (SELECT FROM companies.member m WHERE m.company_id = c.id)) AS peopled
       FROM (SELECT DISTINCT cells[1] AS number FROM platform.import_row WHERE file_id = $1 AND cells IS NOT NULL) AS named
       LEFT JOIN companies.company c ON c.number = named.number`,
    [run.input.fileId],
  );
  return { companies: Number(row.companies), companiesRefused: Number(row.refused), companiesPeopled: Number(row.peopled) };
}

/**
 * Refuses dependants whose employee is neither in the file nor on record, or is a dependant too, and rows that would make
 * a dependant of somebody who has dependants. All rows at once: the employee may stand anywhere in the file. Rows are hashed
 * with rows; people on record are looked up one by one, by index, whatever the planner thinks of either.
 */
export async function refuseDependants(tx: Tx, run: ImportRun): Promise<void> {
  const statement = () => tx.execute(
    `WITH dependant AS (
       SELECT r.line, r.cells[8] AS employee_id, c.id AS company_id, r.cells[1] || $3 || r.cells[8] AS employee_key, r.cells[2] AS own_id
         FROM platform.import_row r JOIN companies.company c ON c.number = r.cells[1]
        WHERE r.file_id = $1 AND r.cells[8] IS NOT NULL AND ${isAccepted('$2')}
     ), judged AS (
       SELECT d.line, d.employee_id,
              CASE WHEN EXISTS (SELECT FROM companies.member x
                                 WHERE x.dependant_of = (SELECT m.id FROM companies.member m WHERE m.company_id = d.company_id AND m.employee_id = d.own_id))
                     THEN 'DEPENDANT_HAS_DEPENDANTS'
                   WHEN r.line IS NOT NULL AND r.cells[8] IS NULL AND ${isAccepted('$2')} THEN NULL
                   WHEN r.line IS NULL AND e.id IS NOT NULL AND e.dependant_of IS NULL THEN NULL
                   WHEN coalesce(r.cells[8] IS NOT NULL, e.dependant_of IS NOT NULL) THEN 'EMPLOYEE_IS_DEPENDANT'
                   ELSE 'EMPLOYEE_UNKNOWN' END AS code
         FROM dependant d
         LEFT JOIN platform.import_row r ON r.file_id = $1 AND r.key = d.employee_key
         LEFT JOIN LATERAL (SELECT m.id, m.dependant_of FROM companies.member m WHERE m.company_id = d.company_id AND m.employee_id = d.employee_id LIMIT 1) AS e ON true
     )
     ${INTO_REJECTIONS}
     SELECT DISTINCT ON (j.line) $2, j.line, 'dependant_of', j.employee_id, j.code, said.reason, said.remedy
       FROM judged j
       JOIN (VALUES
         ('DEPENDANT_HAS_DEPENDANTS', 'Somebody with dependants cannot be a dependant.', 'Leave the cell empty, or let the dependants leave first.'),
         ('EMPLOYEE_IS_DEPENDANT', 'The cell names a dependant; a dependant belongs to an employee.', 'Name the employee.'),
         ('EMPLOYEE_UNKNOWN', 'The employee is neither on record nor among the good rows of the file.', 'Correct the employee id, or the row of the employee.')
       ) AS said(code, reason, remedy) ON said.code = j.code
      ORDER BY j.line`,
    [run.input.fileId, run.id, KEY_SEPARATOR],
  );
  await withoutNestedLoops(tx, statement);
}

/** A company's people on a day, and how a complete list of them stands beside the record. */
export interface Snapshot {
  readonly companyId: CompanyId;
  readonly asOf: LocalDate;
  /** Whether the list tells of dependants; otherwise they leave only with their employees. */
  readonly namesDependants: boolean;
}

/** On record on the day: whoever's stay has begun before it and goes on through it. */
const PRESENT = (namesDependants: boolean) => `
  m.company_id = $1 AND m.eligible_from < $2::date AND (m.left_on IS NULL OR m.left_on > $2::date)${namesDependants ? '' : ' AND m.dependant_of IS NULL'}`;

/**
 * Who is on record and missing from the file, and was on record when the run began. A row that was refused still names
 * its person. By EXCEPT, which is a hash or a sort whatever the planner thinks of the staged rows.
 */
const MISSING = (namesDependants: boolean) => `
  (SELECT m.employee_id FROM companies.member m
    WHERE ${PRESENT(namesDependants)} AND m.created_at <= (SELECT created_at FROM platform.run WHERE id = $4)
   EXCEPT
   SELECT split_part(r.key, $5, 2) FROM platform.import_row r WHERE r.file_id = $3 AND r.key IS NOT NULL) AS missing`;

export async function missingMembers(reader: Reader, { companyId, asOf, namesDependants }: Snapshot, run: ImportRun): Promise<MemberId[]> {
  const rows = await reader.query<{ id: MemberId }>(
    `SELECT m.id FROM ${MISSING(namesDependants)} JOIN companies.member m ON m.company_id = $1 AND m.employee_id = missing.employee_id`,
    [companyId, asOf, run.input.fileId, run.id, KEY_SEPARATOR],
  );
  return rows.map(({ id }) => id);
}

/** How many people the company has before the file, how many of them are missing from it, and how many rows name nobody. */
export async function compareSnapshot(
  reader: Reader,
  { companyId, asOf, namesDependants }: Snapshot,
  run: ImportRun,
): Promise<{ present: number; missing: number; nameless: number }> {
  const row = await reader.one<{ present: bigint; missing: bigint; nameless: bigint }>(
    `SELECT (SELECT count(*) FROM companies.member m WHERE ${PRESENT(namesDependants)}) AS present,
            (SELECT count(*) FROM ${MISSING(namesDependants)}) AS missing,
            (SELECT count(*) FROM platform.import_row WHERE file_id = $3 AND key IS NULL) AS nameless`,
    [companyId, asOf, run.input.fileId, run.id, KEY_SEPARATOR],
  );
  return { present: Number(row.present), missing: Number(row.missing), nameless: Number(row.nameless) };
}

/**
 * Takes the locks under which the members and the headcount of the chunk's companies change, in the order of their
 * numbers. The caller reads in a later statement: a snapshot is not refreshed by waiting.
 */
export async function lockCompaniesOfChunk(tx: Tx, run: ImportRun, { firstRow, lastRow }: ImportChunk): Promise<void> {
  await tx.query(
    `SELECT id FROM companies.company
      WHERE number IN (SELECT cells[1] FROM platform.import_row WHERE file_id = $1 AND row_no BETWEEN $2 AND $3)
      ORDER BY number FOR NO KEY UPDATE`,
    [run.input.fileId, firstRow, lastRow],
  );
}

/** How many rows are refused, of the chunk or of the whole file. Lines of the file stand in the order of its rows. */
export async function refusedRows(reader: Reader, run: ImportRun, { firstRow, lastRow } = { firstRow: 1, lastRow: run.input.rows }): Promise<number> {
  const { rows } = await reader.one<{ rows: bigint }>(
    `SELECT count(DISTINCT line) AS rows FROM platform.import_rejection
      WHERE run_id = $2 AND line BETWEEN (SELECT line FROM platform.import_row WHERE file_id = $1 AND row_no = $3)
                                     AND (SELECT line FROM platform.import_row WHERE file_id = $1 AND row_no = $4)`,
    [run.input.fileId, run.id, firstRow, lastRow],
  );
  return Number(rows);
}
