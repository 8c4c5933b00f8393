// Reads of what hangs on companies, for a page of them at once.
import { addDays, type CompanyId, type LocalDate } from '@countinghouse/kernel';
import { byKey, groupedBy, keysetPages, Where, type KeysetQuery, type Page, type PageArgs, type Reader } from '@countinghouse/platform';
import { payerStretches } from '../persistence/hierarchy.queries';
import type { BankAccountType, ContactType, MoveType, NoteType, VatCheckType, VersionType } from './company-detail.type';

/** By name; a company has a few. */
export async function contactsOf(reader: Reader, companies: readonly string[]): Promise<Map<string, ContactType[]>> {
  const rows = await reader.query<ContactType & { companyId: string }>(
    `SELECT id, company_id AS "companyId", name, email, phone, roles FROM companies.company_contact WHERE company_id = ANY ($1::uuid[]) ORDER BY company_id, id`,
    [companies],
  );
  return groupedBy(rows, 'companyId');
}

export async function accountsOf(reader: Reader, companies: readonly string[]): Promise<Map<string, BankAccountType>> {
  const rows = await reader.query<BankAccountType & { id: string }>(
    `SELECT id, iban, bic, account_holder AS holder FROM companies.company WHERE id = ANY ($1::uuid[]) AND iban IS NOT NULL`,
    [companies],
  );
  return new Map(rows.map(({ id, ...account }) => [id, account]));
}

/** Who is invoiced for each company on the day. */
export const payersOn = (day: LocalDate) => async (reader: Reader, companies: readonly string[]): Promise<Map<string, string>> => {
  const stretches = await payerStretches(reader, companies as CompanyId[], { start: day, end: addDays(day, 1) });
  return new Map(stretches.map(({ companyId, payerId }) => [companyId, payerId]));
};

/** The newest first. */
export function notesOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<NoteType>>> {
  const select = 'n.id, n.text, n.written_at AS "writtenAt", n.written_by AS "writtenBy"';
  return keysetPages(reader, newestFirst('company-notes', select, 'companies.company_note n', 'n.written_at', 'n.id', 'uuid'), page, companies, 'n.company_id');
}

/** The latest first. */
export function versionsOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<VersionType>>> {
  const select = `v.no, CASE WHEN v.no > 1 THEN v.valid_from END AS "validFrom", v.recorded_at AS "recordedAt", v.recorded_by AS "recordedBy", v.reason,
    ARRAY(SELECT field.key FROM companies.company_version b, jsonb_each(v.profile) AS field
           WHERE b.company_id = v.company_id AND b.no = v.no - 1 AND b.profile -> field.key IS DISTINCT FROM field.value ORDER BY 1) AS changed`;
  return keysetPages(reader, newestFirst('company-versions', select, 'companies.company_version v', 'v.no', null, 'bigint'), page, companies, 'v.company_id');
}

/** The last recorded first. */
export function movesOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<MoveType>>> {
  const select = `m.kind, CASE WHEN isfinite(m.effective_on) THEN m.effective_on END AS "effectiveOn", m.recorded_at AS "recordedAt", m.recorded_by AS "recordedBy",
    m.reason, m.target_id AS "targetId"`;
  return keysetPages(reader, newestFirst('company-moves', select, 'companies.company_move m', 'm.recorded_at', 'm.id', 'bigint'), page, companies, 'm.company_id');
}

const VAT_CHECK = `k.id, k.tax_id AS "taxId", k.result, k.source, k.checked_at AS "checkedAt", k.consultation, k.trader_name AS "traderName",
  k.trader_address AS "traderAddress", k.requested_by AS "requestedBy"`;

export async function vatChecksByIds(reader: Reader, ids: readonly string[]): Promise<Map<string, VatCheckType>> {
  return byKey(await reader.query<VatCheckType>(`SELECT ${VAT_CHECK} FROM companies.vat_check k WHERE k.id = ANY ($1::uuid[])`, [ids]), 'id');
}

/** The newest first. */
export function vatChecksOf(reader: Reader, companies: readonly string[], page: PageArgs): Promise<Map<string, Page<VatCheckType>>> {
  return keysetPages(reader, newestFirst('vat-checks', VAT_CHECK, 'companies.vat_check k', 'k.checked_at', 'k.id', 'uuid'), page, companies, 'k.company_id');
}

function newestFirst(list: string, select: string, from: string, at: string, id: string | null, type: 'uuid' | 'bigint'): KeysetQuery {
  const orderBy = id === null ? [{ sql: at, type }] : [{ sql: at, type: 'timestamptz' as const }, { sql: id, type }];
  return { list, select, from, where: new Where(), orderBy, direction: 'descending' };
}
