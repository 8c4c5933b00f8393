// The SQL of imports: staged rows, rejections, and the files that are remembered.
import { RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '../database/tx';
import type { RunState } from '../runs/run';
import type { ImportChunk, ImportMode, ImportRun } from './import';
import type { Rejection } from './rejection';
import { KEY_SEPARATOR, StagedFile } from './staging';

/** Begins a statement that refuses rows: a SELECT of these columns follows. A kind that works in SQL refuses with it as well. */
export const INTO_REJECTIONS = 'INSERT INTO platform.import_rejection (run_id, line, "column", value, code, reason, remedy)';

export interface StagedRow {
  readonly line: number;
  /** In the order of the declared columns; null when the row could not be read. */
  readonly cells: (string | null)[] | null;
}

/** The staged rows of a chunk in the order of the file. */
export async function stagedRows(reader: Reader, fileId: string, { firstRow, lastRow }: ImportChunk): Promise<StagedRow[]> {
  return reader.query<StagedRow>(
    `SELECT line, cells FROM platform.import_row WHERE file_id = $1 AND row_no BETWEEN $2 AND $3 ORDER BY row_no`,
    [fileId, firstRow, lastRow],
  );
}

/** The rows that go in are those that nothing was said against; `r` is the staged row, and the parameters are those of the run. */
export function isAccepted(runId: string): string {
  return `r.cells IS NOT NULL AND NOT EXISTS (SELECT FROM platform.import_rejection x WHERE x.run_id = ${runId} AND x.line = r.line)`;
}

/** The same, but without the rows that something was said against. */
export async function acceptedRows(reader: Reader, run: ImportRun, { firstRow, lastRow }: ImportChunk): Promise<StagedRow[]> {
  return reader.query<StagedRow>(
    `SELECT r.line, r.cells
       FROM platform.import_row r
      WHERE r.file_id = $1 AND r.row_no BETWEEN $2 AND $3
        AND ${isAccepted('$4')}
      ORDER BY r.row_no`,
    [run.input.fileId, firstRow, lastRow, run.id],
  );
}

export async function anyRejection(reader: Reader, runId: RunId): Promise<boolean> {
  return (await reader.first(`SELECT 1 FROM platform.import_rejection WHERE run_id = $1 LIMIT 1`, [runId])) !== undefined;
}

export async function insertRejections(tx: Tx, runId: RunId, rejections: readonly Rejection[]): Promise<void> {
  if (rejections.length === 0) return;
  await tx.execute(
    `${INTO_REJECTIONS}
     SELECT $1, r.* FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS r`,
    [
      runId,
      rejections.map(({ line }) => line),
      rejections.map(({ column }) => column),
      rejections.map(({ value }) => value),
      rejections.map(({ code }) => code),
      rejections.map(({ reason }) => reason),
      rejections.map(({ remedy }) => remedy),
    ],
  );
}

/** Refuses every row that could not be read, with what was found wrong with it, in the order of its cells. */
export async function rejectUnreadable(tx: Tx, run: ImportRun): Promise<void> {
  await tx.execute(
    `${INTO_REJECTIONS}
     SELECT $1, r.line, p."column", p.value, p.code, p.reason, p.remedy
       FROM platform.import_row r
      CROSS JOIN LATERAL ROWS FROM (json_to_recordset(r.problems) AS ("column" text, value text, code text, reason text, remedy text))
            WITH ORDINALITY AS p ("column", value, code, reason, remedy, no)
      WHERE r.file_id = $2 AND r.problems IS NOT NULL
      ORDER BY r.row_no, p.no`,
    [run.id, run.input.fileId],
  );
}

/**
 * Runs statements that compare many staged rows with many others. The planner knows nothing of rows that have just been
 * staged and takes them for one, for which a loop in a loop would be right.
 */
export async function withoutNestedLoops<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.execute('SET LOCAL enable_nestloop = off');
  const result = await work();
  await tx.execute('SET LOCAL enable_nestloop = on');
  return result;
}

/** Refuses every row whose key an earlier row of the file has; `secret` says that the last part of the key is not shown. */
export async function rejectRepeatedKeys(tx: Tx, run: ImportRun, key: readonly string[], secret: boolean): Promise<void> {
  const sql = `
    ${INTO_REJECTIONS}
    SELECT $1, r.line, $3, CASE WHEN NOT $4 THEN left(split_part(r.key, $6, -1), 100) END, 'ROW_REPEATED',
           format('Line %s of the file has the same %s.', repeated.first_line, $5::text), 'Keep one of the lines and remove the others.'
      FROM (SELECT key, min(line) AS first_line FROM platform.import_row
             WHERE file_id = $2 AND key IS NOT NULL GROUP BY key HAVING count(*) > 1) AS repeated
      JOIN platform.import_row r ON r.file_id = $2 AND r.key = repeated.key AND r.line > repeated.first_line
     ORDER BY r.line`;
  await withoutNestedLoops(tx, () => tx.execute(sql, [run.id, run.input.fileId, key.at(-1), secret, key.join(' and '), KEY_SEPARATOR]));
}

