// The SQL of imports: staged rows, rejections, and the files that are remembered.
import { RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '../database/tx';
import type { RunState } from '../runs/run';
import type { ImportChunk, ImportMode, ImportRun } from './import';
import type { Rejection } from './rejection';
import type { RowProblem, StagedFile } from './staging';

export interface StagedRow {
  readonly line: number;
  /** In the order of the declared columns. */
  readonly cells: (string | null)[] | null;
  readonly problem: RowProblem | null;
}

/** The staged rows of a chunk in the order of the file. */
export async function stagedRows(reader: Reader, fileId: string, { firstRow, lastRow }: ImportChunk): Promise<StagedRow[]> {
  return reader.query<StagedRow>(
    `SELECT line, cells, problem FROM platform.import_row WHERE file_id = $1 AND row_no BETWEEN $2 AND $3 ORDER BY row_no`,
    [fileId, firstRow, lastRow],
  );
}

/** The same, but without the rows that something was said against. */
export async function acceptedRows(reader: Reader, run: ImportRun, { firstRow, lastRow }: ImportChunk): Promise<StagedRow[]> {
  return reader.query<StagedRow>(
    `SELECT r.line, r.cells, r.problem
       FROM platform.import_row r
      WHERE r.file_id = $1 AND r.row_no BETWEEN $2 AND $3
        AND NOT EXISTS (SELECT FROM platform.import_rejection x WHERE x.run_id = $4 AND x.line = r.line)
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
    `INSERT INTO platform.import_rejection (run_id, line, "column", value, code, reason, remedy)
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

/**
 * Refuses every row whose key an earlier row of the file has; `shownPosition` is where the cell stands that is shown, the
 * last of the key, and null if it is a secret.
 */
export async function rejectRepeatedKeys(tx: Tx, run: ImportRun, key: readonly string[], shownPosition: number | null): Promise<number> {
  return tx.execute(
    `INSERT INTO platform.import_rejection (run_id, line, "column", value, code, reason, remedy)
     SELECT $1, line, $3, left(cells ->> $4::int, 100), 'ROW_REPEATED',
            format('Line %s of the file has the same %s.', first_line, $5::text), 'Keep one of the lines and remove the others.'
       FROM (SELECT line, cells, min(line) OVER (PARTITION BY key) AS first_line
               FROM platform.import_row WHERE file_id = $2 AND key IS NOT NULL) AS keyed
      WHERE line > first_line
      ORDER BY line`,
    [run.id, run.input.fileId, key.at(-1), shownPosition, key.join(' and ')],
  );
}

/** How many different values a column has in the rows that nothing was said against. */
export async function countDistinct(reader: Reader, run: ImportRun, position: number): Promise<number> {
  const { values } = await reader.one<{ values: bigint }>(
    `SELECT count(DISTINCT r.cells ->> $3::int) AS values
       FROM platform.import_row r
      WHERE r.file_id = $1 AND NOT EXISTS (SELECT FROM platform.import_rejection x WHERE x.run_id = $2 AND x.line = r.line)`,
    [run.input.fileId, run.id, position],
  );
  return Number(values);
}

/**
 * Takes away the rows of a file, and with them those of runs that will never come back for theirs: cancelled ones, and
 * failed ones whose file was started again.
 */
export async function deleteStagedRows(tx: Tx, fileId: string): Promise<void> {
  await tx.execute(
    `DELETE FROM platform.import_row
      WHERE file_id = $1
         OR file_id IN (SELECT f.id FROM platform.import_file f JOIN platform.run u ON u.id = f.run_id
                         WHERE u.state = 'cancelled' OR (u.state = 'failed' AND NOT f.remembered))`,
    [fileId],
  );
}

export interface RememberedFile {
  readonly run_id: RunId;
  readonly state: RunState;
}

/** The run of the same file, kind and mode. Until the transaction ends nobody else gets an answer to this question. */
export async function rememberedRun(tx: Tx, kind: string, mode: ImportMode, file: StagedFile): Promise<RememberedFile | undefined> {
  const sha256 = file.sha256.toString('hex');
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`import ${kind} ${mode} ${sha256}`]);
  return tx.first<RememberedFile>(
    `SELECT f.run_id, r.state FROM platform.import_file f JOIN platform.run r ON r.id = f.run_id
      WHERE f.kind = $1 AND f.mode = $2 AND f.sha256 = $3 AND f.remembered`,
    [kind, mode, file.sha256],
  );
}

export async function forgetFile(tx: Tx, runId: RunId): Promise<void> {
  await tx.execute('UPDATE platform.import_file SET remembered = false WHERE run_id = $1', [runId]);
}

export async function insertFile(tx: Tx, run: ImportRun, file: StagedFile): Promise<void> {
  const { header, encoding, rows, bytes, sha256 } = file;
  await tx.execute(
    `INSERT INTO platform.import_file
       (id, run_id, kind, mode, file_name, sha256, bytes, row_count, encoding, delimiter, columns, ignored_columns)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      run.input.fileId, run.id, run.kind, run.input.mode, run.input.fileName, sha256, bytes, rows, encoding,
      header.delimiter, header.columns, header.ignored,
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
