// SQL of what parties owe: ageing by party, open documents, and the statement of one party.
import { Currency, DateRange, IssuerId, LocalDate } from '@countinghouse/kernel';
import { keysetPage, Page, PageArgs, Reader, streamRows, Where } from '@countinghouse/platform';
import { AGEING_LIMITS_DAYS } from '../../domain/reports/ageing';
import { CurrencyBalance } from './account.queries';

/** What one party owes in one currency, by how long it is overdue; minor units. */
export interface AgeingLine {
  readonly partyType: string | null;
  readonly partyId: string | null;
  readonly currency: Currency;
  /** One amount for each of AGEING_BUCKETS, in their order. */
  readonly bucketsMinor: readonly bigint[];
  readonly totalMinor: bigint;
  readonly functionalTotalMinor: bigint;
}

/** Where a page of the ageing ended. */
export type AgeingPlace = Pick<AgeingLine, 'partyId' | 'currency'>;

export interface AgeingQuery {
  readonly issuerId: IssuerId;
  readonly asOf: LocalDate;
  /** 'company' or 'member'; both when left out. */
  readonly partyType?: string | undefined;
}

/** A document is overdue from the day after the one it is due; one without a due day is current. */
const aged = (items: string): string => `SELECT item.*, document.number, document.due_on, width_bucket($2::date - coalesce(document.due_on, $2), $3::int[]) AS bucket
  FROM accounting.account
  JOIN ${items} item ON item.account_id = account.id
  LEFT JOIN accounting.document ON document.id = item.document_id
 WHERE account.issuer_id = $1 AND account.role = 'receivables' AND item.amount_minor <> 0`;

const BUCKETS = [0, ...AGEING_LIMITS_DAYS.map((_days, index) => index + 1)];

const AGEING = `SELECT party_type AS "partyType", party_id AS "partyId", currency,
    ARRAY[${BUCKETS.map((no) => `coalesce(sum(amount_minor) FILTER (WHERE bucket = ${no}), 0)`).join(', ')}]::int8[] AS "bucketsMinor",
    sum(amount_minor)::bigint AS "totalMinor", sum(functional_amount_minor)::bigint AS "functionalTotalMinor"
  FROM (${aged('accounting.open_item_as_of($1, $2)')} AND ($4::text IS NULL OR item.party_type = $4)
          AND ($5::text IS NULL OR (coalesce(item.party_id, ''), item.currency::text) > ($5, $6))) AS aged
 GROUP BY party_type, party_id, currency
 ORDER BY coalesce(party_id, ''), currency`;

const ageingParams = ({ issuerId, asOf, partyType }: AgeingQuery) => [issuerId, asOf, AGEING_LIMITS_DAYS, partyType ?? null];

/** A page of lines by party and currency; `after` is the last one of the page before. */
export async function ageingPage(reader: Reader, query: AgeingQuery, after: AgeingPlace | null, limit: number): Promise<AgeingLine[]> {
  const place = after ? [after.partyId ?? '', after.currency] : [null, null];
  return reader.query<AgeingLine>(`${AGEING} LIMIT $7`, [...ageingParams(query), ...place, limit]);
}

/** Every party, as it is asked for. */
export function ageingStream(reader: Reader, query: AgeingQuery): AsyncGenerator<AgeingLine> {
  return streamRows<AgeingLine>(reader, AGEING, [...ageingParams(query), null, null]);
}

/** A document that is not settled. */
export interface OpenDocument {
  readonly documentType: string | null;
  readonly documentId: string | null;
  readonly documentNumber: string | null;
  readonly dueOn: LocalDate | null;
  readonly currency: Currency;
  readonly openMinor: bigint;
  /** The place in AGEING_BUCKETS. */
  readonly bucket: number;
}

/** What stands behind a line of the ageing: the open documents of a party, the longest overdue first; a page of at most `first`. */
export async function openDocuments(
  reader: Reader,
  { issuerId, asOf }: AgeingQuery,
  partyId: string,
  { after, first }: { readonly after: string | null; readonly first: number },
): Promise<OpenDocument[]> {
  return reader.query<OpenDocument>(
    `SELECT document_type AS "documentType", document_id AS "documentId", number AS "documentNumber", due_on AS "dueOn", currency,
            amount_minor AS "openMinor", bucket
       FROM (${aged('accounting.open_item_of_party($1, $4, $2)')}) AS aged
      WHERE $5::uuid IS NULL OR (coalesce(due_on, 'infinity'), document_id)
            > (coalesce((SELECT due_on FROM accounting.document WHERE id = $5), 'infinity'), $5)
      ORDER BY coalesce(due_on, 'infinity'), document_id LIMIT $6`,
    [issuerId, asOf, AGEING_LIMITS_DAYS, partyId, after, first],
  );
}

/** The accounts on which a party's account with us stands: what it owes, and its money that is not applied yet. */
const STATEMENT_ROLES = `('receivables', 'unapplied-cash')`;

