// The SQL that takes people out of what imports keep: staged rows of runs that have not ended, and what was said about refused ones.
import { Tx } from '../database/tx';
import { KEY_SEPARATOR } from './staging';

/** Whom to forget: by the key of the rows, and by the texts that name the person wherever they stand. */
export interface Forgotten {
  readonly kind: string;
  /** The parts of the key, as the kind declares them. */
  readonly key: readonly string[];
  readonly texts: readonly string[];
}

const ERASED = { reason: 'What stood here is erased.', remedy: 'There is nothing to do.' };

/** A staged row becomes one that is not imported; a rejection keeps its line, column and code. */
export async function forgetPerson(tx: Tx, { kind, key, texts }: Forgotten): Promise<void> {
  const problem = JSON.stringify([{ column: null, value: null, code: 'ROW_ERASED', ...ERASED }]);
  await tx.execute(
    `UPDATE platform.import_row r SET cells = NULL, key = NULL, problems = $3::json
      WHERE r.file_id IN (SELECT id FROM platform.import_file WHERE kind = $1)
        AND (r.key = $2 OR (r.problems IS NOT NULL AND EXISTS (SELECT FROM unnest($4::text[]) AS t(text) WHERE strpos(lower(r.problems::text), lower(t.text)) > 0)))`,
    [kind, key.join(KEY_SEPARATOR), problem, texts],
  );
  await tx.execute(
    `UPDATE platform.import_rejection x SET value = NULL, reason = $4, remedy = $5, blanked_at = now()
      WHERE blanked_at IS NULL AND x.run_id IN (SELECT run_id FROM platform.import_file WHERE kind = $1)
        AND (x.value = $2 OR EXISTS (SELECT FROM unnest($3::text[]) AS t(text) WHERE strpos(lower(concat_ws(' ', x.value, x.reason)), lower(t.text)) > 0))`,
    [kind, key.at(-1), texts, ERASED.reason, ERASED.remedy],
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
