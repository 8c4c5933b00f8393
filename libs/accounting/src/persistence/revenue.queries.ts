// SQL of revenue: schedules, what is still unearned on them, and recognitions.
import { Currency, DateRange, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';
import { CreditableSchedule } from '../domain/credit';
import { Recognition, RevenueSchedule } from '../domain/revenue-schedule';

/** A line of a document and the entry that deferred it; or a credit, which reduces the schedule of such a line. */
export interface ScheduleToInsert {
  readonly issuerId: IssuerId;
  readonly entryId: bigint;
  readonly lineNo: number;
  readonly documentType: string;
  readonly documentId: string;
  readonly currency: Currency;
  readonly totalMinor: bigint;
  readonly functionalTotalMinor: bigint;
  readonly servicePeriod: DateRange;
  readonly deferredOn: LocalDate;
  readonly reduces: bigint | null;
}

/** A range of schedule ids, both ends included; text, because it travels as JSON. */
export interface ScheduleRange {
  readonly firstId: string;
  readonly lastId: string;
}

/** Adds schedules, in one statement. */
export async function insertSchedules(tx: Tx, schedules: readonly ScheduleToInsert[]): Promise<void> {
  if (schedules.length === 0) return;
  await tx.execute(
    `INSERT INTO accounting.revenue_schedule
       (issuer_id, entry_id, line_no, document_type, document_id, currency, total_minor, functional_total_minor,
        service_start, service_end, deferred_on, reduces)
     SELECT * FROM unnest($1::uuid[], $2::int8[], $3::int[], $4::text[], $5::uuid[], $6::text[], $7::int8[], $8::int8[],
                          $9::date[], $10::date[], $11::date[], $12::int8[])`,
    [
      schedules.map((schedule) => schedule.issuerId),
      schedules.map((schedule) => schedule.entryId),
      schedules.map((schedule) => schedule.lineNo),
      schedules.map((schedule) => schedule.documentType),
      schedules.map((schedule) => schedule.documentId),
      schedules.map((schedule) => schedule.currency),
      schedules.map((schedule) => schedule.totalMinor),
      schedules.map((schedule) => schedule.functionalTotalMinor),
      schedules.map((schedule) => schedule.servicePeriod.start),
      schedules.map((schedule) => schedule.servicePeriod.end),
      schedules.map((schedule) => schedule.deferredOn),
      schedules.map((schedule) => schedule.reduces),
    ],
  );
}

/**
 * Locks the schedules of invoices and gives them with what was credited of each. Locked in one statement and summed in
 * the next, so that it sees what a credit it waited for has taken.
 */
export async function lockCreditableSchedules(tx: Tx, invoiceIds: readonly string[]): Promise<CreditableSchedule[]> {
  const locked = await tx.query<Omit<CreditableSchedule, 'servicePeriod' | 'creditedMinor'> & { start: LocalDate; end: LocalDate }>(
    `SELECT id, document_id AS "invoiceId", line_no AS "lineNo", total_minor AS "totalMinor",
            functional_total_minor AS "functionalTotalMinor", service_start AS start, service_end AS "end",
            recognised_minor AS "recognisedMinor", recognised_through AS "recognisedThrough"
       FROM accounting.revenue_schedule
      WHERE document_id = ANY ($1::uuid[]) AND document_type = 'invoice'
      ORDER BY id FOR NO KEY UPDATE`,
    [invoiceIds],
  );
  const credits = await tx.query<{ reduces: bigint; minor: bigint }>(
    `SELECT reduces, -sum(total_minor)::int8 AS minor FROM accounting.revenue_schedule WHERE reduces = ANY ($1::int8[]) GROUP BY reduces`,
    [locked.map((schedule) => schedule.id)],
  );
  const credited = new Map(credits.map(({ reduces, minor }) => [reduces, minor]));
  return locked.map(({ start, end, ...schedule }) => ({
    ...schedule,
    servicePeriod: { start, end },
    creditedMinor: credited.get(schedule.id) ?? 0n,
  }));
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
    isForeign: boolean;
    totalMinor: bigint;
    functionalTotalMinor: bigint;
    start: LocalDate;
    end: LocalDate;
    recognisedMinor: bigint;
  }>(
    `SELECT id, currency, currency <> (SELECT functional_currency FROM platform.issuer WHERE issuer.id = $1) AS "isForeign",
            total_minor AS "totalMinor", functional_total_minor AS "functionalTotalMinor",
            service_start AS start, service_end AS "end", recognised_minor AS "recognisedMinor"
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
  recognitions: readonly (Recognition & { through: LocalDate; entryId: bigint | null })[],
): Promise<void> {
  await tx.execute(
    `INSERT INTO accounting.revenue_recognition (schedule_id, through, amount_minor, functional_amount_minor, entry_id)
     SELECT * FROM unnest($1::int8[], $2::date[], $3::int8[], $4::int8[], $5::int8[])`,
    [
      recognitions.map((recognition) => recognition.scheduleId),
      recognitions.map((recognition) => recognition.through),
      recognitions.map((recognition) => recognition.amountMinor),
      recognitions.map((recognition) => recognition.functionalAmountMinor),
      recognitions.map((recognition) => recognition.entryId),
    ],
  );
}

/** What a credit takes back at once: the days of its line that are recognised already. */
export interface EarnedCredit {
  readonly entryId: bigint;
  readonly lineNo: number;
  readonly through: LocalDate;
  readonly amountMinor: bigint;
  readonly functionalAmountMinor: bigint;
}

/** Appends the recognitions that credits come with; their entry is the credit note's own. */
export async function insertEarnedCredits(tx: Tx, credits: readonly EarnedCredit[]): Promise<void> {
  if (credits.length === 0) return;
  await tx.execute(
    `INSERT INTO accounting.revenue_recognition (schedule_id, through, amount_minor, functional_amount_minor, entry_id)
     SELECT schedule.id, credit.through, credit.amount_minor, credit.functional_amount_minor, credit.entry_id
       FROM unnest($1::int8[], $2::int[], $3::date[], $4::int8[], $5::int8[])
              AS credit(entry_id, line_no, through, amount_minor, functional_amount_minor)
       JOIN accounting.revenue_schedule schedule USING (entry_id, line_no)`,
    [
      credits.map((credit) => credit.entryId),
      credits.map((credit) => credit.lineNo),
      credits.map((credit) => credit.through),
      credits.map((credit) => credit.amountMinor),
      credits.map((credit) => credit.functionalAmountMinor),
    ],
  );
}
