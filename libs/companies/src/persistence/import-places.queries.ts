// The SQL of places in a file of companies: under whom each shall stand and who shall pay for it, and since when.
import type { CompanyId, LocalDate } from '@countinghouse/kernel';
import { ImportRun, INTO_REJECTIONS, isAccepted, Reader, Tx, withoutNestedLoops } from '@countinghouse/platform';
import type { PlaceKind } from './hierarchy.queries';

/** One of the two columns, and where its cell lies among those that are staged. */
export interface PlaceColumn {
  readonly kind: PlaceKind;
  readonly position: number;
}

export interface WantedMove {
  readonly companyId: CompanyId;
  readonly kind: PlaceKind;
  readonly targetId: CompanyId | null;
  /** '-infinity' for a company that the file registers. */
  readonly effectiveOn: LocalDate;
}

/**
 * Since when a row places its company `c`: always, when the file registers it, as with one that is registered by hand; and
 * from the day on which the run began, in the company's zone, when it was there before the file. $2 is the run.
 */
const SINCE = `
  (SELECT CASE WHEN c.created_at < u.created_at THEN (coalesce(u.started_at, u.created_at) AT TIME ZONE c.time_zone)::date ELSE '-infinity'::date END
     FROM platform.run u WHERE u.id = $2)`;

/** The rows that would move somebody, by number, since a company may be registered by the file itself: $1 file, $2 run, $3 kind, $4 cell. */
const MOVING = `
  given AS MATERIALIZED (
    SELECT r.line, r.cells[1] AS number, r.cells[$4::int] AS target FROM platform.import_row r WHERE r.file_id = $1 AND ${isAccepted('$2')}
  ), moving AS MATERIALIZED (
    SELECT g.line, g.number, g.target, c.id, place.since FROM given g LEFT JOIN companies.company c ON c.number = g.number
     CROSS JOIN LATERAL ${SINCE} AS place(since)
     WHERE g.target IS DISTINCT FROM (SELECT t.number FROM companies.company t WHERE t.id = companies.place_on(c.id, $3, place.since))
  )`;

/**
 * Refuses rows that name a company which is neither on record nor among the good rows of the file, or is closed, and those
 * that would close a circle on any day from theirs on; says how many. All rows at once: what a row names may stand
 * anywhere in the file, and a circle may be closed by several rows together.
 */
export async function refusePlaces(tx: Tx, run: ImportRun, { kind, position }: PlaceColumn): Promise<number> {
  const params = [run.input.fileId, run.id, kind, position];
  return withoutNestedLoops(tx, async () => {
    const unfit = await tx.execute(UNFIT, params);
    // A walk has an end only where the circles are out of its way.
    const circular = await tx.execute(CIRCULAR, params);
    return unfit + circular + (circular > 0 ? 0 : await tx.execute(TOO_DEEP, params));
  });
}

/** Whoever names a new company whose row is refused names nobody, and so on down. */
const UNFIT = `
  WITH RECURSIVE ${MOVING}, unfit AS (
    SELECT m.line, m.number, m.target, m.id, t.id IS NOT NULL AS is_closed
      FROM moving m LEFT JOIN companies.company t ON t.number = m.target LEFT JOIN given g ON g.number = m.target
     WHERE m.target IS NOT NULL AND ((t.id IS NULL AND g.number IS NULL) OR t.status = 'closed')
    UNION
    SELECT m.line, m.number, m.target, m.id, false FROM unfit u JOIN moving m ON m.target = u.number WHERE u.id IS NULL
  )
  ${INTO_REJECTIONS}
  SELECT $2, line, $3 || '_number', target, CASE WHEN is_closed THEN 'COMPANY_CLOSED' ELSE 'COMPANY_UNKNOWN' END,
         CASE WHEN is_closed THEN format('The company %s is closed.', target) ELSE format('There is no company %s, neither on record nor among the good rows of the file.', target) END,
         'Correct the number, or leave the cell empty for a company that stands alone.'
    FROM unfit ORDER BY line`;

