// The imports: a file comes in as a stream, is staged in one transaction, and becomes a run.
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError, Id, RunId } from '@countinghouse/kernel';
import { Actor, authoriseForAllIssuers } from '../auth/actor';
import { Database } from '../database/database';
import { Reader, Tx } from '../database/tx';
import { newId } from '../ids/new-id';
import { JobRegistry } from '../queue/job-registry';
import { Run, RunState } from '../runs/run';
import { Runs } from '../runs/runs';
import type { ImportInput, ImportKindOptions, ImportMode } from './import';
import { ColumnsBeside, stageFile } from './staging';
import { refuseTooLargeToBeWhole, StagedImport } from './staged-import';
import { Forgotten, forgetPerson } from './forget.queries';
import { forgetFile, insertFile, RememberedFile, rejectionsOf, rememberedRun } from './import.queries';
import type { Rejection } from './rejection';

export interface StartImport {
  readonly kind: string;
  readonly fileName: string;
  /** The bytes of the file; read once, to its end, and destroyed when the import is refused. */
  readonly source: Readable;
  /** Default goodRows. */
  readonly mode?: ImportMode;
  /** Import a file again that has been imported already, e.g. after mending what its rejections named. */
  readonly again?: boolean;
  /** What the file means, for the kind to prepare: the columns beside it, and what sets it apart from the same file sent for something else. */
  readonly beside?: ColumnsBeside & { readonly scope?: string; readonly options?: unknown };
  /** Called in the transaction when it is clear that the file is a new one, e.g. to refuse a second import of the same thing. */
  readonly guard?: (tx: Tx) => Promise<void>;
}

export interface RejectionPage {
  /** The last rejection of the page before. */
  readonly after?: { readonly line: number; readonly id: bigint };
  /** At most 1,000; 100 unless told. */
  readonly limit?: number;
}

const PAGE = 100;
const MAX_PAGE = 1_000;
const FILE_NAME_MAX = 200;
const ACTIVE: readonly RunState[] = ['planned', 'running', 'paused', 'awaiting-approval'];
const CAME_TO_NOTHING: readonly RunState[] = ['failed', 'cancelled'];

@Injectable()
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly runs: Runs,
    private readonly registry: JobRegistry,
  ) {}

  /**
   * Stages the whole file and starts its run. The same file, kind and mode again gives the run there is and changes
   * nothing, unless that run failed, was cancelled, or has ended and `again` is asked for.
   * @throws ImportFileUnreadable when the file as a whole cannot be read; nothing of it is stored
   * @throws DomainError FORBIDDEN, IMPORT_KIND_UNKNOWN, IMPORT_TOO_LARGE_TO_BE_WHOLE, IMPORT_INTERRUPTED
   */
  async start(input: StartImport, actor: Actor): Promise<Run> {
    // A file may name contracts of any issuer.
    authoriseForAllIssuers(actor, 'billing');
    const handler = this.handlerOf(input.kind);
    const options = handler.prepare(input.beside?.options);
    let begun = false;
    try {
      return await this.database.transaction(async (tx) => {
        // A stream is read once; the retry of a failed transaction has nothing left to read.
        if (begun) throw interrupted();
        begun = true;
        return this.stage(tx, handler, input, options, actor);
      });
    } catch (error) {
      input.source.destroy();
      if (error instanceof AlreadyImported) return this.database.read((reader) => this.runs.get(reader, error.runId));
      throw error;
    }
  }

  /** What was refused, in the order of the file. */
  async rejections(reader: Reader, runId: RunId, page: RejectionPage = {}): Promise<(Rejection & { id: bigint })[]> {
    const limit = Math.max(1, Math.min(page.limit ?? PAGE, MAX_PAGE));
    return rejectionsOf(reader, runId, page.after ?? { line: 0, id: 0n }, limit);
  }

  /** Takes a person out of the staged rows and the rejections of all kinds; part of an erasure. */
  async forget(tx: Tx, forgotten: Forgotten): Promise<void> {
    const cells = this.kinds().flatMap(({ kind, columns }) =>
      Object.keys(columns).flatMap((column, index) => (forgotten.columns.includes(column) ? [{ kind, position: index + 1 }] : [])),
    );
    await forgetPerson(tx, forgotten, cells);
  }

  private kinds(): ImportKindOptions[] {
    return [...this.registry.runKinds.values()].flatMap(({ handler }) => (handler instanceof StagedImport ? [handler.options] : []));
  }

  private async stage(tx: Tx, handler: StagedImport, input: StartImport, options: unknown, actor: Actor): Promise<Run> {
    const { kind } = handler.options;
    const mode = input.mode ?? 'goodRows';
    const fileId = newId<Id<'ImportFile'>>();
    const scope = input.beside?.scope ?? '';
    const file = await stageFile(tx, fileId, handler.options, input.source, input.beside);
    if (mode === 'allOrNothing') refuseTooLargeToBeWhole(file.rows);
    await this.refuseSecondImport(tx, await rememberedRun(tx, kind, mode, scope, file), input.again ?? false);
    await input.guard?.(tx);
    const run = await this.runs.start<ImportInput>(
      tx,
      {
        kind,
        key: [mode, file.sha256.toString('hex'), ...(scope === '' ? [] : [scope])].join(' '),
        input: {
          fileId,
          fileName: input.fileName.slice(0, FILE_NAME_MAX),
          mode,
          columns: file.header.columns,
          rows: file.rows,
          unreadable: file.unreadable,
          options,
        },
      },
      actor,
    );
    await insertFile(tx, run, scope, file);
    return run;
  }

  private async refuseSecondImport(tx: Tx, earlier: RememberedFile | undefined, again: boolean): Promise<void> {
    if (earlier === undefined) return;
    const replaceable = CAME_TO_NOTHING.includes(earlier.state) || (again && !ACTIVE.includes(earlier.state));
    if (!replaceable) throw new AlreadyImported(earlier.run_id);
    await forgetFile(tx, earlier.run_id);
  }

  private handlerOf(kind: string): StagedImport {
    const handler = this.registry.runKinds.get(kind)?.handler;
    if (handler instanceof StagedImport) return handler;
    const known = this.kinds().map((each) => each.kind);
    throw new DomainError('IMPORT_KIND_UNKNOWN', `There is no import of ${JSON.stringify(kind.slice(0, 60))}.`, {
      field: 'kind',
      value: kind.slice(0, 60),
      remedy: `Use one of: ${known.sort().join(', ')}.`,
    });
  }
}

/** Rolls the staged rows back: the file has a run already. */
class AlreadyImported extends Error {
  constructor(readonly runId: RunId) {
    super('this file has been imported already');
  }
}

function interrupted(): DomainError {
  return new DomainError('IMPORT_INTERRUPTED', 'The file was read, but could not be stored.', {
    field: 'source',
    remedy: 'Send the file again.',
  });
}
