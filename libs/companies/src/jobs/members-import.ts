// The import of members: a delta, so that people the file does not name stay as they are.
import { Injectable } from '@nestjs/common';
import { event, MembersImported } from '@countinghouse/contracts';
import {
  ImportColumns, ImportHandler, ImportKind, ImportRow, ImportRun, Outbox, Reader, Rejection, rejection, RowOf, Tx,
} from '@countinghouse/platform';
import { headcountChanges } from '../domain/headcount';
import { companyStatuses, lockCompanies } from '../persistence/company.queries';
import { appendHeadcountChanges } from '../persistence/headcount.queries';
import { leavingDays, MemberRow, OPTIONAL_COLUMNS, upsertMembers } from '../persistence/member.queries';

const COLUMNS = {
  company_number: { type: 'text', required: true, max: 40 },
  employee_id: { type: 'text', required: true, max: 60 },
  name: { type: 'text', required: true },
  email: { type: 'email' },
  cost_centre: { type: 'text', max: 60 },
  eligible_from: { type: 'date', required: true },
  left_on: { type: 'date' },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

@Injectable()
@ImportKind({ kind: 'companies.members', queue: 'companies', columns: COLUMNS, key: ['company_number', 'employee_id'] })
export class MembersImport extends ImportHandler<Row> {
  constructor(private readonly outbox: Outbox) {
    super();
  }

  async check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Rejection[]> {
    const numbers = [...new Set(rows.map(({ values }) => values.company_number))];
    const statuses = await companyStatuses(reader, numbers);
    const left = run.input.columns.includes('left_on') ? leftByTheFile : await leftOnRecord(reader, rows);
    return rows.flatMap((row) => [...companyRejections(row, statuses), ...orderRejections(row, left(row.values))]);
  }

  /** Members of a company change under the lock of its row, so that two imports of it take turns and lose nothing. */
  async apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>> {
    await lockCompanies(tx, [...new Set(rows.map(({ values }) => values.company_number))]);
    const given = new Set(OPTIONAL_COLUMNS.filter((column) => run.input.columns.includes(column)));
    const written = await upsertMembers(tx, rows.map(({ values }) => memberRow(values)), given);
    await appendHeadcountChanges(tx, headcountChanges(written), { type: 'run', id: run.id });
    const added = written.filter(({ before }) => before === null).length;
    const left = written.filter(({ before, after }) => after.leftOn !== null && (before?.leftOn ?? null) === null).length;
    return { added, changed: written.length - added, unchanged: rows.length - written.length, left };
  }

  override async completed(tx: Tx, run: ImportRun): Promise<void> {
    const count = (name: string) => Number(run.result[name] ?? 0);
    if (count('added') + count('changed') === 0) return;
    const companies = await this.countDistinct(tx, run, 'company_number');
    const payload = { runId: run.id, companies, added: count('added'), changed: count('changed'), left: count('left') };
    await this.outbox.append(tx, [event(MembersImported, payload)]);
  }
}

type LeavingDay = (row: Row) => string | null;

const leftByTheFile: LeavingDay = (row) => row.left_on;

/** A file without the column leaves the day of leaving as it is; then the new first day must still lie before it. */
async function leftOnRecord(reader: Reader, rows: readonly ImportRow<Row>[]): Promise<LeavingDay> {
  const days = await leavingDays(reader, rows.map(({ values }) => ({ companyNumber: values.company_number, employeeId: values.employee_id })));
  const byMember = new Map(days.map(({ companyNumber, employeeId, leftOn }) => [JSON.stringify([companyNumber, employeeId]), leftOn]));
  return (row) => byMember.get(JSON.stringify([row.company_number, row.employee_id])) ?? null;
}

function companyRejections({ line, values }: ImportRow<Row>, statuses: ReadonlyMap<string, string>): Rejection[] {
  const value = values.company_number;
  const status = statuses.get(value);
  const at = { line, column: 'company_number', value };
  if (status === undefined) {
    const reason = `There is no company ${value}.`;
    return [rejection({ ...at, code: 'COMPANY_UNKNOWN', reason, remedy: 'Correct the number, or import the company first.' })];
  }
  if (status !== 'closed') return [];
  return [rejection({ ...at, code: 'COMPANY_CLOSED', reason: `The company ${value} is closed.`, remedy: 'Remove the line.' })];
}

function orderRejections({ line, values }: ImportRow<Row>, leftOn: string | null): Rejection[] {
  if (leftOn === null || values.eligible_from < leftOn) return [];
  return [
    rejection({
      line,
      column: values.left_on === null ? 'eligible_from' : 'left_on',
      value: values.left_on ?? values.eligible_from,
      code: 'LEFT_BEFORE_ELIGIBLE',
      reason: `The member would leave on ${leftOn}, which is not after the first day, ${values.eligible_from}.`,
      remedy: 'Give a left_on later than eligible_from, or leave the cell empty for someone who has not left.',
    }),
  ];
}

function memberRow(row: Row): MemberRow {
  return {
    companyNumber: row.company_number,
    employeeId: row.employee_id,
    name: row.name,
    email: row.email,
    costCentre: row.cost_centre,
    eligibleFrom: row.eligible_from,
    leftOn: row.left_on,
  };
}
