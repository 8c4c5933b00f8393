// CSV (RFC 4180) by physical line, so that every mistake is reported where it stands and the rows after it are still read.

/** Delimiters a file may use; the header tells which. */
export const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Characters of one record, quotes and line breaks included. */
export const MAX_RECORD_LENGTH = 65_536;
/** Physical lines of one record: enough for any address, and it bounds how often a broken quote makes us read a line again. */
const MAX_RECORD_LINES = 50;

export interface PhysicalLine {
  /** Counted from 1. */
  readonly no: number;
  /** Without its line break; cut to the limit when it is longer. */
  readonly text: string;
  readonly tooLong: boolean;
}

export type CsvProblem = 'LINE_TOO_LONG' | 'QUOTE_UNCLOSED' | 'QUOTE_MISPLACED';

/** One record, or the reason why the line cannot be one. */
export type CsvRecord =
  | { readonly line: number; readonly cells: string[]; readonly problem?: undefined }
  | { readonly line: number; readonly problem: CsvProblem; readonly text: string };

/** Cuts text into physical lines, ended by LF, CRLF or CR. It never holds more than one line of the permitted length. */
export class LineCutter {
  private no = 0;
  private rest = '';
  private tooLong = false;
  private afterCr = false;
  /** Whether the last line was ended by a line break; known after {@link end}. */
  endedWithBreak = true;

  cut(text: string): PhysicalLine[] {
    const lines: PhysicalLine[] = [];
    const breaks = /\r\n|\n|\r/g;
    // A CRLF that two chunks share is one break.
    let start = this.afterCr && text.startsWith('\n') ? 1 : 0;
    if (text !== '') this.afterCr = text.endsWith('\r');
    breaks.lastIndex = start;
    for (let found = breaks.exec(text); found !== null; found = breaks.exec(text)) {
      lines.push(this.line(text.slice(start, found.index)));
      start = breaks.lastIndex;
    }
    this.keep(text.slice(start));
    return lines;
  }

  end(): PhysicalLine[] {
    this.endedWithBreak = this.rest === '' && !this.tooLong;
    return this.endedWithBreak ? [] : [this.line('')];
  }

  private line(tail: string): PhysicalLine {
    this.keep(tail);
    const line = { no: ++this.no, text: this.rest, tooLong: this.tooLong };
    this.rest = '';
    this.tooLong = false;
    return line;
  }

  private keep(text: string): void {
    const room = MAX_RECORD_LENGTH - this.rest.length;
    if (text.length > room) this.tooLong = true;
    this.rest = this.rest === '' && !this.tooLong ? text : this.rest + text.slice(0, room);
  }
}

/**
 * Puts records together from physical lines. `columns` is how many cells a row has by the header: a record over several
 * lines that has another number is taken for a quote that was never closed, so that it does not swallow its neighbours.
 */
export class RecordReader {
  private readonly pending: PhysicalLine[] = [];

  constructor(
    private readonly delimiter: Delimiter,
    private readonly columns: number,
  ) {}

  read(line: PhysicalLine): CsvRecord[] {
    const waiting = this.pending.length > 0;
    this.pending.push(line);
    // A quoted cell can only end in a line that has a quote.
    if (waiting && !line.tooLong && !line.text.includes('"') && this.roomForMore()) return [];
    return this.drain(false);
  }

  end(): CsvRecord[] {
    return this.drain(true);
  }

  private drain(ended: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    while (this.pending.length > 0) {
      const record = this.next(ended);
      if (record === undefined) break;
      records.push(record);
    }
    return records;
  }

  /** The next record, or undefined when it may go on in a line that is still to come. */
  private next(ended: boolean): CsvRecord | undefined {
    const first = this.pending[0]!;
    if (first.tooLong) return this.refuse('LINE_TOO_LONG');
    if (!first.text.includes('"')) {
      this.pending.shift();
      return { line: first.no, cells: first.text.split(this.delimiter) };
    }
    const parsed = parseRecord(this.pending, this.delimiter);
    if (parsed === 'open') return ended || !this.roomForMore() ? this.refuse('QUOTE_UNCLOSED') : undefined;
    if (parsed === 'misplaced') return this.refuse('QUOTE_MISPLACED');
    if (parsed === 'swallowed' || (parsed.lines > 1 && parsed.cells.length !== this.columns)) return this.refuse('QUOTE_UNCLOSED');
    this.pending.splice(0, parsed.lines);
    return { line: first.no, cells: parsed.cells };
  }

  /** Gives up on the first line only: the ones after it are read on their own. */
  private refuse(problem: CsvProblem): CsvRecord {
    const line = this.pending.shift()!;
    return { line: line.no, problem, text: line.text };
  }

  private roomForMore(): boolean {
    if (this.pending.length >= MAX_RECORD_LINES || this.pending.at(-1)!.tooLong) return false;
    return this.pending.reduce((sum, line) => sum + line.text.length, 0) < MAX_RECORD_LENGTH;
  }
}

/** The cells of the header line under a delimiter, or undefined when its quotes make no sense. */
export function headerCells(text: string, delimiter: Delimiter): string[] | undefined {
  const parsed = parseRecord([{ no: 1, text, tooLong: false }], delimiter);
  return typeof parsed === 'string' ? undefined : parsed.cells;
}

type Parsed = { cells: string[]; lines: number } | 'open' | 'misplaced' | 'swallowed';

/** Reads one record that begins at the first line and goes on as long as a quote is open. */
function parseRecord(lines: readonly PhysicalLine[], delimiter: Delimiter): Parsed {
  const cells: string[] = [];
  let index = 0;
  let at = 0;
  for (;;) {
    let text = lines[index]!.text;
    const opening = skipBlanks(text, at);
    if (text[opening] === '"') {
      const quoted = quotedCell(lines, index, opening + 1);
      if (typeof quoted === 'string') return quoted;
      cells.push(quoted.cell);
      index = quoted.index;
      text = lines[index]!.text;
      at = skipBlanks(text, quoted.at);
      if (at < text.length && text[at] !== delimiter) return index === 0 ? 'misplaced' : 'swallowed';
    } else {
      // A quote inside a cell that does not begin with one is an ordinary character.
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end === -1 ? text.length : end));
      at = end === -1 ? text.length : end;
    }
    if (at === text.length) return { cells, lines: index + 1 };
    at++;
  }
}

/** The cell whose opening quote stands before `at`; a doubled quote in it is a quote. Gives the place after its closing one. */
function quotedCell(
  lines: readonly PhysicalLine[],
  index: number,
  at: number,
): { cell: string; index: number; at: number } | 'open' | 'swallowed' {
  let cell = '';
  for (;;) {
    const { text, tooLong } = lines[index]!;
    if (tooLong) return 'swallowed';
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      cell += `${text.slice(at)}\n`;
      if (++index === lines.length) return 'open';
      at = 0;
    } else if (text[quote + 1] === '"') {
      cell += text.slice(at, quote + 1);
      at = quote + 2;
    } else {
      return { cell: cell + text.slice(at, quote), index, at: quote + 1 };
    }
  }
}

/** Blanks before an opening and after a closing quote belong to no cell. */
function skipBlanks(text: string, at: number): number {
  while (text[at] === ' ') at++;
  return at;
}
