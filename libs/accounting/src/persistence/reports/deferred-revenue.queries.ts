// SQL of the deferred-revenue waterfall: in which month what is deferred on a day will be earned.
import { Currency, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';

export interface WaterfallLine {
  /** The first day of the month; null for what was earned by that day and is not recognised yet. */
  readonly month: LocalDate | null;
  readonly currency: Currency;
  readonly amountMinor: bigint;
}

/**
 * What each schedule will earn in each month after a day. Starts from the schedules that are unearned today, which an index
 * knows, and adds back what has been recognised since: so the report of today reads nothing else.
 */
const PIECES = `
     WITH later AS (
       SELECT schedule_id, sum(amount_minor) AS minor FROM (
         SELECT recognition.schedule_id, recognition.amount_minor
           FROM (SELECT DISTINCT line.entry_id
                   FROM accounting.account JOIN accounting.posting line ON line.account_id = account.id
                  WHERE account.issuer_id = $1 AND account.role = 'deferred-revenue' AND line.entry_date > $2) AS entry
           JOIN accounting.revenue_recognition recognition ON recognition.entry_id = entry.entry_id
         UNION ALL
         -- Recognitions of one chunk that cancelled out have no entry.
         SELECT schedule_id, amount_minor FROM accounting.revenue_recognition WHERE entry_id IS NULL AND through > $2) AS recognised_later
        GROUP BY schedule_id
     ), candidate AS (
       SELECT id FROM accounting.revenue_schedule WHERE issuer_id = $1 AND recognised_minor <> total_minor
       UNION
       SELECT schedule_id FROM later
     ), unearned AS (
       SELECT schedule.document_type, schedule.document_id, schedule.currency, schedule.total_minor, schedule.service_start, schedule.service_end,
              schedule.recognised_minor - coalesce(later.minor, 0) AS recognised
         FROM candidate JOIN accounting.revenue_schedule schedule USING (id) LEFT JOIN later ON later.schedule_id = schedule.id
        WHERE schedule.issuer_id = $1 AND schedule.deferred_on <= $2
     ), piece AS (
       SELECT NULL::date AS month, document_type, document_id, currency,
              accounting.earned_minor(total_minor, service_start, service_end, $2::date + 1) - recognised AS minor FROM unearned
       UNION ALL
       SELECT month::date, document_type, document_id, currency,
              accounting.earned_minor(total_minor, service_start, service_end, (month + interval '1 month')::date)
              - accounting.earned_minor(total_minor, service_start, service_end, greatest(month::date, $2::date + 1))
         FROM unearned
        CROSS JOIN LATERAL generate_series(date_trunc('month', greatest(service_start, $2::date + 1)::timestamp), (service_end - 1)::timestamp, interval '1 month') AS month
     )`;

/** Every line adds up to the balance of deferred revenue on that day. */
export async function deferredRevenueWaterfall(reader: Reader, issuerId: IssuerId, asOf: LocalDate): Promise<WaterfallLine[]> {
  return reader.query<WaterfallLine>(
    `${PIECES}
     SELECT month, currency, sum(minor)::bigint AS "amountMinor" FROM piece
      GROUP BY month, currency HAVING sum(minor) <> 0 ORDER BY month NULLS FIRST, currency`,
    [issuerId, asOf],
  );
}

/** A document behind a line of the waterfall. */
export interface DeferredDocument {
  readonly documentType: string;
  readonly documentId: string;
  readonly documentNumber: string | null;
  readonly currency: Currency;
  readonly amountMinor: bigint;
}

/** The documents behind a line of the waterfall, by id, after the one given. They add up to it. */
export async function deferredDocuments(
  reader: Reader,
  issuerId: IssuerId,
  asOf: LocalDate,
  line: Pick<WaterfallLine, 'month' | 'currency'>,
  { after, first }: { readonly after: string | null; readonly first: number },
): Promise<DeferredDocument[]> {
  return reader.query<DeferredDocument>(
    `${PIECES}
     SELECT document_type AS "documentType", document_id AS "documentId", document.number AS "documentNumber", currency, sum(minor)::bigint AS "amountMinor"
       FROM piece LEFT JOIN accounting.document ON document.id = piece.document_id
      WHERE month IS NOT DISTINCT FROM $3::date AND currency = $4 AND document_id > coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')
      GROUP BY document_type, document_id, document.number, currency HAVING sum(minor) <> 0 ORDER BY document_id LIMIT $6`,
    [issuerId, asOf, line.month, line.currency, after, first],
  );
}
