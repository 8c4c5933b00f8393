// The SQL that writes members by the set.
import { CompanyId, LocalDate, MemberId } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import type { EligibilityChange } from '../domain/headcount';

/** One member of a file. */
export interface MemberRow {
  readonly companyNumber: string;
  readonly employeeId: string;
  readonly name: string;
  readonly email: string | null;
  readonly costCentre: string | null;
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | null;
}

/** The optional columns, by the names they have in files and in the table. */
export const OPTIONAL_COLUMNS = ['email', 'cost_centre', 'left_on'] as const;
export type OptionalColumn = (typeof OPTIONAL_COLUMNS)[number];

export interface WrittenMember extends EligibilityChange {
  readonly id: MemberId;
}

/**
 * Inserts new members and updates those that differ, by company and employee id, and gives back only these; `given` says
 * which optional columns are spoken of, and the others stay as they are. The caller holds the companies' lock.
 */
export async function upsertMembers(tx: Tx, members: readonly MemberRow[], given: ReadonlySet<OptionalColumn>): Promise<WrittenMember[]> {
  const kept = (column: OptionalColumn) => (given.has(column) ? `excluded.${column}` : `m.${column}`);
  const written = await tx.query<WrittenRow>(
    `INSERT INTO companies.member AS m (id, company_id, employee_id, name, email, cost_centre, status, eligible_from, left_on)
     SELECT uuidv7(), c.id, i.employee_id, i.name, i.email, i.cost_centre,
            CASE WHEN i.left_on IS NULL THEN 'eligible' ELSE 'left' END, i.eligible_from, i.left_on
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[])
              AS i(company_number, employee_id, name, email, cost_centre, eligible_from, left_on)
       JOIN companies.company c ON c.number = i.company_number
      ORDER BY c.number, i.employee_id
     ON CONFLICT (company_id, employee_id) DO UPDATE SET
       name = excluded.name, email = ${kept('email')}, cost_centre = ${kept('cost_centre')},
       eligible_from = excluded.eligible_from, left_on = ${kept('left_on')},
       status = CASE WHEN ${kept('left_on')} IS NOT NULL THEN 'left' WHEN m.status = 'left' THEN 'eligible' ELSE m.status END
     WHERE (m.name, m.email, m.cost_centre, m.eligible_from, m.left_on)
        IS DISTINCT FROM (excluded.name, ${kept('email')}, ${kept('cost_centre')}, excluded.eligible_from, ${kept('left_on')})
     RETURNING new.id, new.company_id, old.eligible_from AS old_eligible_from, old.left_on AS old_left_on,
               new.eligible_from, new.left_on`,
    [
      members.map(({ companyNumber }) => companyNumber),
      members.map(({ employeeId }) => employeeId),
      members.map(({ name }) => name),
      members.map(({ email }) => email),
      members.map(({ costCentre }) => costCentre),
      members.map(({ eligibleFrom }) => eligibleFrom),
      members.map(({ leftOn }) => leftOn),
    ],
  );
  return written.map((row) => ({
    id: row.id,
    companyId: row.company_id,
    before: row.old_eligible_from === null ? null : { eligibleFrom: row.old_eligible_from, leftOn: row.old_left_on },
    after: { eligibleFrom: row.eligible_from, leftOn: row.left_on },
  }));
}

interface WrittenRow {
  id: MemberId;
  company_id: CompanyId;
  old_eligible_from: LocalDate | null;
  old_left_on: LocalDate | null;
  eligible_from: LocalDate;
  left_on: LocalDate | null;
}

/** The days of leaving on record, for the given members that have one. */
export async function leavingDays(
  reader: Reader,
  members: readonly Pick<MemberRow, 'companyNumber' | 'employeeId'>[],
): Promise<{ companyNumber: string; employeeId: string; leftOn: LocalDate }[]> {
  return reader.query(
    `SELECT i.company_number AS "companyNumber", i.employee_id AS "employeeId", m.left_on AS "leftOn"
       FROM unnest($1::text[], $2::text[]) AS i(company_number, employee_id)
       JOIN companies.company c ON c.number = i.company_number
       JOIN companies.member m ON m.company_id = c.id AND m.employee_id = i.employee_id AND m.left_on IS NOT NULL`,
    [members.map(({ companyNumber }) => companyNumber), members.map(({ employeeId }) => employeeId)],
  );
}

/** The member with an employee id, if the company has one. */
export async function existingMember(reader: Reader, companyNumber: string, employeeId: string): Promise<MemberId | undefined> {
  const found = await reader.first<{ id: MemberId }>(
    `SELECT m.id FROM companies.member m JOIN companies.company c ON c.id = m.company_id WHERE c.number = $1 AND m.employee_id = $2`,
    [companyNumber, employeeId],
  );
  return found?.id;
}
