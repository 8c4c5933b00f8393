// Reads of companies and members for the API. They are shared by all issuers, so no scope limits who may see them.
import { byKey, keysetPage, keysetPages, optionalIdOf, Where, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import type { CompanyId } from '@countinghouse/kernel';
import { CompanyCriteria, matchingCompanies } from '../persistence/company-search.queries';
import type { CompaniesArgs, CompanyFilter, CompanyType, MemberType } from './company.type';

const COMPANY = `c.id, c.number, c.legal_name AS "legalName", c.trade_name AS "tradeName", c.country, c.tax_id AS "taxId",
  c.vat_status AS "vatStatus", c.vat_checked_on AS "vatCheckedOn", c.currency, c.language, c.time_zone AS "timeZone",
  c.payment_terms_days AS "paymentTermsDays", c.email, c.address_line AS "addressLine", c.postal_code AS "postalCode", c.city,
  c.status, c.parent_id AS "parentId", c.payer_id AS "payerId", c.registration_id AS "registrationId",
  c.payment_terms_kind AS "paymentTermsKind", c.delivery, c.e_invoice_scheme AS "eInvoiceScheme", c.e_invoice_address AS "eInvoiceAddress",
  c.portal_url AS "portalUrl", c.purchase_order AS "purchaseOrder", c.cost_centres AS "costCentres", c.address_line2 AS "addressLine2",
  c.address_line3 AS "addressLine3", c.region, c.version`;

export const MEMBER = `m.id, m.company_id AS "companyId", m.employee_id AS "employeeId", m.name, m.email, m.cost_centre AS "costCentre",
  m.status, m.eligible_from AS "eligibleFrom", m.left_on AS "leftOn", m.dependant_of AS "dependantOfId"`;

export async function companiesByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, CompanyType>> {
  return byKey(await reader.query<CompanyType>(`SELECT ${COMPANY} FROM companies.company c WHERE c.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By number; with a search, what fits best first and then by number. */
export async function companiesPage(reader: Reader, { filter, ...page }: CompaniesArgs): Promise<Page<CompanyType>> {
  const { from, where, rank } = await matchingCompanies(reader, criteriaOf(filter));
  const byNumber = { sql: 'c.number', type: 'text' } as const;
  const ranked = rank && { list: 'companies-found', orderBy: [{ sql: rank(), type: 'bigint' } as const, byNumber] };
  return keysetPage(reader, { list: 'companies', select: COMPANY, from, where, orderBy: [byNumber], direction: 'ascending', ...ranked }, page);
}

/** A filter as the API takes it, with bare ids. @throws DomainError ID_INVALID */
export function criteriaOf(filter: CompanyFilter | null | undefined): CompanyCriteria {
  const { parentId, payerId, ...rest } = filter ?? {};
  const [parent, payer] = [optionalIdOf<CompanyId>('Company', parentId, 'filter.parentId'), optionalIdOf<CompanyId>('Company', payerId, 'filter.payerId')];
  return { ...rest, ...(parent && { parentId: parent }), ...(payer && { payerId: payer }) };
}

export async function membersByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, MemberType>> {
  return byKey(await reader.query<MemberType>(`SELECT ${MEMBER} FROM companies.member m WHERE m.id = ANY($1::uuid[])`, [ids]), 'id');
}

/** By number: the companies that stand under each. */
export async function childrenOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<CompanyType>>> {
  const orderBy = [{ sql: 'c.number', type: 'text' }] as const;
  return keysetPages(reader, { list: 'children', select: COMPANY, from: 'companies.company c', where: new Where(), orderBy, direction: 'ascending' }, page, companies, 'c.parent_id');
}
