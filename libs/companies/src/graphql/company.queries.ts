// Reads of companies and members for the API. They are shared by all issuers, so no scope limits who may see them.
import { byKey, keysetPage, keysetPages, Where, type KeysetQuery, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import type { CompaniesArgs, CompanyType, MemberType } from './company.type';

const COMPANY = `c.id, c.number, c.legal_name AS "legalName", c.trade_name AS "tradeName", c.country, c.tax_id AS "taxId",
  c.vat_status AS "vatStatus", c.vat_checked_on AS "vatCheckedOn", c.currency, c.language, c.time_zone AS "timeZone",
  c.payment_terms_days AS "paymentTermsDays", c.email, c.address_line AS "addressLine", c.postal_code AS "postalCode", c.city,
  c.status, c.parent_id AS "parentId", c.payer_id AS "payerId"`;

const MEMBER = `m.id, m.company_id AS "companyId", m.employee_id AS "employeeId", m.name, m.email, m.cost_centre AS "costCentre",
  m.status, m.eligible_from AS "eligibleFrom", m.left_on AS "leftOn"`;

export async function companiesByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, CompanyType>> {
  return byKey(await reader.query<CompanyType>(`SELECT ${COMPANY} FROM companies.company c WHERE c.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By number. Companies are counted in ten thousands, so a search may read them all. */
export async function companiesPage(reader: Reader, { filter, ...page }: CompaniesArgs): Promise<Page<CompanyType>> {
  const where = new Where()
    .when(filter?.status, (p) => `c.status = ${p}`)
    .when(pattern(filter?.search), (p) => `c.number ILIKE substr(${p}, 2) OR c.legal_name ILIKE ${p} OR c.trade_name ILIKE ${p}`);
  const query: KeysetQuery = {
    list: 'companies',
    select: COMPANY,
    from: 'companies.company c',
    where,
    orderBy: [{ sql: 'c.number', type: 'text' }],
    direction: 'ascending',
  };
  return keysetPage(reader, query, page);
}

export async function membersByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, MemberType>> {
  return byKey(await reader.query<MemberType>(`SELECT ${MEMBER} FROM companies.member m WHERE m.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By employee id. */
export async function membersOfCompanies(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<MemberType>>> {
  const query: KeysetQuery = {
    list: 'members',
    select: MEMBER,
    from: 'companies.member m',
    where: new Where(),
    orderBy: [{ sql: 'm.employee_id', type: 'text' }],
    direction: 'ascending',
  };
  return keysetPages(reader, query, page, companies, 'm.company_id');
}

/** `%text%` with LIKE's own characters taken literally; nothing for nothing. */
function pattern(search: string | null | undefined): string | undefined {
  const text = search?.trim().slice(0, 100);
  return text ? `%${text.replace(/[\\%_]/g, '\\$&')}%` : undefined;
}
