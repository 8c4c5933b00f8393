// The canonical form of an entry, of which its leaf in the chain of seals is the hash.
import { LocalDate, localDate, toEpochDay } from '@countinghouse/kernel';
import type { JournalEntryDraft } from './journal-entry';

/** A draft and what posting it adds, but for what only the database knows: id, transaction and instant. */
export interface EntryForm {
  readonly draft: JournalEntryDraft;
  readonly contentHash: Buffer;
  readonly periodStart: LocalDate;
  readonly entryDate: LocalDate;
  /** In the order of the draft's lines. */
  readonly accountIds: readonly bigint[];
}

/**
 * A line for the entry and one for each posting, fields between tabs: days as days since 2000-01-01, text in quotes, NULL
 * for what is absent, so that no two entries have the same form. The pair of accounting.entry_leaf in the database.
 */
export function leafForm({ draft, contentHash, periodStart, entryDate, accountIds }: EntryForm): string {
  const { issuerId, effectiveOn, kind, sourceType, sourceId, lines } = draft;
  const day = dayNumber(entryDate);
  const head = [issuerId, dayNumber(periodStart), day, dayNumber(effectiveOn), quoted(kind), quoted(sourceType), quoted(sourceId), contentHash.toString('hex'), lines.length];
  const rows = lines.map(({ currency, amountMinor, functionalAmountMinor, party, document, taxCode, rate }, at) =>
    [at + 1, accountIds[at], currency, amountMinor, functionalAmountMinor, day, quoted(party?.type), quoted(party?.id), quoted(document?.type), document?.id ?? 'NULL', quoted(taxCode), rate ?? 'NULL'].join('\t'),
  );
  return [head.join('\t'), ...rows].join('\n');
}

const MILLENNIUM = toEpochDay(localDate('2000-01-01'));

const dayNumber = (date: LocalDate): number => toEpochDay(date) - MILLENNIUM;

/** As PostgreSQL's quote_nullable. */
function quoted(text: string | undefined): string {
  if (text === undefined) return 'NULL';
  return text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
}