/** From each row that moves somebody upwards, over what the file says and what is on record for the days on which it says nothing. */
const WALK = `
  WITH RECURSIVE ${MOVING}, stretch AS (
    SELECT company_id, target_id, effective_on, daterange(effective_on, lead(effective_on) OVER (PARTITION BY company_id ORDER BY effective_on, id)) AS days
      FROM companies.company_move WHERE kind = $3
  ), edge AS MATERIALIZED (
    SELECT c.number AS below, t.number AS above, s.days
      FROM stretch s JOIN companies.company c ON c.id = s.company_id JOIN companies.company t ON t.id = s.target_id LEFT JOIN moving m ON m.id = s.company_id
     WHERE NOT isempty(s.days) AND (m.line IS NULL OR s.effective_on > m.since)
    UNION ALL
    SELECT m.number, m.target, daterange(m.since, ahead.next) FROM moving m
      LEFT JOIN (SELECT b.id, min(v.effective_on) AS next FROM moving b JOIN companies.company_move v ON v.company_id = b.id AND v.kind = $3 AND v.effective_on > b.since
                  GROUP BY 1) AS ahead ON ahead.id = m.id
     WHERE m.target IS NOT NULL
  ), walk AS (
    SELECT m.line, m.number AS start, m.target, e.above AS at, e.days, 1 AS depth FROM moving m JOIN edge e ON e.below = m.number
    UNION ALL
    SELECT w.line, w.start, w.target, e.above, w.days * e.days, w.depth + 1
      FROM walk w JOIN edge e ON e.below = w.at AND e.days && w.days WHERE w.at <> w.start AND w.depth < 100
  )`;

const CIRCULAR = `
  ${WALK}
  ${INTO_REJECTIONS}
  SELECT DISTINCT ON (line) $2, line, $3 || '_number', target, 'COMPANY_CIRCLE',
         format('%s would %s, by this row and others.', start, CASE $3 WHEN 'parent' THEN 'stand under itself' ELSE 'pay for itself through others' END),
         'Correct the rows of the circle, or move the companies on record first.'
    FROM walk WHERE at = start ORDER BY line`;

const TOO_DEEP = `
  ${WALK}
  ${INTO_REJECTIONS}
  SELECT DISTINCT ON (line) $2, line, $3 || '_number', target, 'HIERARCHY_TOO_DEEP', 'The company would have 100 or more others above it.', 'Choose a company further up.'
    FROM walk WHERE depth >= 100 ORDER BY line`;

/** How many of the good rows move somebody. */
export async function countMoves(tx: Tx, run: ImportRun, { kind, position }: PlaceColumn): Promise<number> {
  const { moves } = await withoutNestedLoops(tx, () =>
    tx.one<{ moves: bigint }>(`WITH ${MOVING} SELECT count(*) AS moves FROM moving WHERE target IS NOT NULL OR id IS NOT NULL`, [run.input.fileId, run.id, kind, position]),
  );
  return Number(moves);
}

/** The moves that the good rows ask for and that change something on their day, in the order of the companies. */
export async function wantedMoves(reader: Reader, run: ImportRun, columns: readonly PlaceColumn[]): Promise<WantedMove[]> {
  return reader.query(
    `SELECT c.id AS "companyId", k.kind, t.id AS "targetId", place.since AS "effectiveOn"
       FROM platform.import_row r JOIN companies.company c ON c.number = r.cells[1]
      CROSS JOIN LATERAL ${SINCE} AS place(since)
      CROSS JOIN unnest($3::text[], $4::int[]) AS k(kind, position)
       LEFT JOIN companies.company t ON t.number = r.cells[k.position]
      WHERE r.file_id = $1 AND ${isAccepted('$2')} AND companies.place_on(c.id, k.kind, place.since) IS DISTINCT FROM t.id ORDER BY c.id, k.kind`,
    [run.input.fileId, run.id, columns.map(({ kind }) => kind), columns.map(({ position }) => position)],
  );
}

/** Records them all at once, so that companies can change places: only what they come to must be free of circles. */
export async function recordWantedMoves(tx: Tx, moves: readonly WantedMove[], recording: { by: string; reason: string }): Promise<void> {
  await tx.execute(
    `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by, reason)
     SELECT m.*, $5, $6 FROM unnest($1::uuid[], $2::text[], $3::date[], $4::uuid[]) AS m(company_id, kind, effective_on, target_id)`,
    [
      moves.map(({ companyId }) => companyId), moves.map(({ kind }) => kind), moves.map(({ effectiveOn }) => effectiveOn), moves.map(({ targetId }) => targetId),
      recording.by, recording.reason,
    ],
  );
}

/** The number of one of them that is closed, if one is. */
export async function closedAmong(reader: Reader, ids: readonly CompanyId[]): Promise<string | undefined> {
  const row = await reader.first<{ number: string }>(`SELECT number FROM companies.company WHERE id = ANY ($1::uuid[]) AND status = 'closed' LIMIT 1`, [ids]);
  return row?.number;
}
