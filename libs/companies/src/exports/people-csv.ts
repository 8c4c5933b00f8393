// People and refused rows as CSV, read batch by batch so that memory does not grow with them.
import { CompanyId, csvLine, DomainError, LocalDate, RunId } from '@countinghouse/kernel';
import { Imports, Reader, Runs } from '@countinghouse/platform';
import { MEMBERS_IMPORT } from '../jobs/members-import';

const BATCH = 2_000;

/** The columns of the members' import, so that the file can be mended and imported again, and the status behind them. */
const MEMBER_HEADER = ['company_number', 'employee_id', 'name', 'email', 'cost_centre', 'eligible_from', 'left_on', 'dependant_of', 'status'];

interface MemberLine {
  readonly number: string;
  readonly employee_id: string;
  readonly name: string;
  readonly email: string | null;
  readonly cost_centre: string | null;
  readonly eligible_from: LocalDate;
  readonly left_on: LocalDate | null;
  readonly dependant_of: string | null;
  readonly status: string;
}

/** By employee id; who is erased is left out. @throws DomainError COMPANY_UNKNOWN */
export async function* membersCsv(reader: Reader, companyId: CompanyId): AsyncGenerator<string> {
  const company = await reader.first('SELECT 1 FROM companies.company WHERE id = $1', [companyId]);
  if (!company) throw new DomainError('COMPANY_UNKNOWN', 'There is no such company.', { field: 'companyId', value: companyId });
  yield csvLine(MEMBER_HEADER);
  for (let after = ''; ; ) {
    const rows = await reader.query<MemberLine>(
      `SELECT c.number, m.employee_id, m.name, m.email, m.cost_centre, m.eligible_from, m.left_on, e.employee_id AS dependant_of, m.status
         FROM companies.member m JOIN companies.company c ON c.id = m.company_id LEFT JOIN companies.member e ON e.id = m.dependant_of
        WHERE m.company_id = $1 AND m.employee_id > $2 AND m.erased_at IS NULL ORDER BY m.employee_id LIMIT ${BATCH}`,
      [companyId, after],
    );
    if (rows.length > 0) {
      yield rows
        .map((row) => csvLine([row.number, row.employee_id, row.name, row.email, row.cost_centre, row.eligible_from, row.left_on, row.dependant_of, row.status]))
        .join('');
    }
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.employee_id;
  }
}

/** In the order of the file. @throws DomainError RUN_NOT_FOUND, also for a run that is no import of people */
export async function* rejectionsCsv(reader: Reader, runs: Runs, imports: Imports, runId: RunId): AsyncGenerator<string> {
  const run = await runs.get(reader, runId);
  if (run.kind !== MEMBERS_IMPORT) throw new DomainError('RUN_NOT_FOUND', 'there is no such import of people', { field: 'runId', value: runId });
  yield csvLine(['line', 'column', 'value', 'code', 'reason', 'remedy']);
  for (let after = { line: 0, id: 0n }; ; ) {
    const rows = await imports.rejections(reader, runId, { after, limit: 1_000 });
    if (rows.length > 0) yield rows.map(({ line, column, value, code, reason, remedy }) => csvLine([line, column, value, code, reason, remedy])).join('');
    if (rows.length < 1_000) return;
    const { line, id } = rows.at(-1)!;
    after = { line, id };
  }
}
