// Staging: the file's bytes become rows of platform.import_row by one COPY, with a bound on everything that is held.
import { createHash } from 'node:crypto';
import { Tx } from '../database/tx';
import type { ImportColumns } from './columns';
import { normaliseCell } from './columns';
import { CsvProblem, CsvRecord, Delimiter, LineCutter, MAX_RECORD_LENGTH, PhysicalLine, RecordReader } from './csv';
import { Header, noHeader, readHeader } from './header';
import { ImportFileUnreadable, ImportKindOptions } from './import';
import { TextDecoding, TextEncodingName } from './text-decoding';

export const MAX_ROWS = 2_000_000;
export const MAX_BYTES = 1024 ** 3;
const COPY_CHUNK_CHARS = 64 * 1024;
/** Longer keys are compared by their hash, so that sorting two million of them stays cheap. */
const KEY_MAX = 200;
/** Between the parts of a key; no cell holds it. */
const KEY_SEPARATOR = '\u001f';

export interface StagedFile {
  readonly header: Header;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly encoding: TextEncodingName;
}

/** What is wrong with a row as a whole; it becomes a rejection when the row is checked. */
export interface RowProblem {
  readonly code: CsvProblem | 'ROW_TOO_SHORT' | 'ROW_TOO_LONG';
  readonly value: string | null;
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Copies the file into platform.import_row under `fileId`. Rows that are blank in every cell are left out.
 * @throws ImportFileUnreadable, and then the transaction must be given up
 */
export async function stageFile(tx: Tx, fileId: string, kind: ImportKindOptions, source: AsyncIterable<Buffer | string>): Promise<StagedFile> {
  const reading = new FileReading(kind, source);
  // The time is the sender's: a slow upload must not fail as a slow statement.
  await tx.execute(`SET LOCAL statement_timeout = '15min'`);
  await tx.copyFrom('COPY platform.import_row (file_id, row_no, line, key, cells, problem) FROM STDIN', reading.copyLines(fileId));
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

  constructor(
    private readonly kind: ImportKindOptions,
    private readonly source: AsyncIterable<Buffer | string>,
  ) {}

  async *copyLines(fileId: string): AsyncGenerator<string> {
    let out = '';
    for await (const records of this.batches()) {
      for (const record of records) {
        const line = this.copyLine(fileId, record);
        if (line === undefined) continue;
        out += line;
        if (out.length < COPY_CHUNK_CHARS) continue;
        yield out;
        out = '';
      }
    }
    if (out !== '') yield out;
  }

  summary(): StagedFile {
    return { header: this.header!, rows: this.rows, bytes: this.bytes, sha256: this.hash.digest(), encoding: this.decoding.name };
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
        this.header = readHeader(line, this.kind.columns);
        this.records = new RecordReader(this.header.delimiter, this.header.width);
      }
    }
    return records;
  }

  private copyLine(fileId: string, record: CsvRecord): string | undefined {
    const header = this.header!;
    if (record.problem === undefined && record.cells.every((cell) => cell.trim() === '')) return undefined;
    if (++this.rows > MAX_ROWS) throw this.tooLarge(`${MAX_ROWS} rows`, record.line);
    const problem = this.shown(problemOf(record, header));
    const start = `${fileId}\t${this.rows}\t${record.line}\t`;
    if (problem !== undefined || record.problem !== undefined) return `${start}\\N\t\\N\t${copyJson(problem)}\n`;
    const cells = header.positions.map((position) => (position === undefined ? null : record.cells[position]!));
    return `${start}${copyKey(this.kind, cells)}\t${copyJson(cells)}\t\\N\n`;
  }

  /** A line that cannot be taken apart may have a secret anywhere in it. */
  private shown(problem: RowProblem | undefined): RowProblem | undefined {
    const secret = Object.values(this.kind.columns).some((column) => column.secret);
    return problem && secret ? { ...problem, value: null } : problem;
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

function problemOf(record: CsvRecord, header: Header): RowProblem | undefined {
  switch (record.problem) {
    case 'LINE_TOO_LONG':
      return {
        code: record.problem,
        value: record.text.slice(0, 100),
        reason: `The line has more than ${MAX_RECORD_LENGTH} characters.`,
        remedy: 'Shorten the line, or put its line break back.',
      };
    case 'QUOTE_UNCLOSED':
      return {
        code: record.problem,
        value: record.text.slice(0, 100),
        reason: 'A quoted cell begins on this line and is never closed; the file may be cut off.',
        remedy: 'Close the quote, and write a quote inside a cell twice ("").',
      };
    case 'QUOTE_MISPLACED':
      return {
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

function copyText(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => COPY_ESCAPES[character]!);
}

const COPY_ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
