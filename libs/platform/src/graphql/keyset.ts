// Keyset paging: a page starts where the last one ended, by the value of the order's columns, so that the thousandth page
// costs what the first does and rows that come or go meanwhile neither repeat nor hide others.
import { DomainError, isLocalDate } from '@countinghouse/kernel';
import { Actor } from '../auth/actor';
import { Reader } from '../database/tx';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, PageArgs } from './connection';
import { groupedBy } from './rows';

export type KeyType = 'uuid' | 'text' | 'date' | 'bigint' | 'timestamptz';

export interface KeysetQuery {
  /** Names the list in its cursors, so that a cursor of another list is refused. Change it when the order changes. */
  readonly list: string;
  /** The select list, without SELECT. */
  readonly select: string;
  /** Tables and joins, without FROM. */
  readonly from: string;
  readonly where: Where;
  /** Never null, together unique, and the columns of an index; all run in one direction. */
  readonly orderBy: readonly { readonly sql: string; readonly type: KeyType }[];
  readonly direction: 'ascending' | 'descending';
}

/** Conditions joined by AND, with their parameters. */
export class Where {
  private readonly conditions: string[] = [];
  readonly params: unknown[] = [];

  /** Adds a condition on a value that is given; one that is not (null, undefined) asks for nothing. */
  when<Value>(value: Value | null | undefined, sql: (placeholder: string) => string): this {
    if (value != null) this.conditions.push(sql(this.param(value)));
    return this;
  }

  /** Only the issuers that the actor may see. */
  inScope(actor: Actor, issuerColumn: string): this {
    return this.when(actor.issuers === '*' ? null : actor.issuers, (issuers) => `${issuerColumn} = ANY(${issuers}::uuid[])`);
  }

  param(value: unknown): string {
    return `$${this.params.push(value)}`;
  }

  and(...more: string[]): string {
    return [...this.conditions, ...more].map((condition) => `(${condition})`).join(' AND ') || 'true';
  }
}

/** One page of one list; a single statement. @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function keysetPage<Row extends object>(reader: Reader, query: KeysetQuery, page: PageArgs): Promise<Page<Row>> {
  const sql = pageSql(query, page);
  return toPage(query, page, await reader.query<Keyed<Row>>(sql, query.where.params));
}

/**
 * The same page of the list of every parent, in one statement: the child lists of a page of parents.
 * @param parentColumn the column of the children that holds the parent's uuid; it leads the index of the order
 */
export async function keysetPages<Row extends object>(
  reader: Reader,
  query: KeysetQuery,
  page: PageArgs,
  parents: readonly string[],
  parentColumn: string,
): Promise<Map<string, Page<Row>>> {
  const list = query.where.param(parents);
  const rows = await reader.query<Keyed<Row> & { parentKey: string }>(
    `SELECT parent.key AS "parentKey", page.*
       FROM unnest(${list}::uuid[]) AS parent (key)
      CROSS JOIN LATERAL (${pageSql(query, page, `${parentColumn} = parent.key`)}) AS page
      ORDER BY parent.key, page."keyNo"`,
    query.where.params,
  );
  const byParent = groupedBy(rows, 'parentKey');
  return new Map(parents.map((parent) => [parent, toPage<Row>(query, page, byParent.get(parent) ?? [])]));
}

/** How many rows a page asks for. @throws DomainError PAGE_SIZE_INVALID */
export function pageLimit({ first, last }: PageArgs): number {
  if (first != null && last != null) throw invalidSize('last', last, 'give either first or last');
  const size = first ?? last ?? DEFAULT_PAGE_SIZE;
  if (size < 1 || size > MAX_PAGE_SIZE) throw invalidSize(first == null ? 'last' : 'first', size, `ask for 1 to ${MAX_PAGE_SIZE}`);
  return size;
}

/** A row with its place in the order, as text that PostgreSQL reads back to the very same value. */
type Keyed<Row> = Row & { keyNo: bigint; keyset: string[] };

function pageSql(query: KeysetQuery, page: PageArgs, ...conditions: string[]): string {
  const { select, from, where, orderBy } = query;
  const limit = pageLimit(page);
  const forward = (query.direction === 'ascending') === (page.last == null);
  const order = orderBy.map(({ sql }) => `${sql} ${forward ? 'ASC' : 'DESC'}`).join(', ');
  // JSON keeps the microseconds that a JavaScript Date would cut off, and skip or repeat rows by it.
  const keys = orderBy.map(({ sql }) => `to_jsonb(${sql}) #>> '{}'`).join(', ');
  const after = bound(query, page.after, 'after', query.direction === 'ascending' ? '>' : '<');
  const before = bound(query, page.before, 'before', query.direction === 'ascending' ? '<' : '>');
  return `SELECT ${select}, row_number() OVER (ORDER BY ${order}) AS "keyNo", ARRAY[${keys}] AS keyset
            FROM ${from} WHERE ${where.and(...conditions, ...after, ...before)}
           ORDER BY ${order} LIMIT ${limit + 1}`;
}

function bound(query: KeysetQuery, cursor: string | null | undefined, field: string, operator: '<' | '>'): string[] {
  if (cursor == null) return [];
  const values = readCursor(query, cursor, field);
  const columns = query.orderBy.map(({ sql }) => sql).join(', ');
  const params = query.orderBy.map(({ type }, i) => `${query.where.param(values[i])}::${type}`).join(', ');
  return [`(${columns}) ${operator} (${params})`];
}

function toPage<Row extends object>(query: KeysetQuery, page: PageArgs, rows: readonly Keyed<Row>[]): Page<Row> {
  const limit = pageLimit(page);
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  const backward = page.last != null;
  if (backward) shown.reverse();
  const edges = shown.map((node) => ({ node, cursor: writeCursor(query.list, node.keyset) }));
  return {
    edges,
    pageInfo: {
      hasNextPage: backward ? page.before != null : more,
      hasPreviousPage: backward ? more : page.after != null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function writeCursor(list: string, values: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/**
 * A cursor is not signed: a forged one only says where in the caller's own list to begin. It is checked so that nothing but
 * values of the right type reaches PostgreSQL, and so that a mistake is told as one.
 */
function readCursor(query: KeysetQuery, cursor: string, field: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalidCursor(field, cursor);
  }
  if (!Array.isArray(parsed) || parsed.length !== query.orderBy.length + 1) throw invalidCursor(field, cursor);
  const [list, ...values] = parsed as unknown[];
  if (list !== query.list) throw invalidCursor(field, cursor);
  if (!values.every((value, i) => typeof value === 'string' && IS[query.orderBy[i]!.type](value))) throw invalidCursor(field, cursor);
  return values as string[];
}

/** What PostgreSQL can read as that type; anything else would be an error of ours instead of the caller's. */
const IS: Readonly<Record<KeyType, (text: string) => boolean>> = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
  text: (text) => text.length <= 1000 && !text.includes('\0'),
  date: isLocalDate,
  bigint: (text) => /^-?\d{1,18}$/.test(text),
  timestamptz: (text) => /^[12]\d{3}-\d{2}-\d{2}T[\d:.]{8,15}[+-]\d{2}:\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
};

function invalidCursor(field: string, cursor: string): DomainError {
  return new DomainError('CURSOR_INVALID', `${field} is not a cursor of this list`, {
    field,
    value: cursor.slice(0, 80),
    remedy: 'give a cursor exactly as this list returned it, or leave it out to begin at the start',
  });
}

function invalidSize(field: string, size: number, remedy: string): DomainError {
  return new DomainError('PAGE_SIZE_INVALID', `${field} ${size} is not a page size`, { field, value: String(size), remedy });
}
