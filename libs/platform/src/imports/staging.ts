// Staging: the file's bytes become rows of platform.import_row by one COPY, with a bound on everything that is held.
import { createHash } from 'node:crypto';
import { Tx } from '../database/tx';
import type { ImportColumns } from './columns';
import { normaliseCell, readRow } from './columns';
import { CsvRecord, Delimiter, LineCutter, MAX_RECORD_LENGTH, PhysicalLine, RecordReader } from './csv';
import { Header, noHeader, readHeader } from './header';
import { ImportFileUnreadable, ImportKindOptions } from './import';
import type { Rejection } from './rejection';
import { TextDecoding, TextEncodingName } from './text-decoding';

export const MAX_ROWS = 2_000_000;
export const MAX_BYTES = 1024 ** 3;
const COPY_CHUNK_CHARS = 64 * 1024;
/** Longer keys are compared by their hash, so that sorting two million of them stays cheap. */
const KEY_MAX = 200;
/** Between the parts of a key; no cell holds it. */
export const KEY_SEPARATOR = '\u001f';
/** A row that is wrong in every cell is told apart well enough by its first mistakes. */
export const MAX_REJECTIONS_PER_ROW = 5;

export interface StagedFile {
  readonly header: Header;
  readonly rows: number;
  /** How many of them could not be read. */
  readonly unreadable: number;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly encoding: TextEncodingName;
}

/** What is wrong with a row, as a whole or in a cell; it becomes a rejection when the run is planned. */
export type RowProblem = Omit<Rejection, 'line'>;

/** What is known of the columns beside the file. */
export interface ColumnsBeside {
  /** Declared columns by the names that this file gives them. */
  readonly mapping?: Readonly<Record<string, string>>;
  /** Cells of columns that are the same in every row; a file that has the column too must say the same. */
  readonly fixed?: Readonly<Record<string, string>>;
}

/**
 * Copies the file into platform.import_row under `fileId`, every cell read and in its one spelling. Rows that are blank in
 * every cell are left out.
 * @throws ImportFileUnreadable, and then the transaction must be given up
 */
export async function stageFile(
  tx: Tx,
  fileId: string,
  kind: ImportKindOptions,
  source: AsyncIterable<Buffer | string>,
  beside: ColumnsBeside = {},
): Promise<StagedFile> {
  const reading = new FileReading(kind, source, beside);
  // The time is the sender's: a slow upload must not fail as a slow statement.
  await tx.execute(`SET LOCAL statement_timeout = '15min'`);
  await tx.copyFrom('COPY platform.import_row (file_id, row_no, line, key, cells, problems) FROM STDIN', reading.copyLines(fileId));
  return reading.summary();
}

/** One pass over a file: bytes → text → lines → records → lines of COPY. */
class FileReading {
  private readonly hash = createHash('sha256');
  private readonly decoding = new TextDecoding();
  private readonly cutter = new LineCutter();
  private header: Header | undefined;
  private records: RecordReader | undefined;
  private bytes = 0;
  private rows = 0;
  private unreadable = 0;
  /** The last row so far: whether the file ends in the middle of it shows only at the end. */
  private held: CsvRecord | undefined;

  constructor(
    private readonly kind: ImportKindOptions,
    private readonly source: AsyncIterable<Buffer | string>,
    private readonly beside: ColumnsBeside,
  ) {}

  async *copyLines(fileId: string): AsyncGenerator<string> {
    let out = '';
    for await (const records of this.batches()) {
      for (const record of records) {
        if (isBlank(record)) continue;
        if (this.held !== undefined) out += this.copyLine(fileId, this.held, false);
        this.held = record;
        if (out.length < COPY_CHUNK_CHARS) continue;
        yield out;
        out = '';
      }
    }
    if (this.held !== undefined) out += this.copyLine(fileId, this.held, !this.cutter.endedWithBreak);
    if (out !== '') yield out;
  }

  summary(): StagedFile {
    return { header: this.header!, rows: this.rows, unreadable: this.unreadable, bytes: this.bytes, sha256: this.hash.digest(), encoding: this.decoding.name };
  }