/** How many different values a column has in the rows that nothing was said against. */
export async function countDistinct(reader: Reader, run: ImportRun, position: number): Promise<number> {
  const { values } = await reader.one<{ values: bigint }>(
    `SELECT count(*) AS values FROM (SELECT DISTINCT r.cells[$3] FROM platform.import_row r WHERE r.file_id = $1 AND ${isAccepted('$2')}) AS different`,
    [run.input.fileId, run.id, position],
  );
  return Number(values);
}

/** Takes away the rows of a file, from the first on, all of them or up to a limit; how many. */
export async function deleteStagedRows(tx: Tx, fileId: string, limit?: number): Promise<number> {
  if (limit === undefined) return tx.execute('DELETE FROM platform.import_row WHERE file_id = $1', [fileId]);
  return tx.execute(
    `DELETE FROM platform.import_row WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM platform.import_row WHERE file_id = $1 ORDER BY row_no LIMIT $2 FOR UPDATE))`,
    [fileId, limit],
  );
}

/** A file whose import ended in nothing before an instant and that still has rows, with its run locked; the oldest that nobody else has. */
export async function lockFileThatCameToNothing(tx: Tx, before: Date): Promise<string | undefined> {
  const file = await tx.first<{ id: string }>(
    `SELECT f.id FROM platform.run u JOIN platform.import_file f ON f.run_id = u.id
      WHERE u.state IN ('failed', 'cancelled') AND u.finished_at < $1
        AND EXISTS (SELECT FROM platform.import_row r WHERE r.file_id = f.id)
      ORDER BY u.finished_at LIMIT 1 FOR UPDATE OF u SKIP LOCKED`,
    [before],
  );
  return file?.id;
}

/** Whether the first and the last row of a stretch are there: rows of a file go from the first on, and all in the end. */
export async function areStaged(reader: Reader, fileId: string, { firstRow, lastRow }: ImportChunk): Promise<boolean> {
  const { rows } = await reader.one<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM platform.import_row WHERE file_id = $1 AND row_no = ANY (ARRAY[$2, $3]::int[])',
    [fileId, firstRow, lastRow],
  );
  return rows === new Set([firstRow, lastRow]).size;
}

export interface RememberedFile {
  readonly run_id: RunId;
  readonly state: RunState;
}

/** The run of the same file, kind, mode and scope. Until the transaction ends nobody else gets an answer to this question. */
export async function rememberedRun(tx: Tx, kind: string, mode: ImportMode, scope: string, file: StagedFile): Promise<RememberedFile | undefined> {
  const sha256 = file.sha256.toString('hex');
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`import ${kind} ${mode} ${sha256} ${scope}`]);
  return tx.first<RememberedFile>(
    `SELECT f.run_id, r.state FROM platform.import_file f JOIN platform.run r ON r.id = f.run_id
      WHERE f.kind = $1 AND f.mode = $2 AND f.sha256 = $3 AND f.scope = $4 AND f.remembered`,
    [kind, mode, file.sha256, scope],
  );
}

/** The file is not answered with this run any more, and what the run has left of its rows is not needed: it is replaced. */
export async function forgetFile(tx: Tx, runId: RunId): Promise<void> {
  const { id } = await tx.one<{ id: string }>('UPDATE platform.import_file SET remembered = false WHERE run_id = $1 RETURNING id', [runId]);
  await deleteStagedRows(tx, id);
}

export async function insertFile(tx: Tx, run: ImportRun, scope: string, file: StagedFile): Promise<void> {
  const { header, encoding, rows, bytes, sha256 } = file;
  await tx.execute(
    `INSERT INTO platform.import_file
       (id, run_id, kind, mode, file_name, sha256, bytes, row_count, encoding, delimiter, columns, ignored_columns, scope)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      run.input.fileId, run.id, run.kind, run.input.mode, run.input.fileName, sha256, bytes, rows, encoding,
      header.delimiter, header.columns, header.ignored, scope,
    ],
  );
}

/** Rejections in the order of the file, after a given one. */
export async function rejectionsOf(
  reader: Reader,
  runId: RunId,
  after: { line: number; id: bigint },
  limit: number,
): Promise<(Rejection & { id: bigint })[]> {
  return reader.query(
    `SELECT id, line, "column", value, code, reason, remedy FROM platform.import_rejection
      WHERE run_id = $1 AND (line, id) > ($2, $3) ORDER BY line, id LIMIT $4`,
    [runId, after.line, after.id, limit],
  );
}
