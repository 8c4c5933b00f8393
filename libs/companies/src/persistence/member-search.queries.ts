// Searching people by name, e-mail and employee id: what fits best first, out of a bounded number of hits.
import { CompanyId } from '@countinghouse/kernel';
import { KeysetQuery, Reader, Where } from '@countinghouse/platform';
import { searchWords } from './search.queries';

/** Of more names than these only so many are ranked: somebody who looks for 'Maria' among a million has to say more. */
export const NAMES_MAX = 1_000;
/** Of more addresses, or ids, that begin so, only so many are looked at. */
const BEGINNINGS_MAX = 50;
/** A shorter word stands for itself only: half the world's names begin with any two letters. */
const PREFIX_MIN = 3;
const RAW_MAX = 254;

/** What is looked for, as the indexes know it. */
export interface LookedFor {
  /** A tsquery: every word begins a word of the name. Null when there are no words. */
  readonly names: string | null;
  /** A LIKE pattern: the whole begins the address or the employee id, or is it when it is short. */
  readonly beginning: string;
  readonly words: readonly string[];
  readonly raw: string;
}

/** Undefined when there is nothing to look for. */
export async function lookedFor(reader: Reader, text: string | null | undefined): Promise<LookedFor | undefined> {
  const raw = (text ?? '').normalize('NFC').replaceAll('\0', '').trim().toLowerCase().slice(0, RAW_MAX);
  if (raw === '') return undefined;
  const words = await searchWords(reader, raw);
  // Words are of small letters and digits, so they need no quotes.
  const names = words.map((word) => (word.length < PREFIX_MIN ? word : `${word}:*`)).join(' & ');
  const literal = raw.replace(/[\\%_]/g, '\\$&');
  return { names: names || null, beginning: raw.length < PREFIX_MIN ? literal : `${literal}%`, words, raw };
}

/** The condition on `companies.member m`; each part of it has its index. `like` is the placeholder of the beginning. */
export function isLookedFor(where: Where, { names }: LookedFor, like: string): string {
  const named = names === null ? '' : ` OR companies.name_words(m.name) @@ ${where.param(names)}::tsquery`;
  return `lower(m.employee_id) LIKE ${like} OR lower(m.email) LIKE ${like}${named}`;
}

/** People who were found, for a page of them, as `m`: what fits best first. */
export interface FoundMembers {
  readonly from: string;
  readonly where: Where;
  readonly orderBy: KeysetQuery['orderBy'];
  /** SQL of whether there are more names than were ranked. */
  readonly isCut: string;
}

/**
 * First who has that employee id or address, then whose name it is, then whose name begins so. An address or id costs one
 * descent of its index whatever the number of people; a name costs the pages on which its words stand, which are few for all
 * but the words that half the people have. Undefined when there is nothing to look for.
 */
export async function foundMembers(reader: Reader, text: string, companyId: CompanyId | undefined): Promise<FoundMembers | undefined> {
  const looked = await lookedFor(reader, text);
  if (looked === undefined) return undefined;
  const where = new Where();
  const [raw, name, like, names] = [looked.raw, ` ${looked.words.join(' ')}`, looked.beginning, looked.names ?? ''].map((value) => where.param(value)) as [string, string, string, string];
  const company = companyId === undefined ? '' : ` AND m.company_id = ${where.param(companyId)}::uuid`;
  const hits = (condition: string, max: number) => `SELECT m.* FROM companies.member m WHERE ${condition}${company} LIMIT ${max}`;
  // With few rows wanted the planner would rather look through the table for them.
  await reader.query('SET LOCAL enable_seqscan = off');
  const from = `(
    WITH named AS MATERIALIZED (${hits(`companies.name_words(m.name) @@ ${names}::tsquery`, NAMES_MAX + 1)}),
    hit AS ((${hits(`lower(m.employee_id) LIKE ${like}`, BEGINNINGS_MAX)}) UNION (${hits(`lower(m.email) LIKE ${like}`, BEGINNINGS_MAX)}) UNION SELECT * FROM named),
    spelled AS MATERIALIZED (SELECT hit.*, companies.search_text(hit.name) AS spelling FROM hit)
    SELECT s.*, (SELECT count(*) > ${NAMES_MAX} FROM named) AS is_cut,
           CASE WHEN lower(s.employee_id) = ${raw} OR lower(s.email) = ${raw} THEN 0 WHEN spelling = ${name} || ' ' THEN 1
                WHEN starts_with(spelling, ${name}) THEN 2 ELSE 3 END AS rank
      FROM spelled s) AS m`;
  const orderBy = [{ sql: 'm.rank', type: 'bigint' }, { sql: 'm.spelling', type: 'text' }, { sql: 'm.id', type: 'uuid' }] as const;
  return { from, where, orderBy, isCut: 'm.is_cut' };
}
