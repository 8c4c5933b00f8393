// SQL of the journal: choosing and locking periods, and posting entries as a set.
import { IssuerId, LocalDate } from '@countinghouse/kernel';
import { byteaArray, dateArray, int4Array, int8Array, Reader, textArray, Tx, uuidArray } from '@countinghouse/platform';
import { EntryForm } from '../domain/entry-leaf';
import { JournalEntryDraft } from '../domain/journal-entry';

export interface DayOfIssuer {
  readonly issuerId: IssuerId;
  readonly day: LocalDate;
  /** Goes into its own month also while that is being closed. */
  readonly closingWork: boolean;
}

export interface EntryToPost extends EntryForm {
  /** SHA-256 of its leafForm. */
  readonly leafHash: Buffer;
}

export interface PostedEntry {
  readonly entryId: bigint;
  /** False when the same fact was posted before. */
  readonly isNew: boolean;
}

/**
 * The first day of the period each day is posted into, null where there is none, in the order given; their shared locks
 * are held until the transaction ends. Opens up to twelve months after the last one as days fall into them.
 */
export async function takePostingPeriods(tx: Tx, days: readonly DayOfIssuer[]): Promise<(LocalDate | null)[]> {
  const rows = await tx.query<DayOfIssuer & { periodStart: LocalDate | null }>(
    `SELECT issuer_id AS "issuerId", day, closing_work AS "closingWork", period_start AS "periodStart"
       FROM accounting.take_posting_periods($1, $2, $3)`,
    [days.map((day) => day.issuerId), days.map((day) => day.day), days.map((day) => day.closingWork)],
  );
  const found = new Map(rows.map((row) => [dayKey(row), row.periodStart]));
  return days.map((day) => found.get(dayKey(day)) ?? null);
}

export function dayKey({ issuerId, day, closingWork }: DayOfIssuer): string {
  return `${issuerId} ${day} ${closingWork}`;
}

/**
 * Posts new entries and their lines in one statement, its arrays in binary form; their ids in the order given. A source that
 * somebody posted since it was looked for violates `source_is_posted_once`.
 */
export async function postEntries(tx: Tx, entries: readonly EntryToPost[]): Promise<bigint[]> {
  const lines = entries.flatMap(({ draft, accountIds }, index) =>
    draft.lines.map((line, at) => ({ ...line, entryNo: index + 1, lineNo: at + 1, accountId: accountIds[at]! })),
  );
  const { ids } = await tx.one<{ ids: bigint[] }>(
    `SELECT accounting.post_entries(
       $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23) AS ids`,
    [
      uuidArray(entries.map(({ draft }) => draft.issuerId)),
      dateArray(entries.map(({ periodStart }) => periodStart)),
      dateArray(entries.map(({ entryDate }) => entryDate)),
      dateArray(entries.map(({ draft }) => draft.effectiveOn)),
      textArray(entries.map(({ draft }) => draft.kind)),
      textArray(entries.map(({ draft }) => draft.sourceType)),
      textArray(entries.map(({ draft }) => draft.sourceId)),
      byteaArray(entries.map(({ contentHash }) => contentHash)),
      byteaArray(entries.map(({ leafHash }) => leafHash)),
      int4Array(entries.map(({ draft }) => draft.lines.length)),
      int4Array(lines.map((line) => line.entryNo)),
      int4Array(lines.map((line) => line.lineNo)),
      int8Array(lines.map((line) => line.accountId)),
      textArray(lines.map((line) => line.currency)),
      int8Array(lines.map((line) => line.amountMinor)),
      int8Array(lines.map((line) => line.functionalAmountMinor)),
      textArray(lines.map((line) => line.party?.type ?? null)),
      textArray(lines.map((line) => line.party?.id ?? null)),
      textArray(lines.map((line) => line.document?.type ?? null)),
      uuidArray(lines.map((line) => line.document?.id ?? null)),
      textArray(lines.map((line) => line.taxCode ?? null)),
      lines.map((line) => line.rate ?? null),
      int4Array(reversedNos(entries)),
    ],
  );
  return ids;
}

/** The number of the entry that each one takes back: the revaluation of the same source in the same call. */
function reversedNos(entries: readonly EntryToPost[]): (number | null)[] {
  const revaluations = new Map(entries.flatMap(({ draft }, index) => (draft.kind === 'revaluation' ? [[draft.sourceId, index + 1] as const] : [])));
  return entries.map(({ draft }) => (draft.kind === 'revaluation-reversed' ? (revaluations.get(draft.sourceId) ?? null) : null));
}

/** The entries of sources that are posted, undefined for the others, in the order given. */
export async function postedEntries(
  reader: Reader,
  sources: readonly Pick<JournalEntryDraft, 'issuerId' | 'sourceType' | 'sourceId' | 'kind'>[],
): Promise<({ entryId: bigint; contentHash: Buffer } | undefined)[]> {
  const rows = await reader.query<{ no: bigint; entryId: bigint; contentHash: Buffer }>(
    `SELECT no, entry_id AS "entryId", content_hash AS "contentHash" FROM accounting.entries_of_sources($1, $2, $3, $4)`,
    [
      sources.map((source) => source.issuerId),
      sources.map((source) => source.sourceType),
      sources.map((source) => source.sourceId),
      sources.map((source) => source.kind),
    ],
  );
  const byNo = new Map(rows.map(({ no, ...entry }) => [Number(no) - 1, entry]));
  return sources.map((_source, index) => byNo.get(index));
}
