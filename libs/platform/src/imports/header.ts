// The header of an import file: which delimiter it uses, and where each declared column stands.
import type { ImportColumns } from './columns';
import { Delimiter, DELIMITERS, headerCells, PhysicalLine } from './csv';
import { ImportFileUnreadable } from './import';
import type { ColumnsBeside } from './staging';

export interface Header {
  readonly delimiter: Delimiter;
  /** How many cells a row has. */
  readonly width: number;
  /** For each declared column, in order, its place in the row; undefined when the file does not have it. */
  readonly positions: readonly (number | undefined)[];
  /** For each declared column, in order, the cell that all rows have in it, if it is known beside the file. */
  readonly fixed: readonly (string | null)[];
  /** The declared columns that the file has. */
  readonly columns: readonly string[];
  /** What else the header names; it is not imported. */
  readonly ignored: readonly string[];
}

const MAX_COLUMNS = 100;
const HEADER_SHOWN_MAX = 300;

/**
 * Reads the header line. Names match in any case, with blanks, hyphens, underscores or none; a name that is mapped to a
 * column stands for it.
 * @throws ImportFileUnreadable HEADER_MISSING, COLUMN_MISSING, COLUMN_TWICE
 */
export function readHeader(line: PhysicalLine, declared: ImportColumns, { mapping = {}, fixed = {} }: ColumnsBeside = {}): Header {
  const mapped = new Map(Object.entries(mapping).map(([name, column]) => [comparable(name), comparable(column)]));
  const nameOf = (cell: string) => mapped.get(comparable(cell)) ?? comparable(cell);
  const { delimiter, cells } = bestReading(line, declared, nameOf);
  const names = cells.map(nameOf);
  const columns: string[] = [];
  const positions = Object.entries(declared).map(([column, { required }]) => {
    const position = names.indexOf(comparable(column));
    if (position === -1) {
      if (required && fixed[column] === undefined) throw missing(line, column, cells);
      return undefined;
    }
    if (names.indexOf(comparable(column), position + 1) !== -1) throw twice(line, column);
    columns.push(column);
    return position;
  });
  const ignored = cells.filter((_, position) => !positions.includes(position)).map((name) => name.trim());
  const beside = Object.keys(declared).map((column) => fixed[column] ?? null);
  return { delimiter, width: cells.length, positions, fixed: beside, columns, ignored };
}

/** The delimiter under which most declared columns are found; of two, the one that makes more cells. */
function bestReading(line: PhysicalLine, declared: ImportColumns, nameOf: (cell: string) => string): { delimiter: Delimiter; cells: string[] } {
  const wanted = new Set(Object.keys(declared).map(comparable));
  const readings = DELIMITERS.map((delimiter) => ({ delimiter, cells: headerCells(line.text, delimiter) ?? [] })).map((reading) => ({
    ...reading,
    found: reading.cells.filter((cell) => wanted.has(nameOf(cell))).length,
  }));
  readings.sort((a, b) => b.found - a.found || b.cells.length - a.cells.length);
  const best = readings[0]!;
  if (line.tooLong || best.cells.length === 0 || best.cells.length > MAX_COLUMNS) throw noHeader(line);
  return best;
}

function comparable(name: string): string {
  return name.normalize('NFKC').toLowerCase().replace(/[\s_-]+/g, '');
}

function shown(text: string): string {
  return text.length > HEADER_SHOWN_MAX ? `${text.slice(0, HEADER_SHOWN_MAX)}…` : text;
}

function missing(line: PhysicalLine, column: string, cells: readonly string[]): ImportFileUnreadable {
  const found = shown(cells.map((cell) => cell.trim()).join(' | '));
  return new ImportFileUnreadable({
    line: line.no,
    column,
    value: found,
    code: 'COLUMN_MISSING',
    reason: `The header has no column ${column}; it has ${found}.`,
    remedy: `Add the column ${column}, and separate the columns by comma, semicolon or tab.`,
  });
}

function twice(line: PhysicalLine, column: string): ImportFileUnreadable {
  return new ImportFileUnreadable({
    line: line.no,
    column,
    value: column,
    code: 'COLUMN_TWICE',
    reason: `The header names the column ${column} twice.`,
    remedy: 'Remove or rename one of the two.',
  });
}

/** Also thrown for a file without any line, at line 1. */
export function noHeader(line: Pick<PhysicalLine, 'no' | 'text'>): ImportFileUnreadable {
  return new ImportFileUnreadable({
    line: line.no,
    column: null,
    value: line.text === '' ? null : shown(line.text),
    code: 'HEADER_MISSING',
    reason: `There is no header of 1 to ${MAX_COLUMNS} columns.`,
    remedy: 'Put the column names in the first line, separated by comma, semicolon or tab.',
  });
}
