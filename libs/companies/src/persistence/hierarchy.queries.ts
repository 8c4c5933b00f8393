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
  readonly effectiveOn: LocalDate;
}

/** One change of the hierarchy at a time, as the database's own guard has it; taken before any row, so that two cannot deadlock. */
export async function lockHierarchy(tx: Tx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('companies.hierarchy', 0))`);
}

/** Which of the companies stand above the target on that day or a later one, so that to move them there would close a circle. */
export async function inCircle(reader: Reader, { companyIds, kind, targetId, effectiveOn }: MovesToRecord): Promise<Set<CompanyId>> {
  if (targetId === null) return new Set();
  const rows = await reader.query<{ id: CompanyId }>(
    `SELECT DISTINCT above.target_id AS id FROM companies.stretches_above(ARRAY[$1::uuid], $2, $3, NULL) AS above WHERE above.target_id = ANY ($4::uuid[])`,
    [targetId, kind, effectiveOn, companyIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Records moves, all but those that change nothing on their day, and gives back who moves. */
export async function recordMoves(tx: Tx, moves: MovesToRecord, recording: { by: string; reason: string | null }): Promise<CompanyId[]> {
  const { companyIds, kind, targetId, effectiveOn } = moves;
  const rows = await tx.query<{ id: CompanyId }>(
    `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by, reason)
     SELECT asked.id, $2, $3, $4, $5, $6 FROM unnest($1::uuid[]) AS asked(id)
      WHERE companies.place_on(asked.id, $2, $3) IS DISTINCT FROM $4::uuid ORDER BY asked.id
     RETURNING company_id AS id`,
    [companyIds, kind, effectiveOn, targetId, recording.by, recording.reason],
  );
  return rows.map(({ id }) => id);
}

/** Lets the rows of companies show where they stand today. */
export async function showPlaces(tx: Tx, companyIds: readonly CompanyId[], today: LocalDate): Promise<void> {
  await tx.execute(
    `UPDATE companies.company c SET parent_id = place.parent_id, payer_id = place.payer_id
       FROM (SELECT id, companies.place_on(id, 'parent', $2) AS parent_id, companies.place_on(id, 'payer', $2) AS payer_id
               FROM unnest($1::uuid[]) AS asked(id)) AS place
      WHERE c.id = place.id AND (c.parent_id, c.payer_id) IS DISTINCT FROM (place.parent_id, place.payer_id)`,
    [companyIds, today],
  );
}

/** Remembers moves that lie ahead, until {@link takeDueMoves}. */
export async function deferMoves(tx: Tx, companyIds: readonly CompanyId[], effectiveOn: LocalDate): Promise<void> {
  await tx.execute(
    'INSERT INTO companies.company_move_due (effective_on, company_id) SELECT $2, id FROM unnest($1::uuid[]) AS asked(id) ON CONFLICT DO NOTHING',
    [companyIds, effectiveOn],
  );
}

/** The companies whose moves have come due, and no longer deferred. */
export async function takeDueMoves(tx: Tx, today: LocalDate, limit: number): Promise<CompanyId[]> {
  const rows = await tx.query<{ id: CompanyId }>(
    `DELETE FROM companies.company_move_due d
      USING (SELECT effective_on, company_id FROM companies.company_move_due WHERE effective_on <= $1 ORDER BY effective_on, company_id LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
      WHERE d.effective_on = due.effective_on AND d.company_id = due.company_id RETURNING d.company_id AS id`,
    [today, limit],
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
