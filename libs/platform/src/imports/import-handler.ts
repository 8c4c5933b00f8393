// The run of an import: stage 0 checks every row and writes down what is refused, stage 1 applies what is not.
import { DomainError } from '@countinghouse/kernel';
import { Reader, Tx } from '../database/tx';
import type { ChunkOutcome, PlannedChunk, RunHandler } from '../runs/run';
import { readRow } from './columns';
import { IMPORT_KIND, ImportChunk, ImportInput, ImportKindOptions, ImportRow, ImportRun } from './import';
import {
  acceptedRows, anyRejection, countDistinct, deleteStagedRows, insertRejections, rejectRepeatedKeys, stagedRows, StagedRow,
} from './import.queries';
import { rejection, Rejection } from './rejection';

/** Rows that are read, checked and written at a time. */
const CHUNK_ROWS = 2_000;
/** An import that must be whole is applied in one transaction, which must not become too long. */
export const MAX_ROWS_ALL_OR_NOTHING = 200_000;
/** A row that is wrong in every cell is told apart well enough by its first mistakes. */
const MAX_REJECTIONS_PER_ROW = 5;

const CHECK = 0;
const APPLY = 1;

/**
 * What a kind of import extends. Cells are read by the declared columns before `check` sees a row, and a row with a
 * rejection is never applied. Both get up to 2,000 rows and use a constant number of statements for them. A column
 * that the file does not have is null in every row: `run.input.columns` tells it from an empty cell.
 *
 * There is no `split`: a chunk that fails for good after its rows have passed the check is a mistake of ours, and
 * fails the run. The file can then be started again, since applying a row twice changes nothing.
 */
export abstract class ImportHandler<Row> implements RunHandler<ImportInput, ImportChunk> {
  /** What the columns alone cannot say: whether what a row names exists, and whether its cells go together. */
  abstract check(reader: Reader, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<readonly Rejection[]>;

  /** Writes the rows; the counts (added, changed, …) are summed into the run's result. */
  abstract apply(tx: Tx, rows: readonly ImportRow<Row>[], run: ImportRun): Promise<Record<string, number>>;

  /** Called once, in the transaction that ends the run, e.g. to append an event. The staged rows are still there. */
  completed?(tx: Tx, run: ImportRun): Promise<void>;

  /** How this kind was declared. */
  get options(): ImportKindOptions {
    return Reflect.getMetadata(IMPORT_KIND, this.constructor) as ImportKindOptions;
  }

  /** How many different values a column has in the rows that go in; for {@link completed}. */
  protected countDistinct(reader: Reader, run: ImportRun, column: string): Promise<number> {
    return countDistinct(reader, run, Object.keys(this.options.columns).indexOf(column));
  }

  async plan(tx: Tx, run: ImportRun): Promise<readonly PlannedChunk<ImportChunk>[]> {
    const { key, columns } = this.options;
    const last = key.at(-1)!;
    await rejectRepeatedKeys(tx, run, key, columns[last]?.secret ? null : Object.keys(columns).indexOf(last));
    const { rows, mode } = run.input;
    const checks = chunksOf({ step: 'check', firstRow: 1, lastRow: rows }, CHUNK_ROWS);
    const applications = chunksOf({ step: 'apply', firstRow: 1, lastRow: rows }, mode === 'allOrNothing' ? rows : CHUNK_ROWS);
    return [...checks, ...applications];
  }

  async processInTx(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    return chunk.step === 'check' ? this.checkChunk(tx, chunk, run) : this.applyChunk(tx, chunk, run);
  }

  async finish(tx: Tx, run: ImportRun): Promise<void> {
    await this.completed?.(tx, run);
    await deleteStagedRows(tx, run.input.fileId);
  }

  private async checkChunk(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const staged = await stagedRows(tx, run.input.fileId, chunk);
    if (staged.length !== chunk.lastRow - chunk.firstRow + 1) throw new Error('the staged rows of this import are gone');
    const read = this.read(staged);
    const said = read.rows.length === 0 ? [] : await this.check(tx, read.rows, run);
    await insertRejections(tx, run.id, firstOfEachLine([...read.rejections, ...said]));
    return {};
  }

  /** One slice after the other, so that memory is bounded in an import that must be whole, too. */
  private async applyChunk(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    const result: Record<string, number> = { imported: 0, refused: 0 };
    if (run.input.mode === 'allOrNothing' && (await anyRejection(tx, run.id))) {
      return { result: { ...result, refused: chunk.lastRow - chunk.firstRow + 1 } };
    }
    for (const { input: slice } of chunksOf(chunk, CHUNK_ROWS)) {
      const { rows, rejections } = this.read(await acceptedRows(tx, run, slice));
      if (rejections.length > 0) throw new Error(`line ${rejections[0]!.line} was not checked`);
      const counts = rows.length === 0 ? {} : await this.apply(tx, rows, run);
      const all = { imported: rows.length, refused: slice.lastRow - slice.firstRow + 1 - rows.length, ...counts };
      for (const [name, count] of Object.entries(all)) result[name] = (result[name] ?? 0) + count;
    }
    return { result };
  }

  private read(staged: readonly StagedRow[]): { rows: ImportRow<Row>[]; rejections: Rejection[] } {
    const { columns } = this.options;
    const rows: ImportRow<Row>[] = [];
    const rejections: Rejection[] = [];
    for (const { line, cells, problem } of staged) {
      if (problem !== null || cells === null) {
        rejections.push(rejection({ line, column: null, ...problem! }));
        continue;
      }
      const row = readRow(columns, cells, line);
      if (row.rejections.length > 0) rejections.push(...row.rejections);
      else rows.push({ line, values: row.values as Row });
    }
    return { rows, rejections };
  }
}

/** Refuses a file that is too long for one transaction. @throws DomainError IMPORT_TOO_LARGE_TO_BE_WHOLE */
export function refuseTooLargeToBeWhole(rows: number): void {
  if (rows <= MAX_ROWS_ALL_OR_NOTHING) return;
  throw new DomainError('IMPORT_TOO_LARGE_TO_BE_WHOLE', `A file of ${rows} rows cannot be imported all or nothing.`, {
    field: 'mode',
    value: 'allOrNothing',
    remedy: `Use the mode goodRows, or files of at most ${MAX_ROWS_ALL_OR_NOTHING} rows.`,
  });
}

function chunksOf({ step, firstRow, lastRow }: ImportChunk, size: number): PlannedChunk<ImportChunk>[] {
  const chunks: PlannedChunk<ImportChunk>[] = [];
  for (let first = firstRow; first <= lastRow; first += size) {
    const last = Math.min(first + size - 1, lastRow);
    chunks.push({ stage: step === 'check' ? CHECK : APPLY, items: last - first + 1, input: { step, firstRow: first, lastRow: last } });
  }
  return chunks;
}

function firstOfEachLine(rejections: readonly Rejection[]): Rejection[] {
  const counts = new Map<number, number>();
  return rejections.filter(({ line }) => {
    const count = (counts.get(line) ?? 0) + 1;
    counts.set(line, count);
    return count <= MAX_REJECTIONS_PER_ROW;
  });
}
