// What an import is: its modes, its rows, what is said about a row that is refused, and how a kind is declared.
import { applyDecorators, SetMetadata } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { z } from 'zod';
import { Run, RunKind } from '../runs/run';
import type { ImportColumns } from './columns';
import type { Rejection } from './rejection';

/** goodRows imports every row that passes; allOrNothing imports no row when one is refused. */
export type ImportMode = 'goodRows' | 'allOrNothing';

/** A row of the file that could be read, with the physical line it starts on; the header is line 1. */
export interface ImportRow<Row> {
  readonly line: number;
  readonly values: Row;
}

/** The input of an import's run. */
export interface ImportInput {
  /** Where the staged rows lie. */
  readonly fileId: string;
  readonly fileName: string;
  readonly mode: ImportMode;
  /** The declared columns that the file has. What a file does not speak of, it does not change. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Rows that could not be read, cell by cell or as a whole. */
  readonly unreadable: number;
  /** What the kind wants to know beside the file, as it was prepared when the import was started. */
  readonly options: unknown;
}

/** A stretch of staged rows, both ends included, and what is done with it: 'check', 'apply', or a step of the kind's own. */
export interface ImportChunk {
  readonly step: string;
  readonly firstRow: number;
  readonly lastRow: number;
}

export type ImportRun = Run<ImportInput>;

export interface ImportKindOptions {
  /** `<context>.<plural noun>`: 'companies.members'. It is the kind of the run, too. */
  readonly kind: string;
  readonly queue: string;
  readonly columns: ImportColumns;
  /** The columns that together name a row: a second row of a file with the same ones is refused. */
  readonly key: readonly string[];
}

/** The same for every kind of import; what a kind wants to know beside is its own. */
const SHAPE = {
  input: z.strictObject({
    fileId: z.guid(),
    fileName: z.string(),
    mode: z.enum(['goodRows', 'allOrNothing']),
    columns: z.array(z.string()),
    rows: z.int(),
    unreadable: z.int(),
    options: z.unknown(),
  }),
  chunk: z.strictObject({ step: z.string(), firstRow: z.int(), lastRow: z.int() }),
};

export const IMPORT_KIND = Symbol('import-kind');

/** Marks a class that extends ImportHandler as the handler of a kind; it registers the run kind of that name as well. */
export const ImportKind = (options: ImportKindOptions): ClassDecorator =>
  applyDecorators(SetMetadata(IMPORT_KIND, options), RunKind({ kind: options.kind, queue: options.queue, shape: SHAPE }));

/**
 * The file cannot be read at all: nothing of it is stored. `rejection` says where and what to do.
 * Its `code` is one of ENCODING_UNREADABLE, HEADER_MISSING, COLUMN_MISSING, COLUMN_TWICE, FILE_TOO_LARGE.
 */
export class ImportFileUnreadable extends DomainError {
  constructor(readonly rejection: Rejection) {
    const { line, column, value, reason, remedy } = rejection;
    super('IMPORT_FILE_UNREADABLE', `Line ${line}${column === null ? '' : `, column ${column}`}: ${reason}`, {
      field: column ?? 'file',
      ...(value === null ? {} : { value }),
      remedy,
    });
  }
}
