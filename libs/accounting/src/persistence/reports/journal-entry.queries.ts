// SQL of whole entries: one to look at, or the journal to be exported.
import { Currency, IssuerId } from '@countinghouse/kernel';
import { Reader, streamRows } from '@countinghouse/platform';
import { ExportedBooks, ExportedEntry, ExportedLine } from '../../domain/exports/journal-format';

/** A whole entry, as exports and the API show it. */
export interface JournalEntry extends ExportedEntry {
  readonly issuerId: IssuerId;
  /** The issuer's. */
  readonly functionalCurrency: Currency;
}

type JournalRow = Omit<JournalEntry, 'lines'> & ExportedLine;

const ROWS = `SELECT entry.id, entry.issuer_id AS "issuerId", entry.entry_date AS "entryDate", entry.effective_on AS "effectiveOn",
    entry.is_correction AS "isCorrection", entry.kind, entry.source_type AS "sourceType", entry.source_id AS "sourceId", entry.reverses, entry.recorded_at AS "recordedAt", issuer.functional_currency AS "functionalCurrency",
    line.line_no AS "lineNo", account.code AS "accountCode", account.type AS "accountType", account.name AS "accountName", line.currency,
    line.amount_minor AS "amountMinor", line.functional_amount_minor AS "functionalAmountMinor", line.rate, line.party_type AS "partyType",
    line.party_id AS "partyId", line.document_type AS "documentType", line.document_id AS "documentId", document.number AS "documentNumber",
    line.tax_code AS "taxCode"
  FROM accounting.journal_entry entry
  JOIN platform.issuer ON issuer.id = entry.issuer_id
  JOIN accounting.posting line ON line.entry_id = entry.id
  JOIN accounting.account ON account.id = line.account_id
  LEFT JOIN accounting.document ON document.id = line.document_id`;

/** Entries with their lines, in the order of the ids given; ids that are not there are left out. */
export async function journalEntries(reader: Reader, ids: readonly bigint[]): Promise<JournalEntry[]> {
  const rows = await reader.query<JournalRow>(`${ROWS} WHERE entry.id = ANY ($1::int8[]) ORDER BY array_position($1::int8[], entry.id), line.line_no`, [ids]);
  return [...wholeEntries(rows)];
}

/** The whole journal of an issuer in the order in which it was recorded, as it is asked for. */
export async function* journalStream(reader: Reader, issuerId: IssuerId): AsyncGenerator<JournalEntry> {
  let open: JournalRow[] = [];
  for await (const row of streamRows<JournalRow>(reader, `${ROWS} WHERE entry.issuer_id = $1 ORDER BY entry.id, line.line_no`, [issuerId])) {
    if (open.length > 0 && open[0]!.id !== row.id) {
      yield entryOf(open);
      open = [];
    }
    open.push(row);
  }
  if (open.length > 0) yield entryOf(open);
}

function* wholeEntries(rows: readonly JournalRow[]): Generator<JournalEntry> {
  for (let from = 0; from < rows.length; ) {
    let to = from + 1;
    while (to < rows.length && rows[to]!.id === rows[from]!.id) to++;
    yield entryOf(rows.slice(from, to));
    from = to;
  }
}

function entryOf(rows: readonly JournalRow[]): JournalEntry {
  const { id, issuerId, entryDate, effectiveOn, isCorrection, kind, sourceType, sourceId, reverses, recordedAt, functionalCurrency } = rows[0]!;
  return { id, issuerId, entryDate, effectiveOn, isCorrection, kind, sourceType, sourceId, reverses, recordedAt, functionalCurrency, lines: rows };
}

/** What stands at the head of an export: the whole chart, every currency in the books, and the first day of the first period. */
export async function journalFrame(reader: Reader, issuerId: IssuerId): Promise<ExportedBooks> {
  const frame = await reader.one<Omit<ExportedBooks, 'accounts'>>(
    `SELECT legal_name AS "issuerName", functional_currency AS "functionalCurrency",
            (SELECT coalesce(min(starts_on), '2000-01-01') FROM accounting.period WHERE issuer_id = issuer.id) AS "from",
            ARRAY(SELECT functional_currency::text UNION SELECT currency::text FROM accounting.account_balance WHERE issuer_id = issuer.id ORDER BY 1) AS currencies
       FROM platform.issuer WHERE id = $1`,
    [issuerId],
  );
  const accounts = await reader.query<ExportedBooks['accounts'][number]>('SELECT code, name, type FROM accounting.account WHERE issuer_id = $1 ORDER BY code', [issuerId]);
  return { ...frame, accounts };
}
