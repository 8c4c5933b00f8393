// The SQL of single changes of people.
import { CompanyId, DomainError, LocalDate, MemberId, TimeZone } from '@countinghouse/kernel';
import { Tx } from '@countinghouse/platform';
import type { MemberStatus } from './member.entity';

/** Locks the company whose people are to change. @throws DomainError COMPANY_UNKNOWN, COMPANY_CLOSED */
export async function lockedCompany(tx: Tx, number: string): Promise<CompanyId> {
  const company = await tx.first<{ id: CompanyId; status: string }>(`SELECT id, status FROM companies.company WHERE number = $1 FOR NO KEY UPDATE`, [number]);
  const at = { field: 'companyNumber', value: number };
  if (!company) throw new DomainError('COMPANY_UNKNOWN', `There is no company ${number}.`, { ...at, remedy: 'Register the company first.' });
  if (company.status === 'closed') throw new DomainError('COMPANY_CLOSED', `The company ${number} is closed.`, { ...at, remedy: 'Choose another company.' });
  return company.id;
}

/** A member as a change finds it, under the lock of its company. */
export interface LockedMember {
  readonly id: MemberId;
  readonly companyId: CompanyId;
  readonly employeeId: string;
  readonly name: string;
  readonly email: string | null;
  readonly costCentre: string | null;
  readonly status: MemberStatus;
  readonly eligibleFrom: LocalDate;
  readonly leftOn: LocalDate | null;
  /** The employee id of the employee, for a dependant. */
  readonly dependantOf: string | null;
  readonly isErased: boolean;
  readonly companyNumber: string;
  readonly timeZone: TimeZone;
  /** The day on which the employee of a dependant leaves. */
  readonly employeeLeavesOn: LocalDate | null;
}

/** Locks the member's company, then reads the member. @throws DomainError MEMBER_UNKNOWN, MEMBER_ERASED */
export async function lockedMember(tx: Tx, id: MemberId): Promise<LockedMember> {
  await tx.query(
    `SELECT c.id FROM companies.company c JOIN companies.member m ON m.company_id = c.id WHERE m.id = $1 FOR NO KEY UPDATE OF c`,
    [id],
  );
  const member = await tx.first<LockedMember>(
    `SELECT m.id, m.company_id AS "companyId", m.employee_id AS "employeeId", m.name, m.email, m.cost_centre AS "costCentre", m.status,
            m.eligible_from AS "eligibleFrom", m.left_on AS "leftOn", e.employee_id AS "dependantOf", m.erased_at IS NOT NULL AS "isErased",
            c.number AS "companyNumber", c.time_zone AS "timeZone", e.left_on AS "employeeLeavesOn"
       FROM companies.member m JOIN companies.company c ON c.id = m.company_id LEFT JOIN companies.member e ON e.id = m.dependant_of
      WHERE m.id = $1`,
    [id],
  );
  const at = { field: 'memberId', value: id };
  if (!member) throw new DomainError('MEMBER_UNKNOWN', 'There is no such member.', at);
  if (member.isErased) throw new DomainError('MEMBER_ERASED', 'The personal data of this member is erased, and nothing is added to it.', { ...at, remedy: 'Add the person anew.' });
  return member;
}

/** Who asked for an erasure, when, and why. */
export interface Erasure {
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
}

/** Takes the person out of the member; the days, the cost centre and the id stay, since money hangs on them. */
export async function eraseMember(tx: Tx, { id, companyId }: LockedMember, { at, by, reason }: Erasure): Promise<void> {
  await tx.execute(
    `INSERT INTO companies.member_erasure (member_id, company_id, erased_at, erased_by, reason) VALUES ($1, $2, $3, $4, $5)`,
    [id, companyId, at, by, reason],
  );
  await tx.execute(
    `UPDATE companies.member SET name = 'erased', email = NULL, employee_id = 'erased-' || id, erased_at = $2 WHERE id = $1`,
    [id, at],
  );
}

export async function changeEmployeeId(tx: Tx, id: MemberId, employeeId: string): Promise<void> {
  await tx.execute(`UPDATE companies.member SET employee_id = $2 WHERE id = $1`, [id, employeeId]);
}
