// Reads of companies and members for the API. They are shared by all issuers, so no scope limits who may see them.
import { byKey, keysetPage, keysetPages, optionalIdOf, Where, type KeysetQuery, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import { holdsWords, searchWords } from '../persistence/search.queries';
import type { CompaniesArgs, CompanyFilter, CompanyType, MemberType } from './company.type';

const COMPANY = `c.id, c.number, c.legal_name AS "legalName", c.trade_name AS "tradeName", c.country, c.tax_id AS "taxId",
  c.vat_status AS "vatStatus", c.vat_checked_on AS "vatCheckedOn", c.currency, c.language, c.time_zone AS "timeZone",
  c.payment_terms_days AS "paymentTermsDays", c.email, c.address_line AS "addressLine", c.postal_code AS "postalCode", c.city,
  c.status, c.parent_id AS "parentId", c.payer_id AS "payerId", c.registration_id AS "registrationId",
  c.payment_terms_kind AS "paymentTermsKind", c.delivery, c.e_invoice_scheme AS "eInvoiceScheme", c.e_invoice_address AS "eInvoiceAddress",
  c.portal_url AS "portalUrl", c.purchase_order AS "purchaseOrder", c.cost_centres AS "costCentres", c.address_line2 AS "addressLine2",
  c.address_line3 AS "addressLine3", c.region, c.version`;

const MEMBER = `m.id, m.company_id AS "companyId", m.employee_id AS "employeeId", m.name, m.email, m.cost_centre AS "costCentre",
  m.status, m.eligible_from AS "eligibleFrom", m.left_on AS "leftOn"`;

export async function companiesByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, CompanyType>> {
  return byKey(await reader.query<CompanyType>(`SELECT ${COMPANY} FROM companies.company c WHERE c.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By number; with a search, what fits best first and then by number. */
export async function companiesPage(reader: Reader, { filter, ...page }: CompaniesArgs): Promise<Page<CompanyType>> {
  return keysetPage(reader, await companiesQuery(reader, filter), page);
}

/** The companies of a filter, in the order in which they are listed. */
export async function companiesQuery(reader: Reader, filter: CompanyFilter | null | undefined): Promise<KeysetQuery> {
  const where = new Where()
    .when(filter?.status, (p) => `c.status = ${p}`)
    .when(filter?.country, (p) => `c.country = ${p}`)
    .when(filter?.currency, (p) => `c.currency = ${p}`)
    .when(filter?.vatStatus, (p) => `c.vat_status = ${p}`)
    .when(optionalIdOf('Company', filter?.parentId, 'filter.parentId'), (p) => `c.parent_id = ${p}`)
    .when(optionalIdOf('Company', filter?.payerId, 'filter.payerId'), (p) => `c.payer_id = ${p}`);
  const byNumber = { sql: 'c.number', type: 'text' } as const;
  const query = { list: 'companies', select: COMPANY, from: 'companies.company c', where, orderBy: [byNumber], direction: 'ascending' } as const;
  const looked = filter?.search?.trim().slice(0, 200).replaceAll('\0', '');
  if (!looked) return query;
  const words = await searchWords(reader, looked);
  return { ...query, list: 'companies-found', from: found(where, looked, words), orderBy: [{ sql: rank(where, looked, words), type: 'bigint' }, byNumber] };
}

/** Each way of finding reads an index of its own: the words, the exact tax id, and the e-mail address of a contact. */
function found(where: Where, looked: string, words: readonly string[]): string {
  const ways = [
    words.length > 0 ? `SELECT s.id FROM companies.company s WHERE ${holdsWords(where, 's.search', words)}` : null,
    `SELECT id FROM companies.company WHERE tax_id = ${where.param(compact(looked))}`,
    `SELECT company_id FROM companies.company_contact WHERE lower(email) = lower(${where.param(looked)})`,
  ];
  return `(${ways.filter((way) => way !== null).join(' UNION ')}) AS found JOIN companies.company c ON c.id = found.id`;
}

/** 0: its number, tax id or e-mail address; 1: the words stand in it as they were typed; 2: each begins a word; 3: somewhere. */
function rank(where: Where, looked: string, words: readonly string[]): string {
  const exact = `c.number = upper(${where.param(looked)}) OR c.tax_id = ${where.param(compact(looked))} OR lower(c.email) = lower(${where.param(looked)})`;
  const phrase = `c.search LIKE ${where.param(`% ${words.join(' ')}%`)}`;
  const beginnings = words.map((word) => `c.search LIKE ${where.param(`% ${word}%`)}`).join(' AND ') || 'true';
  return `(CASE WHEN ${exact} THEN 0 WHEN ${phrase} THEN 1 WHEN ${beginnings} THEN 2 ELSE 3 END)::bigint`;
}

/** A tax id as it is stored, however it is typed. */
function compact(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '');
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

/** By number: the companies that stand under each. */
export async function childrenOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<CompanyType>>> {
  const orderBy = [{ sql: 'c.number', type: 'text' }] as const;
  return keysetPages(reader, { list: 'children', select: COMPANY, from: 'companies.company c', where: new Where(), orderBy, direction: 'ascending' }, page, companies, 'c.parent_id');
}
