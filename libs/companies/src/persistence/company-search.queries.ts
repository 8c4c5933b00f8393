// Which companies a filter means, and how well each fits what is looked for.
import type { CompanyId } from '@countinghouse/kernel';
import { Reader, Where } from '@countinghouse/platform';
import type { VatStatus } from '../domain/company-profile';
import type { CompanyStatus } from '../domain/company-status';
import { holdsWords, searchWords } from './search.queries';

/** Everything that is given must hold. */
export interface CompanyCriteria {
  /** Words of the name, the number, a tax id or an e-mail address. */
  readonly search?: string | null;
  readonly status?: CompanyStatus | null;
  readonly country?: string | null;
  readonly currency?: string | null;
  readonly vatStatus?: VatStatus | null;
  readonly parentId?: CompanyId | null;
  readonly payerId?: CompanyId | null;
}

export interface MatchingCompanies {
  /** Tables and joins, with the company as c. */
  readonly from: string;
  readonly where: Where;
  /** SQL of how well a company fits, 0 the best; asked for, since it brings parameters. Undefined where nothing is looked for. */
  readonly rank: (() => string) | undefined;
}

const LOOKED_MAX = 200;

export async function matchingCompanies(reader: Reader, criteria: CompanyCriteria): Promise<MatchingCompanies> {
  const where = new Where()
    .when(criteria.status, (p) => `c.status = ${p}`)
    .when(criteria.country, (p) => `c.country = ${p}`)
    .when(criteria.currency, (p) => `c.currency = ${p}`)
    .when(criteria.vatStatus, (p) => `c.vat_status = ${p}`)
    .when(criteria.parentId, (p) => `c.parent_id = ${p}`)
    .when(criteria.payerId, (p) => `c.payer_id = ${p}`);
  const looked = criteria.search?.trim().slice(0, LOOKED_MAX).replaceAll('\0', '');
  if (!looked) return { from: 'companies.company c', where, rank: undefined };
  const words = await searchWords(reader, looked);
  return { from: found(where, looked, words), where, rank: () => rank(where, looked, words) };
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
