// The run of an import whose rows lie staged: checked chunk by chunk, looked at as a whole, and then applied.
import { DomainError, RunId } from '@countinghouse/kernel';
import { Reader, Tx } from '../database/tx';
import type { ChunkOutcome, PlannedChunk, RunHandler } from '../runs/run';
import { IMPORT_KIND, ImportChunk, ImportInput, ImportKindOptions, ImportRun } from './import';
import { anyRejection, areStaged, countDistinct, deleteStagedRows, rejectRepeatedKeys, rejectUnreadable } from './import.queries';

/** An import that must be whole is applied in one transaction, which must not become too long. */
export const MAX_ROWS_ALL_OR_NOTHING = 200_000;

/** A step of an import, and how many rows it takes at a time; all of them at once when there is no number. */
export interface ImportStep {
  readonly step: string;
  readonly chunkRows?: number;
}

/**
 * What every kind of import has in common. Rows were read when they were staged: one that could not be is refused before
 * the first step, as is one whose key an earlier row has. Steps come one after the other; a row with a rejection is never
 * applied. A kind that reads rows into memory extends {@link ImportHandler}; one that works in SQL extends this.
 *
 * There is no `split`: a chunk that fails for good after its rows have passed the check is a mistake of ours, and
 * fails the run. The file can then be started again, since applying a row twice changes nothing.
 */
export abstract class StagedImport implements RunHandler<ImportInput, ImportChunk> {
  /** The steps of a run in their order: first those that say what is refused, then those that write. */
  protected abstract steps(run: ImportRun): readonly ImportStep[];

  protected abstract processStep(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome>;

  /** Called once, in the transaction that ends the run, e.g. to append an event. The staged rows are still there. */
  completed?(tx: Tx, run: ImportRun): Promise<void>;

  /**
   * What the run is to know of what the caller gave beside the file, and of the moment; called before the transaction.
   * @throws DomainError when it makes no sense
   */
  prepare(given: unknown): unknown {
    return given ?? null;
  }

  /** How this kind was declared. */
  get options(): ImportKindOptions {
    return Reflect.getMetadata(IMPORT_KIND, this.constructor) as ImportKindOptions;
  }

  /** How many different values a column has in the rows that go in; for {@link completed}. */
  protected countDistinct(reader: Reader, run: ImportRun, column: string): Promise<number> {
    return countDistinct(reader, run, Object.keys(this.options.columns).indexOf(column) + 1);
  }

  /** Whether the file had to be whole and is not: then nothing of it is applied. */
  protected async isRefusedWhole(reader: Reader, run: ImportRun): Promise<boolean> {
    return run.input.mode === 'allOrNothing' && (await anyRejection(reader, run.id as RunId));
  }

  async plan(tx: Tx, run: ImportRun): Promise<readonly PlannedChunk<ImportChunk>[]> {
    const { key, columns } = this.options;
    if (run.input.unreadable > 0) await rejectUnreadable(tx, run);
    await rejectRepeatedKeys(tx, run, key, columns[key.at(-1)!]?.secret ?? false);
    const { rows } = run.input;
    return this.steps(run).flatMap(({ step, chunkRows }, stage) =>
      chunksOf({ step, firstRow: 1, lastRow: rows }, chunkRows ?? Math.max(rows, 1)).map((input) => ({
        stage,
        items: chunkRows === undefined && step !== 'apply' ? 0 : input.lastRow - input.firstRow + 1,
        input,
      })),
    );
  }

  /**
   * Without its rows an import must not go on: those that are left would count as the whole file, and an empty list of a
   * company's people would mean that all have left. They are gone when a run is resumed long after it has failed, or after its
   * file was sent again.
   */
  async processInTx(tx: Tx, chunk: ImportChunk, run: ImportRun): Promise<ChunkOutcome> {
    if (chunk.firstRow <= chunk.lastRow && !(await areStaged(tx, run.input.fileId, chunk))) throw rowsGone();
    return this.processStep(tx, chunk, run);
  }

  async finish(tx: Tx, run: ImportRun): Promise<void> {
    await this.completed?.(tx, run);
    await deleteStagedRows(tx, run.input.fileId);
  }
}

function rowsGone(): DomainError {
  return new DomainError('IMPORT_ROWS_GONE', 'The rows of this import are not kept any more. Send the file again.', { field: 'id', remedy: 'Send the file again.' });
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

/** Cuts a stretch of rows into stretches of a size; a file without rows is one empty stretch. */
export function chunksOf({ step, firstRow, lastRow }: ImportChunk, size: number): ImportChunk[] {
  const chunks: ImportChunk[] = [];
  for (let first = firstRow; first <= lastRow || chunks.length === 0; first += size) {
    chunks.push({ step, firstRow: first, lastRow: Math.min(first + size - 1, lastRow) });
  }
  return chunks;
}