/** One entry of a party's account; what it moves between the two accounts only is left out. */
export interface StatementLine {
  readonly entryId: bigint;
  readonly entryDate: LocalDate;
  readonly kind: string;
  readonly documentType: string | null;
  readonly documentId: string | null;
  readonly documentNumber: string | null;
  readonly dueOn: LocalDate | null;
  readonly currency: Currency;
  /** What the party owes more, or less if negative. */
  readonly amountMinor: bigint;
}

export interface StatementQuery {
  readonly issuerId: IssuerId;
  readonly partyId: string;
  readonly range: DateRange;
}

/** What the party owed when the first day began, by currency. */
export async function statementOpening(reader: Reader, { issuerId, partyId, range }: StatementQuery): Promise<CurrencyBalance[]> {
  return reader.query<CurrencyBalance>(
    `SELECT item.currency, sum(item.amount_minor)::bigint AS "balanceMinor", sum(item.functional_amount_minor)::bigint AS "functionalBalanceMinor"
       FROM accounting.account JOIN accounting.open_item_of_party($1, $2, $3::date - 1) item ON item.account_id = account.id
      WHERE account.role IN ${STATEMENT_ROLES}
      GROUP BY item.currency ORDER BY item.currency`,
    [issuerId, partyId, range.start],
  );
}

/** The columns of a statement's line, and where they come from. An entry that touches several documents names none. */
const LINE = `moved.entry_id AS "entryId", moved.entry_date AS "entryDate", entry.kind, moved.currency, moved.amount_minor AS "amountMinor",
  moved.document_type AS "documentType", moved.document_id AS "documentId", document.number AS "documentNumber", document.due_on AS "dueOn"`;
const MOVED = `(SELECT account.issuer_id, line.party_id, hashtext(line.party_id) AS party_hash, line.entry_date, line.entry_id, line.currency, sum(line.amount_minor)::bigint AS amount_minor,
         CASE WHEN min(line.document_id::text) = max(line.document_id::text) THEN min(line.document_id::text)::uuid END AS document_id,
         CASE WHEN min(line.document_id::text) = max(line.document_id::text) THEN min(line.document_type) END AS document_type
    FROM accounting.account JOIN accounting.posting line ON line.account_id = account.id
   WHERE account.role IN ${STATEMENT_ROLES}
   GROUP BY account.issuer_id, line.party_id, line.entry_date, line.entry_id, line.currency HAVING sum(line.amount_minor) <> 0) AS moved
  JOIN accounting.journal_entry entry ON entry.id = moved.entry_id
  LEFT JOIN accounting.document ON document.id = moved.document_id`;

/** All of it, as it is asked for. */
export function statementStream(reader: Reader, { issuerId, partyId, range }: StatementQuery): AsyncGenerator<StatementLine> {
  return streamRows<StatementLine>(
    reader,
    `SELECT ${LINE} FROM ${MOVED}
      WHERE moved.issuer_id = $1 AND moved.party_hash = hashtext($2) AND moved.party_id = $2 AND moved.entry_date >= $3 AND moved.entry_date < $4
      ORDER BY moved.entry_date, moved.entry_id, moved.currency`,
    [issuerId, partyId, range.start, range.end],
  );
}

/** One page. @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function statementPage(reader: Reader, { issuerId, partyId, range }: StatementQuery, page: PageArgs): Promise<Page<StatementLine>> {
  return keysetPage<StatementLine>(
    reader,
    {
      list: `statement ${issuerId} ${partyId}`,
      select: LINE,
      from: MOVED,
      where: new Where()
        .when(issuerId, (id) => `moved.issuer_id = ${id}`)
        .when(partyId, (id) => `moved.party_hash = hashtext(${id}) AND moved.party_id = ${id}`)
        .when(range.start, (start) => `moved.entry_date >= ${start}`)
        .when(range.end, (end) => `moved.entry_date < ${end}`),
      orderBy: [
        { sql: 'moved.entry_date', type: 'date' },
        { sql: 'moved.entry_id', type: 'bigint' },
        { sql: 'moved.currency', type: 'text' },
      ],
      direction: 'ascending',
    },
    page,
  );
}

/** What the party owed before a line of its statement: what it owed when the day began, and the lines of the day up to it. */
export async function owedBefore(reader: Reader, { issuerId, partyId }: StatementQuery, line: StatementLine): Promise<CurrencyBalance[]> {
  return reader.query<CurrencyBalance>(
    `SELECT currency, sum(amount)::bigint AS "balanceMinor", 0::bigint AS "functionalBalanceMinor"
       FROM (SELECT item.currency, item.amount_minor AS amount
               FROM accounting.account JOIN accounting.open_item_of_party($1, $2, $3::date - 1) item ON item.account_id = account.id
              WHERE account.role IN ${STATEMENT_ROLES}
             UNION ALL
             SELECT line.currency, line.amount_minor
               FROM accounting.account JOIN accounting.posting line ON line.account_id = account.id
              WHERE account.issuer_id = $1 AND account.role IN ${STATEMENT_ROLES} AND hashtext(line.party_id) = hashtext($2) AND line.party_id = $2
                AND line.entry_date = $3 AND (line.entry_id, line.currency::text) < ($4, $5)) AS before
      GROUP BY currency`,
    [issuerId, partyId, line.entryDate, line.entryId, line.currency],
  );
}
