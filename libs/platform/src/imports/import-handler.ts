// An import that reads its rows into memory, a few thousand at a time: checks them, and writes those that pass.
import { Reader, Tx } from '../database/tx';
import type { ChunkOutcome } from '../runs/run';
import { readRow } from './columns';
import { ImportChunk, ImportRow, ImportRun } from './import';
import { acceptedRows, insertRejections, stagedRows, StagedRow } from './import.queries';
import type { Rejection } from './rejection';
import { chunksOf, ImportStep, StagedImport } from './staged-import';
import { MAX_REJECTIONS_PER_ROW } from './staging';

/** Rows that are read, checked and written at a time. */
const CHUNK_ROWS = 2_000;

/**
 * What most kinds of import extend. Cells are read by the declared columns before `check` sees a row, and a row with a
 * rejection is never applied. Both get up to 2,000 rows and use a constant number of statements for them. A column
 * that the file does not have is null in every row: `run.input.columns` tells it from an empty cell.
 */
export abstract class ImportHandler<Row> extends StagedImport {
  /** What the columns alone cannot say: whether what a row names exists, and whether its cells go together. */
  abstract check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<readonly Rejection[]>;

  /** Writes the rows; the counts (added, changed, …) are summed into the run's result. */
  abstract apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>>;

  protected steps({ input: { rows, mode } }: ImportRun): ImportStep[] {
    if (rows === 0) return [];
    return [{ step: 'check', chunkRows: CHUNK_ROWS }, mode === 'allOrNothing' ? { step: 'apply' } : { step: 'apply', chunkRows: CHUNK_ROWS }];
  }

  protected processStep(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    return chunk.step === 'check' ? this.checkChunk(tx, chunk, run) : this.applyChunk(tx, chunk, run);
  }

  private async checkChunk(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const staged = await stagedRows(tx, run.input.fileId, chunk);
    const read = this.read(staged);
    const said = read.rows.length === 0 ? [] : await this.check(tx, read.rows, run);
    await insertRejections(tx, run.id, firstOfEachLine([...read.rejections, ...said]));
    return {};
  }

  /** One slice after the other, so that memory is bounded in an import that must be whole, too. */
  private async applyChunk(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const result: Record<string, number> = { imported: 0, refused: 0 };
    if (await this.isRefusedWhole(tx, run)) return { result: { ...result, refused: chunk.lastRow - chunk.firstRow + 1 } };
    for (const slice of chunksOf(chunk, CHUNK_ROWS)) {
      const { rows, rejections } = this.read(await acceptedRows(tx, run, slice));
      if (rejections.length > 0) throw new Error(`line ${rejections[0]!.line} was not checked`);
      const counts = rows.length === 0 ? {} : await this.apply(tx, rows, run);
      const all = { imported: rows.length, refused: slice.lastRow - slice.firstRow + 1 - rows.length, ...counts };
      for (const [name, count] of Object.entries(all)) result[name] = (result[name] ?? 0) + count;
    }
    return { result };
  }

  /** Cells were found good when they were staged; here they get their types back. */
  private read(staged: readonly StagedRow[]): { rows: ImportRow<Row>[]; rejections: Rejection[] } {
    const rows: ImportRow<Row>[] = [];
    const rejections: Rejection[] = [];
    for (const { line, cells } of staged) {
      if (cells === null) continue;
      const row = readRow(this.options.columns, cells, line);
      if (row.rejections.length > 0) rejections.push(...row.rejections);
      else rows.push({ line, values: row.values as Row });
    }
    return { rows, rejections };
  }
}

function firstOfEachLine(rejections: readonly Rejection[]): Rejection[] {
  const counts = new Map<number, number>();
  return rejections.filter(({ line }) => {
    const count = (counts.get(line) ?? 0) + 1;
    counts.set(line, count);
    return count <= MAX_REJECTIONS_PER_ROW;
  });
}
