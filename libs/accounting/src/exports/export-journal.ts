// Exports the whole journal of an issuer as a stream of text.
import { DomainError, IssuerId } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { beancount } from '../domain/exports/beancount';
import { journalCsv } from '../domain/exports/journal-csv';
import { JournalFormat } from '../domain/exports/journal-format';
import { ledgerText } from '../domain/exports/ledger-text';
import { journalFrame, journalStream } from '../persistence/reports/journal-entry.queries';

/** Ledger reads what hledger reads, so the two share a format under either name. */
const FORMATS = { hledger: ledgerText, ledger: ledgerText, beancount, csv: journalCsv } satisfies Record<string, JournalFormat>;

export type ExportFormat = keyof typeof FORMATS;
export const EXPORT_FORMATS = Object.keys(FORMATS) as ExportFormat[];

/** Pieces of about this many characters: an entry at a time would be a system call at a time. */
const PIECE_LENGTH = 64 * 1024;

/**
 * The journal in the order in which it was recorded, on the reader's snapshot. Memory is bounded by a page of postings
 * and a piece of text, however long the journal is.
 * @throws DomainError EXPORT_FORMAT_UNKNOWN
 */
export async function* exportJournal(reader: Reader, issuerId: IssuerId, format: ExportFormat): AsyncGenerator<string> {
  const writer: JournalFormat | undefined = FORMATS[format];
  if (!writer) {
    throw new DomainError('EXPORT_FORMAT_UNKNOWN', `There is no export format ${format}.`, { field: 'format', value: format, remedy: `Use one of ${EXPORT_FORMATS.join(', ')}.` });
  }
  const books = await journalFrame(reader, issuerId);
  let piece = writer.head(books);
  for await (const entry of journalStream(reader, issuerId)) {
    piece += writer.entry(entry, books);
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