  private async *batches(): AsyncGenerator<CsvRecord[]> {
    for await (const part of this.source) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : part;
      this.bytes += chunk.length;
      if (this.bytes > MAX_BYTES) throw this.tooLarge(`${MAX_BYTES / 1024 ** 2} MiB`);
      this.hash.update(chunk);
      yield this.take(this.cutter.cut(this.decoding.decode(chunk)));
    }
    yield this.take([...this.cutter.cut(this.decoding.end()), ...this.cutter.end()]);
    if (this.records === undefined) throw noHeader({ no: 1, text: '' });
    yield this.records.end();
  }

  private take(lines: readonly PhysicalLine[]): CsvRecord[] {
    const records: CsvRecord[] = [];
    for (const line of lines) {
      if (this.records !== undefined) records.push(...this.records.read(line));
      else if (line.text.trim() !== '') {
        this.header = readHeader(line, this.kind.columns, this.beside);
        this.records = new RecordReader(this.header.delimiter, this.header.width);
      }
    }
    return records;
  }

  private copyLine(fileId: string, record: CsvRecord, unfinished: boolean): string {
    if (++this.rows > MAX_ROWS) throw this.tooLarge(`${MAX_ROWS} rows`, record.line);
    const start = `${fileId}\t${this.rows}\t${record.line}\t`;
    const problem = problemOf(record, this.header!);
    if (problem !== undefined || record.problem !== undefined) {
      this.unreadable++;
      return `${start}\\N\t\\N\t${copyJson([this.shown(unfinished ? cutOff(problem!) : problem!)])}\n`;
    }
    const cells = this.cellsOf(record.cells);
    const key = copyKey(this.kind, cells);
    const { values, rejections } = readRow(this.kind.columns, cells, record.line);
    const problems = [...this.otherThanFixed(record.cells), ...rejections.map(({ line: _line, ...said }) => said)];
    if (problems.length === 0) return `${start}${key}\t${copyArray(Object.values(values))}\t\\N\n`;
    this.unreadable++;
    return `${start}${key}\t\\N\t${copyJson(problems.slice(0, MAX_REJECTIONS_PER_ROW))}\n`;
  }

  private cellsOf(cells: readonly string[]): (string | null)[] {
    const { positions, fixed } = this.header!;
    return positions.map((position, i) => fixed[i] ?? (position === undefined ? null : cells[position]!));
  }

  /** A row that speaks of another company, in a file that was sent for one, is a mistake that must not be passed over. */
  private otherThanFixed(cells: readonly string[]): RowProblem[] {
    const { positions, fixed } = this.header!;
    return Object.keys(this.kind.columns).flatMap((column, i) => {
      const [position, wanted] = [positions[i], fixed[i]];
      if (wanted == null || position === undefined) return [];
      const value = normaliseCell(cells[position]!);
      if (value === '' || value === wanted) return [];
      const reason = `The file was sent for the ${column} ${wanted}, and this row is of another.`;
      return [{ column, value: value.slice(0, 100), code: 'ROW_OF_ANOTHER', reason, remedy: 'Remove the row, or import the file for all.' }];
    });
  }

  /** A line that cannot be taken apart may have a secret anywhere in it. */
  private shown(problem: RowProblem): RowProblem {
    const secret = Object.values(this.kind.columns).some((column) => column.secret);
    return secret ? { ...problem, value: null } : problem;
  }

  private tooLarge(limit: string, line = 1): ImportFileUnreadable {
    return new ImportFileUnreadable({
      line,
      column: null,
      value: null,
      code: 'FILE_TOO_LARGE',
      reason: `The file is larger than ${limit}.`,
      remedy: 'Cut the file into several, each with the header, and import them one after the other.',
    });
  }
}

function isBlank(record: CsvRecord): boolean {
  return record.problem === undefined && record.cells.every((cell) => cell.trim() === '');
}

