// SQL of revenue: schedules, what is still unearned on them, and recognitions.
import { Currency, IssuerId, LocalDate } from '@countinghouse/kernel';
import type { ServiceLine } from '@countinghouse/contracts';
import { Reader, Tx } from '@countinghouse/platform';
import { Recognition, RevenueSchedule } from '../domain/revenue-schedule';

/** The service lines of one invoice and the entry that deferred them. */
export interface DeferredDocument {
  readonly issuerId: IssuerId;
  readonly entryId: bigint;
  readonly documentId: string;
  readonly currency: Currency;
  readonly deferredOn: LocalDate;
  readonly lines: readonly ServiceLine[];
}

/** A range of schedule ids, both ends included; text, because it travels as JSON. */
export interface ScheduleRange {
  readonly firstId: string;
  readonly lastId: string;
}

/** One row per service line that is not zero, in one statement. */
export async function insertSchedules(tx: Tx, documents: readonly DeferredDocument[]): Promise<void> {
  const rows = documents.flatMap((document) =>
    document.lines.filter((line) => line.netMinor !== 0n).map((line) => ({ document, line })),
  );
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO accounting.revenue_schedule
       (document_type, issuer_id, entry_id, line_no, document_id, currency, total_minor, service_start, service_end, deferred_on)
     SELECT 'invoice', * FROM unnest($1::uuid[], $2::int8[], $3::int[], $4::uuid[], $5::text[], $6::int8[], $7::date[], $8::date[], $9::date[])`,
    [
      rows.map(({ document }) => document.issuerId),
      rows.map(({ document }) => document.entryId),
      rows.map(({ line }) => line.lineNo),
      rows.map(({ document }) => document.documentId),
      rows.map(({ document }) => document.currency),
      rows.map(({ line }) => line.netMinor),
      rows.map(({ line }) => line.servicePeriod.start),
      rows.map(({ line }) => line.servicePeriod.end),
      rows.map(({ document }) => document.deferredOn),
    ],
  );
}

/** A schedule the run has to look at: unearned, begun, and in the books by that day. */
const DUE = 'issuer_id = $1 AND recognised_minor <> total_minor AND service_start <= $2 AND deferred_on <= $2';

/** Cuts the schedules due into ranges of about `size`, in one statement over the index of unearned schedules. */
export async function dueRanges(
  reader: Reader,
  issuerId: IssuerId,
  through: LocalDate,
  size: number,
): Promise<(ScheduleRange & { schedules: number })[]> {
  return reader.query(
    `SELECT min(id)::text AS "firstId", max(id)::text AS "lastId", count(*)::int AS schedules
       FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / $3::int AS chunk
               FROM accounting.revenue_schedule WHERE ${DUE}) AS numbered
      GROUP BY chunk ORDER BY chunk`,
    [issuerId, through, size],
  );
}

/** The schedules due within a range, locked in id order: of two runs the second waits and then finds nothing left. */
export async function lockDueSchedules(
  tx: Tx,
  issuerId: IssuerId,
  through: LocalDate,
  range: ScheduleRange,
): Promise<RevenueSchedule[]> {
  const rows = await tx.query<{
    id: bigint;
    currency: Currency;
    totalMinor: bigint;
    start: LocalDate;
    end: LocalDate;
    recognisedMinor: bigint;
  }>(
    `SELECT id, currency, total_minor AS "totalMinor", service_start AS start, service_end AS "end",
            recognised_minor AS "recognisedMinor"
       FROM accounting.revenue_schedule
      WHERE ${DUE} AND id BETWEEN $3 AND $4
      ORDER BY id FOR NO KEY UPDATE`,
    [issuerId, through, range.firstId, range.lastId],
  );
  return rows.map(({ start, end, ...schedule }) => ({ ...schedule, servicePeriod: { start, end } }));
}

/** Appends recognitions; the database moves their schedules forward in the same statement. */
export async function insertRecognitions(
  tx: Tx,
  through: LocalDate,
  recognitions: readonly (Recognition & { entryId: bigint | null })[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO accounting.revenue_recognition (through, schedule_id, amount_minor, entry_id)
     SELECT $1::date, * FROM unnest($2::int8[], $3::int8[], $4::int8[])`,
    [
      through,
      recognitions.map((recognition) => recognition.scheduleId),
      recognitions.map((recognition) => recognition.amountMinor),
      recognitions.map((recognition) => recognition.entryId),
    ],
  );
}
