// The SQL that takes people out of what imports keep: staged rows of runs that have not ended, and what was said about refused ones.
import { Tx } from '../database/tx';
import { KEY_SEPARATOR } from './staging';

/** Whom to forget, in imports of every kind: by the number that rows name the person by, and by the texts that name it wherever they stand. */
export interface Forgotten {
  /** What the keys of the person's rows begin with, as others may have the same number: the number of the company. */
  readonly scope: string;
  readonly number: string;
  /** The columns that hold such numbers. */
  readonly columns: readonly string[];
  readonly texts: readonly string[];
}

/** A cell of a kind's rows that may name a person. */
export interface NamingCell {
  readonly kind: string;
  readonly position: number;
}

const ERASED = { reason: 'What stood here is erased.', remedy: 'There is nothing to do.' };

/** A staged row becomes one that is not imported, that of a dependant too; a rejection keeps its line, column and code. */
export async function forgetPerson(tx: Tx, { scope, number, columns, texts }: Forgotten, cells: readonly NamingCell[]): Promise<void> {
  const problem = JSON.stringify([{ column: null, value: null, code: 'ROW_ERASED', ...ERASED }]);
  await tx.execute(
    `WITH judged AS (
       SELECT r.file_id, r.row_no, r.key = $1 || $5 || $2 AS is_own,
              split_part(r.key, $5, 1) = $1 AND EXISTS (SELECT FROM unnest($6::text[], $7::int[]) AS c(kind, position) WHERE c.kind = f.kind AND r.cells[c.position] = $2) AS is_named,
              EXISTS (SELECT FROM unnest($4::text[]) AS t(text) WHERE strpos(lower(r.problems::text), lower(t.text)) > 0) AS is_told
         FROM platform.import_row r JOIN platform.import_file f ON f.id = r.file_id
     ), naming AS MATERIALIZED (SELECT * FROM judged WHERE is_own OR is_named OR is_told)
     UPDATE platform.import_row r SET cells = NULL, key = CASE WHEN is_own OR is_told THEN NULL ELSE r.key END, problems = $3::json
       FROM naming n WHERE n.file_id = r.file_id AND n.row_no = r.row_no`,
    [scope, number, problem, texts, KEY_SEPARATOR, cells.map(({ kind }) => kind), cells.map(({ position }) => position)],
  );
  // What is said of a row that could not be read repeats it, whatever its columns.
  await tx.execute(
    `UPDATE platform.import_rejection x SET value = NULL, reason = $4, remedy = $5, blanked_at = now()
      WHERE blanked_at IS NULL
        AND ((x."column" = ANY ($2::text[]) AND x.value = $1)
             OR (x."column" IS NULL AND $1 = ANY (regexp_split_to_array(x.value, '[",;[:space:]]+')))
             OR EXISTS (SELECT FROM unnest($3::text[]) AS t(text) WHERE strpos(lower(concat_ws(' ', x.value, x.reason)), lower(t.text)) > 0))`,
    [number, columns, texts, ERASED.reason, ERASED.remedy],
  );
}

/** Blanks up to `limit` rejections recorded before an instant: what stood in a file is not kept for ever. Gives how many. */
export async function blankRejections(tx: Tx, before: Date, limit: number): Promise<number> {
  return tx.execute(
    `UPDATE platform.import_rejection x SET value = NULL, reason = $3, remedy = $4, blanked_at = now()
       FROM (SELECT run_id, line, id FROM platform.import_rejection
              WHERE blanked_at IS NULL AND recorded_at < $1 ORDER BY recorded_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS due
      WHERE (x.run_id, x.line, x.id) = (due.run_id, due.line, due.id)`,
    [before, limit, ERASED.reason, ERASED.remedy],
  );
}