/** What is wrong with the last row of a file that ends without a line break. */
function cutOff(problem: RowProblem): RowProblem {
  if (problem.code !== 'ROW_TOO_SHORT' && problem.code !== 'QUOTE_UNCLOSED') return problem;
  return { ...problem, code: 'FILE_CUT_OFF', reason: 'The file ends in the middle of this row; the rest of it is missing.', remedy: 'Send the whole file again.' };
}

function problemOf(record: CsvRecord, header: Header): RowProblem | undefined {
  switch (record.problem) {
    case 'LINE_TOO_LONG':
      return {
        column: null,
        code: record.problem,
        value: record.text.slice(0, 100),
        reason: `The line has more than ${MAX_RECORD_LENGTH} characters.`,
        remedy: 'Shorten the line, or put its line break back.',
      };
    case 'QUOTE_UNCLOSED':
      return {
        column: null,
        code: record.problem,
        value: record.text.slice(0, 100),
        reason: 'A quoted cell begins on this line and is never closed; the file may be cut off.',
        remedy: 'Close the quote, and write a quote inside a cell twice ("").',
      };
    case 'QUOTE_MISPLACED':
      return {
        column: null,
        code: record.problem,
        value: record.text.slice(0, 100),
        reason: 'There is text after the closing quote of a cell.',
        remedy: 'Write a quote inside a cell twice ("").',
      };
    case undefined:
      return widthProblem(record.cells, header);
  }
}

/** Spreadsheets add empty cells at the end of a row; more than that, or less than the header, means cells have moved. */
function widthProblem(cells: readonly string[], { width, delimiter }: Header): RowProblem | undefined {
  const short = cells.length < width;
  if (!short && cells.slice(width).every((cell) => cell.trim() === '')) return undefined;
  return {
    column: null,
    code: short ? 'ROW_TOO_SHORT' : 'ROW_TOO_LONG',
    value: cells.join(delimiter).slice(0, 100),
    reason: `The row has ${cells.length} cells; the header has ${width} columns${short ? ', so the line may be cut off' : ''}.`,
    remedy: `Give every row ${width} cells separated by ${nameOf(delimiter)}, and put cells that hold one in double quotes.`,
  };
}

function nameOf(delimiter: Delimiter): string {
  return delimiter === '\t' ? 'tab' : delimiter === ';' ? 'semicolon' : 'comma';
}

/** The key of a row as COPY text: equal for rows that name the same thing; \N when a part of it is empty. */
function copyKey(kind: ImportKindOptions, cells: readonly (string | null)[]): string {
  const parts = keyPositions(kind.columns, kind.key).map((position) => normaliseCell(cells[position] ?? ''));
  if (parts.includes('')) return '\\N';
  const key = parts.join(KEY_SEPARATOR);
  return copyText(key.length > KEY_MAX ? createHash('sha256').update(key).digest('hex') : key);
}

const positionsOf = new WeakMap<readonly string[], readonly number[]>();

function keyPositions(columns: ImportColumns, key: readonly string[]): readonly number[] {
  let positions = positionsOf.get(key);
  if (positions === undefined) {
    const names = Object.keys(columns);
    positions = key.map((column) => names.indexOf(column));
    positionsOf.set(key, positions);
  }
  return positions;
}

function copyJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\', '\\\\');
}

/** Cells as a text[] of COPY; empty ones are null. A backslash is escaped for the array, and then for COPY. */
function copyArray(cells: readonly unknown[]): string {
  return `{${cells.map((cell) => (cell === null ? 'NULL' : arrayElement(String(cell)))).join(',')}}`;
}

/** Quoted unless it is plain: so the common cell costs nothing, and no cell is taken for NULL or for syntax. */
function arrayElement(text: string): string {
  if (PLAIN.test(text)) return text;
  return `"${text.replace(/[\\"]/g, (character) => (character === '"' ? '\\\\"' : '\\\\\\\\'))}"`;
}

const PLAIN = /^(?!null$)[\p{L}\p{N}@._:/ -]+$/iu;

function copyText(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => COPY_ESCAPES[character]!);
}

const COPY_ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
