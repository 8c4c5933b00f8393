// Reads of people for the API.
import { CompanyId, DateRange, DomainError, LocalDate, MemberId } from '@countinghouse/kernel';
import { byKey, groupedBy, keysetPage, keysetPages, optionalIdOf, Where, type KeysetQuery, type Page, type Reader } from '@countinghouse/platform';
import type { HeadcountMeasure } from '../domain/headcount';
import { foundMembers, isLookedFor, lookedFor } from '../persistence/member-search.queries';
import type { MemberType } from './company.type';
import { MEMBER } from './company.queries';
import type { MemberErasureType, MembersArgs, MemberSearchArgs, MemberStayType } from './member.type';

/** By employee id. */
export async function filteredMembersOfCompanies(reader: Reader, companies: readonly string[], { filter, ...page }: MembersArgs): Promise<Map<string, Page<MemberType>>> {
  const where = new Where().when(filter?.status, (p) => `m.status = ${p}`).when(filter?.costCentre, (p) => `m.cost_centre = ${p}`);
  const looked = await lookedFor(reader, filter?.search);
  const query: KeysetQuery = { list: 'members', select: MEMBER, from: 'companies.member m', where, orderBy: [{ sql: 'm.employee_id', type: 'text' }], direction: 'ascending' };
  where.when(looked?.beginning, (like) => isLookedFor(where, looked!, like));
  return keysetPages(reader, query, page, companies, 'm.company_id');
}

const NOBODY: Page<MemberType> = { edges: [], pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } };

/** Of all companies or of one, what fits best first. @throws DomainError ID_INVALID, PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function searchedMembers(reader: Reader, { search, companyId, ...page }: MemberSearchArgs): Promise<Page<MemberType> & { isCut: boolean }> {
  const found = await foundMembers(reader, search, optionalIdOf<CompanyId>('Company', companyId, 'companyId'));
  if (found === undefined) return { ...NOBODY, isCut: false };
  const { isCut, ...lists } = found;
  const members = await keysetPage<MemberType & { isCut: boolean }>(reader, { list: 'members-found', select: `${MEMBER}, ${isCut} AS "isCut"`, direction: 'ascending', ...lists }, page);
  return { ...members, isCut: members.edges[0]?.node.isCut ?? false };
}

export async function dependantsOf(reader: Reader, employees: readonly string[]): Promise<Map<string, MemberType[]>> {
  const rows = await reader.query<MemberType & { dependantOfId: string }>(
    `SELECT ${MEMBER} FROM companies.member m WHERE m.dependant_of = ANY ($1::uuid[]) ORDER BY m.employee_id`,
    [employees],
  );
  return groupedBy(rows, 'dependantOfId');
}

export async function erasuresOf(reader: Reader, members: readonly string[]): Promise<Map<string, MemberErasureType>> {
  const rows = await reader.query<MemberErasureType & { memberId: MemberId }>(
    `SELECT member_id AS "memberId", erased_at AS at, erased_by AS by, reason FROM companies.member_erasure WHERE member_id = ANY ($1::uuid[])`,
    [members],
  );
  return byKey(rows, 'memberId');
}

export async function earlierStaysOf(reader: Reader, members: readonly string[]): Promise<Map<string, MemberStayType[]>> {
  const rows = await reader.query<MemberStayType & { memberId: MemberId }>(
    `SELECT member_id AS "memberId", eligible_from AS "eligibleFrom", left_on AS "leftOn"
       FROM companies.member_past_stay WHERE member_id = ANY ($1::uuid[]) ORDER BY eligible_from`,
    [members],
  );
  return groupedBy(rows, 'memberId');
}

/** The number of a company, for the use cases that take what files have. */
export async function numberOf(reader: Reader, companyId: CompanyId): Promise<string> {
  const company = await reader.first<{ number: string }>('SELECT number FROM companies.company WHERE id = $1', [companyId]);
  if (company) return company.number;
  throw new DomainError('COMPANY_UNKNOWN', 'There is no such company.', { field: 'companyId', value: companyId });
}

/** The employee id of an employee of the company. */
export async function employeeIdOf(reader: Reader, companyId: CompanyId, memberId: MemberId): Promise<string> {
  const member = await reader.first<{ employee_id: string }>('SELECT employee_id FROM companies.member WHERE id = $1 AND company_id = $2', [memberId, companyId]);
  if (member) return member.employee_id;
  throw new DomainError('EMPLOYEE_UNKNOWN', 'The company has no such member.', { field: 'dependantOfId', value: memberId });
}

/** What a headcount is asked by; the loaders answer all companies that are asked alike together. */
export interface StretchesAsked {
  readonly range: DateRange;
  readonly measure: HeadcountMeasure;
  readonly costCentre?: string | null;
}

export interface DayAsked {
  readonly on: LocalDate;
  readonly measure: HeadcountMeasure;
}
