// The SQL of the hierarchy: who stands under whom and who pays for whom, on any day.
import type { CompanyId, DateRange, LocalDate } from '@countinghouse/kernel';
import { Reader, Tx } from '@countinghouse/platform';

/** Two hierarchies over the same companies: who belongs to whom, and who is invoiced for whom. */
export const PLACE_KINDS = ['parent', 'payer'] as const;
export type PlaceKind = (typeof PLACE_KINDS)[number];

export interface MovesToRecord {
  readonly companyIds: readonly CompanyId[];
  readonly kind: PlaceKind;
  /** Null: from then on they stand alone, or pay for themselves. */
  readonly targetId: CompanyId | null;
  /** Null: on the day that it is for each of them. */
  readonly effectiveOn: LocalDate | null;
  /** When it is asked for. */
  readonly at: Date;
}

/** The day that it is for the company `c` at an instant: days of contracts are days of a zone, and so is the day of a move. */
const dayOf = (at: string) => `(${at}::timestamptz AT TIME ZONE c.time_zone)::date`;

/** One change of the hierarchy at a time, as the database's own guard has it; taken before any row, so that two cannot deadlock. */
export async function lockHierarchy(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0))`);
}

/** Which of the companies stand above the target on their day or a later one, so that to move them there would close a circle. */
export async function inCircle(reader: Reader, { companyIds, kind, targetId, effectiveOn, at }: MovesToRecord): Promise<Set<CompanyId>> {
  if (targetId === null) return new Set();
  const rows = await reader.query<{ id: CompanyId }>(
    `SELECT DISTINCT c.id
       FROM companies.stretches_above(ARRAY[$1::uuid], $2, coalesce($3::date, ($5::timestamptz AT TIME ZONE 'UTC')::date - 1), NULL) AS above
       JOIN companies.company c ON c.id = above.target_id
      WHERE c.id = ANY ($4::uuid[]) AND above.days && daterange(coalesce($3::date, ${dayOf('$5')}), NULL)`,
    [targetId, kind, effectiveOn, companyIds, at],
  );
  return new Set(rows.map(({ id }) => id));
}

export interface RecordedMove {
  readonly companyId: CompanyId;
  readonly effectiveOn: LocalDate;
}

/** Records moves, all but those that change nothing on their day, and gives back who moves, and when. */
export async function recordMoves(tx: Tx, moves: MovesToRecord, recording: { by: string; reason: string | null }): Promise<RecordedMove[]> {
  const { companyIds, kind, targetId, effectiveOn, at } = moves;
  return tx.query(
    `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by, reason)
     SELECT c.id, $2, of_move.day, $4, $5, $6
       FROM companies.company c CROSS JOIN LATERAL (SELECT coalesce($3::date, ${dayOf('$7')}) AS day) AS of_move
      WHERE c.id = ANY ($1::uuid[]) AND companies.place_on(c.id, $2, of_move.day) IS DISTINCT FROM $4::uuid ORDER BY c.id
     RETURNING company_id AS "companyId", effective_on AS "effectiveOn"`,
    [companyIds, kind, effectiveOn, targetId, recording.by, recording.reason, at],
  );
}

/** Lets the rows of companies show where they stand today, each in its zone, and remembers what lies ahead until {@link takeDueMoves}. */
export async function showPlaces(tx: Tx, companyIds: readonly CompanyId[], at: Date): Promise<void> {
  await tx.execute(
    `UPDATE companies.company c SET parent_id = place.parent_id, payer_id = place.payer_id
       FROM (SELECT c.id, companies.place_on(c.id, 'parent', ${dayOf('$2')}) AS parent_id, companies.place_on(c.id, 'payer', ${dayOf('$2')}) AS payer_id
               FROM companies.company c WHERE c.id = ANY ($1::uuid[])) AS place
      WHERE c.id = place.id AND (c.parent_id, c.payer_id) IS DISTINCT FROM (place.parent_id, place.payer_id)`,
    [companyIds, at],
  );
  await tx.execute(
    `INSERT INTO companies.company_move_due (effective_on, company_id)
     SELECT DISTINCT m.effective_on, m.company_id FROM companies.company_move m JOIN companies.company c ON c.id = m.company_id
      WHERE c.id = ANY ($1::uuid[]) AND m.effective_on > ${dayOf('$2')} ON CONFLICT DO NOTHING`,
    [companyIds, at],
  );
}

/** The companies whose moves have come due, and no longer deferred. */
export async function takeDueMoves(tx: Tx, at: Date, limit: number): Promise<CompanyId[]> {
  const rows = await tx.query<{ id: CompanyId }>(
    `DELETE FROM companies.company_move_due d
      USING (SELECT d.effective_on, d.company_id FROM companies.company_move_due d JOIN companies.company c ON c.id = d.company_id
              -- No zone is more than a day ahead of UTC; so the index ends the search.
              WHERE d.effective_on <= ($1::timestamptz AT TIME ZONE 'UTC')::date + 1 AND d.effective_on <= ${dayOf('$1')}
              ORDER BY d.effective_on, d.company_id LIMIT $2 FOR UPDATE OF d SKIP LOCKED) AS due
      WHERE d.effective_on = due.effective_on AND d.company_id = due.company_id RETURNING d.company_id AS id`,
    [at, limit],
  );
  return [...new Set(rows.map(({ id }) => id))];
}

/** A stretch of days on which one company is invoiced for another, or for itself. */
export interface PayerStretch {
  readonly companyId: CompanyId;
  readonly payerId: CompanyId;
  readonly start: LocalDate;
  readonly end: LocalDate;
}

/**
 * Who is invoiced for each company over a range of days, in order and without a gap: the payer of the payer pays, so the
 * highest of the chain. One statement for any number of companies.
 */
export async function payerStretches(reader: Reader, companyIds: readonly CompanyId[], { start, end }: DateRange): Promise<PayerStretch[]> {
  return reader.query(
    `WITH above AS MATERIALIZED (SELECT * FROM companies.stretches_above($1, 'payer', $2, $3))
     SELECT a.company_id AS "companyId", a.target_id AS "payerId", lower(own.days) AS start, upper(own.days) AS end
       FROM above a
       LEFT JOIN LATERAL (SELECT range_agg(b.days) AS days FROM above b WHERE b.company_id = a.company_id AND b.depth = a.depth + 1) AS higher ON true
      CROSS JOIN LATERAL unnest(datemultirange(a.days) - coalesce(higher.days, '{}')) AS own(days)
      ORDER BY 1, 3`,
    [companyIds, start, end],
  );
}
