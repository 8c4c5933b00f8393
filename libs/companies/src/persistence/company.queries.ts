// The SQL that reads and writes companies by the set.
import type { CompanyId, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { CompanyProfile, EMPTY_PROFILE, VatStatus } from '../domain/company-profile';
import type { CompanyStatus } from '../domain/company-status';
import { showPlaces } from './hierarchy.queries';

/** Every field of a profile, once; the compiler refuses a list that lacks one. */
const PROFILE_FIELDS = Object.keys({
  legalName: 1, country: 1, currency: 1, language: 1, timeZone: 1, paymentTermsDays: 1, ...EMPTY_PROFILE,
} satisfies Record<keyof CompanyProfile, unknown>) as (keyof CompanyProfile)[];

/** The name of a field in files and in the table: addressLine2 is address_line2. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A profile as JSON of the table's columns has it. */
type ProfileJson = Readonly<Record<string, unknown>>;

function toJson(profile: CompanyProfile): ProfileJson {
  return Object.fromEntries(PROFILE_FIELDS.map((field) => [columnOf(field), profile[field]]));
}

function toProfile(json: ProfileJson): CompanyProfile {
  return Object.fromEntries(PROFILE_FIELDS.map((field) => [field, json[columnOf(field)] ?? null])) as unknown as CompanyProfile;
}

/** A company as use cases and imports know it. */
export interface KnownCompany {
  readonly id: CompanyId;
  readonly number: string;
  readonly status: CompanyStatus;
  readonly vatStatus: VatStatus;
  /** The first day of the version it shows; undefined while that is the first, which holds for all days before. */
  readonly validFrom: LocalDate | undefined;
  readonly version: number;
  readonly profile: CompanyProfile;
}

/** Companies that exist, by number. */
export async function companiesByNumber(reader: Reader, numbers: readonly string[]): Promise<Map<string, KnownCompany>> {
  return new Map((await knownCompanies(reader, 'c.number = ANY ($1::text[])', numbers)).map((company) => [company.number, company]));
}

/** Companies that exist, by id. */
export async function companiesById(reader: Reader, ids: readonly CompanyId[]): Promise<Map<CompanyId, KnownCompany>> {
  return new Map((await knownCompanies(reader, 'c.id = ANY ($1::uuid[])', ids)).map((company) => [company.id, company]));
}

async function knownCompanies(reader: Reader, condition: string, keys: readonly string[]): Promise<KnownCompany[]> {
  const rows = await reader.query<Omit<KnownCompany, 'profile' | 'validFrom'> & { validFrom: LocalDate; json: ProfileJson }>(
    `SELECT c.id, c.number, c.status, c.vat_status AS "vatStatus", c.valid_from AS "validFrom", c.version, companies.profile_of(c) AS json
       FROM companies.company c WHERE ${condition} ORDER BY c.number`,
    [keys],
  );
  return rows.map(({ json, validFrom, ...company }) => ({
    ...company,
    validFrom: company.version === 1 ? undefined : validFrom,
    profile: toProfile(json),
  }));
}

/** A company as it is to be. */
export interface CompanyToWrite {
  readonly number: string;
  readonly profile: CompanyProfile;
  readonly vatStatus: VatStatus;
  /** From which day it is so; undefined is the day on which it is recorded, in the company's zone. */
  readonly validFrom?: LocalDate;
}

/** Who writes, why and when: what versions keep. */
export interface Recording {
  readonly by: string;
  readonly reason: string | null;
  readonly at: Date;
}

export interface WrittenCompany {
  readonly id: CompanyId;
  readonly number: string;
  readonly isNew: boolean;
}

/** A status that somebody states, without having asked a service, is looked into after so many days. */
const STATED_STATUS_HOLDS = `interval '90 days'`;

/**
 * Inserts companies and updates those that differ, by number, and gives back only these; one statement, and two more when some have another zone. The caller holds
 * the lock of those that exist. A VAT status that changes hereby is kept as evidence of who stated it.
 */
export async function writeCompanies(tx: Tx, companies: readonly CompanyToWrite[], { by, reason, at }: Recording): Promise<WrittenCompany[]> {
  const columns = PROFILE_FIELDS.map(columnOf);
  const of = (row: string) => columns.map((column) => `${row}.${column}`).join(', ');
  const checked = (row: string) => `(${row}.vat_status, ${row}.tax_id, ${row}.country)`;
  const rows = companies.map(({ number, profile, vatStatus, validFrom }) => ({
    ...toJson(profile), number, vat_status: vatStatus, valid_from: validFrom ?? null,
  }));
  const written = await tx.query<WrittenCompany & { isElsewhere: boolean }>(
    `WITH written AS (
       INSERT INTO companies.company AS c (id, number, vat_status, vat_due_at, valid_from, changed_by, change_reason, ${columns.join(', ')})
       SELECT uuidv7(), i.number, i.vat_status, CASE i.vat_status WHEN 'unchecked' THEN '-infinity' ELSE $4::timestamptz + ${STATED_STATUS_HOLDS} END,
              coalesce(i.valid_from, ($4::timestamptz AT TIME ZONE i.time_zone)::date), $2, $3, ${of('i')}
         FROM jsonb_populate_recordset(NULL::companies.company, $1::jsonb) AS i
        ORDER BY i.number
       ON CONFLICT (number) DO UPDATE SET
         ${columns.map((column) => `${column} = excluded.${column}`).join(', ')},
         vat_status = excluded.vat_status,
         vat_checked_on = CASE WHEN ${checked('c')} IS NOT DISTINCT FROM ${checked('excluded')} THEN c.vat_checked_on END,
         vat_due_at = CASE WHEN ${checked('c')} IS NOT DISTINCT FROM ${checked('excluded')} THEN c.vat_due_at ELSE excluded.vat_due_at END,
         vat_attempts = CASE WHEN ${checked('c')} IS NOT DISTINCT FROM ${checked('excluded')} THEN c.vat_attempts ELSE 0 END,
         version = c.version + CASE WHEN (${of('c')}) IS DISTINCT FROM (${of('excluded')}) THEN 1 ELSE 0 END,
         valid_from = CASE WHEN (${of('c')}) IS DISTINCT FROM (${of('excluded')}) THEN CASE c.version WHEN 1 THEN excluded.valid_from ELSE greatest(c.valid_from, excluded.valid_from) END ELSE c.valid_from END,
         changed_by = excluded.changed_by, change_reason = excluded.change_reason
       WHERE (c.vat_status, ${of('c')}) IS DISTINCT FROM (excluded.vat_status, ${of('excluded')})
       RETURNING new.id, new.number, new.country, new.tax_id, new.vat_status, old.id IS NULL AS is_new,
                 ${checked('old')} IS DISTINCT FROM ${checked('new')} AS is_stated, old.time_zone <> new.time_zone AS is_elsewhere
     ), stated AS (
       INSERT INTO companies.vat_check (id, company_id, country, tax_id, result, source, checked_at, requested_by)
       SELECT uuidv7(), id, country, tax_id, vat_status, 'stated', $4, $2 FROM written
        WHERE is_stated AND tax_id IS NOT NULL AND vat_status <> 'unchecked'
     )
     SELECT id, number, is_new AS "isNew", coalesce(is_elsewhere, false) AS "isElsewhere" FROM written`,
    [JSON.stringify(rows), by, reason, at],
  );
  // In another zone it may be another day, on which the company stands elsewhere.
  const moved = written.filter(({ isElsewhere }) => isElsewhere).map(({ id }) => id);
  if (moved.length > 0) await showPlaces(tx, moved, at);
  return written;
}

/** What a company was on a day. */
export interface CompanyOnDay {
  readonly id: CompanyId;
  readonly number: string;
  readonly version: number;
  readonly profile: CompanyProfile;
  /** What is known now of the tax id it had that day. */
  readonly vatStatus: VatStatus;
  readonly vatCheckedOn: LocalDate | null;
  readonly vatConsultation: string | null;
}

/**
 * The profiles of a day; the first version holds for all days before it. The status of a number that is no longer the
 * company's comes from the last answer about it. One statement however many there are.
 */
export async function companiesOnDay(reader: Reader, ids: readonly CompanyId[], day: LocalDate): Promise<CompanyOnDay[]> {
  const rows = await reader.query<Omit<CompanyOnDay, 'profile'> & { json: ProfileJson }>(
    `SELECT c.id, c.number, v.no AS version, v.profile AS json, evidence.consultation AS "vatConsultation",
            CASE WHEN same.number THEN c.vat_status ELSE coalesce(evidence.result, 'unchecked') END AS "vatStatus",
            CASE WHEN same.number THEN c.vat_checked_on ELSE (evidence.checked_at AT TIME ZONE c.time_zone)::date END AS "vatCheckedOn"
       FROM companies.company c
      CROSS JOIN LATERAL (SELECT v.no, v.profile FROM companies.company_version v
                           WHERE v.company_id = c.id AND (v.no = 1 OR v.valid_from <= $2) ORDER BY v.no DESC LIMIT 1) AS v
      CROSS JOIN LATERAL (SELECT (v.profile ->> 'tax_id', v.profile ->> 'country') IS NOT DISTINCT FROM (c.tax_id, c.country::text) AS number) AS same
       LEFT JOIN LATERAL (SELECT k.result, k.checked_at, k.consultation FROM companies.vat_check k
                           WHERE k.company_id = c.id AND k.tax_id = v.profile ->> 'tax_id' AND k.country = v.profile ->> 'country'
                             AND k.result <> 'unavailable'
                           ORDER BY k.checked_at DESC, k.id DESC LIMIT 1) AS evidence ON true
      WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id`,
    [ids, day],
  );
  return rows.map(({ json, ...company }) => ({ ...company, profile: toProfile(json) }));
}

/** The status of each company that exists, by number. */
export async function companyStatuses(reader: Reader, numbers: readonly string[]): Promise<Map<string, string>> {
  const rows = await reader.query<{ number: string; status: string }>(
    `SELECT number, status FROM companies.company WHERE number = ANY ($1::text[])`,
    [numbers],
  );
  return new Map(rows.map(({ number, status }) => [number, status]));
}

/**
 * Takes the lock under which a company, its members and its headcount change, in the order of their numbers. The caller
 * reads in a later statement: a snapshot is not refreshed by waiting.
 */
export async function lockCompanies(tx: Tx, numbers: readonly string[]): Promise<void> {
  await tx.query(`SELECT id FROM companies.company WHERE number = ANY ($1::text[]) ORDER BY number FOR NO KEY UPDATE`, [numbers]);
}

/** The same lock, by id. */
export async function lockCompaniesById(tx: Tx, ids: readonly CompanyId[]): Promise<void> {
  await tx.query(`SELECT id FROM companies.company WHERE id = ANY ($1::uuid[]) ORDER BY number FOR NO KEY UPDATE`, [ids]);
}

/**
 * Holds the companies as they are, and gives the numbers of those that are closed. Not shared: two who go on to tell of enrolments of one
 * company would wait for each other.
 */
export async function closedAmong(tx: Tx, ids: readonly CompanyId[]): Promise<Map<CompanyId, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: CompanyId; number: string; status: string }>('SELECT id, number, status FROM companies.company WHERE id = ANY ($1::uuid[]) ORDER BY number FOR NO KEY UPDATE', [ids]);
  return new Map(rows.filter(({ status }) => status === 'closed').map(({ id, number }) => [id, number]));
}
