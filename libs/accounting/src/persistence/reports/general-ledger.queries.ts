// SQL of the general ledger of an account: its postings in order, and the balance before any of them.
import { Currency, DateRange, IssuerId, LocalDate } from '@countinghouse/kernel';
import { keysetPage, KeysetQuery, Page, PageArgs, Reader, streamRows, Where } from '@countinghouse/platform';
import { CurrencyBalance } from './account.queries';

/** One posting; debit positive, minor units. */
export interface LedgerLine {
  readonly entryId: bigint;
  readonly lineNo: number;
  readonly entryDate: LocalDate;
  /** The day of the fact; earlier than the entry's when its own period was closed. */
  readonly effectiveOn: LocalDate;
  readonly kind: string;
  readonly sourceType: string;
  readonly sourceId: string;
  readonly partyType: string | null;
  readonly partyId: string | null;
  readonly documentType: string | null;
  readonly documentId: string | null;
  /** As printed on the document, if it has a number. */
  readonly documentNumber: string | null;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
}

/** An account between two days, `[start, end)`. */
export interface LedgerOfAccount {
  readonly issuerId: IssuerId;
  readonly accountId: bigint;
  readonly range: DateRange;
}

/** The columns of a ledger line, and where they come from. */
export const SELECT = `line.entry_id AS "entryId", line.line_no AS "lineNo", line.entry_date AS "entryDate", entry.effective_on AS "effectiveOn",
  entry.kind, entry.source_type AS "sourceType", entry.source_id AS "sourceId", line.party_type AS "partyType", line.party_id AS "partyId",
  line.document_type AS "documentType", line.document_id AS "documentId", document.number AS "documentNumber",
  line.currency, line.amount_minor AS "amountMinor", line.functional_amount_minor AS "functionalAmountMinor"`;
export const FROM = `accounting.posting line JOIN accounting.journal_entry entry ON entry.id = line.entry_id
  LEFT JOIN accounting.document ON document.id = line.document_id`;
/** The order of lines, by which pages of them are found again. */
export const ORDER: KeysetQuery['orderBy'] = [
  { sql: 'line.entry_date', type: 'date' },
  { sql: 'line.entry_id', type: 'bigint' },
  { sql: 'line.line_no', type: 'bigint' },
];

/** One page; whatever its number, it is read from where the last one ended. @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID */
export async function ledgerPage(reader: Reader, { accountId, range }: LedgerOfAccount, page: PageArgs): Promise<Page<LedgerLine>> {
  return keysetPage<LedgerLine>(
    reader,
    {
      list: `general-ledger ${accountId}`,
      select: SELECT,
      from: FROM,
      where: new Where()
        .when(accountId, (id) => `line.account_id = ${id}`)
        .when(range.start, (start) => `line.entry_date >= ${start}`)
        .when(range.end, (end) => `line.entry_date < ${end}`),
      orderBy: ORDER,
      direction: 'ascending',
    },
    page,
  );
}

/** All of it, as it is asked for. */
export function ledgerStream(reader: Reader, { accountId, range }: LedgerOfAccount): AsyncGenerator<LedgerLine> {
  return streamRows<LedgerLine>(
    reader,
    `SELECT ${SELECT} FROM ${FROM} WHERE line.account_id = $1 AND line.entry_date >= $2 AND line.entry_date < $3 ORDER BY ${ORDER.map(({ sql }) => sql).join(', ')}`,
    [accountId, range.start, range.end],
  );
}

/** The balance of the account before a line of it: that of the day before, and the postings of the day up to it. */
export async function balanceBefore(
  reader: Reader,
  { issuerId, accountId }: LedgerOfAccount,
  line: Pick<LedgerLine, 'entryDate' | 'entryId' | 'lineNo'>,
): Promise<CurrencyBalance[]> {
  return reader.query<CurrencyBalance>(
    `SELECT currency, sum(amount)::bigint AS "balanceMinor", sum(functional)::bigint AS "functionalBalanceMinor"
       FROM (SELECT currency, debit_minor - credit_minor AS amount, functional_debit_minor - functional_credit_minor AS functional
               FROM accounting.balance_as_of($1, $3::date - 1) WHERE account_id = $2
             UNION ALL
             SELECT currency, amount_minor, functional_amount_minor FROM accounting.posting
              WHERE account_id = $2 AND entry_date = $3 AND entry_id <= $4 AND (entry_id, line_no) < ($4, $5)) AS before
      GROUP BY currency`,
    [issuerId, accountId, line.entryDate, line.entryId, line.lineNo],
  );
}
