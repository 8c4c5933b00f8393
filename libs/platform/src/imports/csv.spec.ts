// CSV by physical line: what is a record, and how far a mistake reaches.
import { CsvRecord, Delimiter, LineCutter, MAX_RECORD_LENGTH, RecordReader } from './csv';

function read(text: string, { columns = 2, delimiter = ',' as Delimiter, chunk = text.length || 1 } = {}): CsvRecord[] {
  const cutter = new LineCutter();
  const reader = new RecordReader(delimiter, columns);
  const parts = Array.from({ length: Math.ceil(text.length / chunk) }, (_, i) => text.slice(i * chunk, (i + 1) * chunk));
  const lines = [...parts.flatMap((part) => cutter.cut(part)), ...cutter.end()];
  return [...lines.flatMap((line) => reader.read(line)), ...reader.end()];
}

const cellsOf = (records: CsvRecord[]) => records.map((record) => record.problem ?? record.cells);

describe('records of a CSV file', () => {
  it.each(['a,b\nc,d\n', 'a,b\r\nc,d\r\n', 'a,b\rc,d\r', 'a,b\nc,d', 'a,b\r\nc,d'])('are ended by any line break: %j', (text) => {
    const expected = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['c', 'd'] },
    ];
    expect(read(text)).toEqual(expected);
    expect(read(text, { chunk: 1 })).toEqual(expected);
  });

  it('keep delimiters, doubled quotes and line breaks inside quotes, and count physical lines', () => {
    const text = '"a, ""x""","two\nlines"\nc,d\n';
    expect(read(text)).toEqual([
      { line: 1, cells: ['a, "x"', 'two\nlines'] },
      { line: 3, cells: ['c', 'd'] },
    ]);
    expect(read(text, { chunk: 3 })).toEqual(read(text));
  });

  it('take blanks around quotes for nothing, and a quote inside a bare cell for a character', () => {
    expect(cellsOf(read('"a" , "b"\n6" pipe,b\n,\n'))).toEqual([['a', 'b'], ['6" pipe', 'b'], ['', '']]);
  });

  it('are lost one line at a time when a quote is never closed', () => {
    expect(read('1,a\n2,"b\n3,c\n4,"d, e"\n5,f\n')).toEqual([
      { line: 1, cells: ['1', 'a'] },
      { line: 2, problem: 'QUOTE_UNCLOSED', text: '2,"b' },
      { line: 3, cells: ['3', 'c'] },
      { line: 4, cells: ['4', 'd, e'] },
      { line: 5, cells: ['5', 'f'] },
    ]);
  });

  it('are not swallowed by two quotes that were never closed', () => {
    expect(cellsOf(read('1,"a\n2,b\n3,"\n4,d\n', { columns: 3 }))).toEqual(['QUOTE_UNCLOSED', ['2', 'b'], 'QUOTE_UNCLOSED', ['4', 'd']]);
  });

  it('say that a quote is unclosed when the file ends in it, however much followed', () => {
    const rest = Array.from({ length: 200 }, (_, i) => `${i},x`);
    const records = read(['0,"cut', ...rest].join('\n'));
    expect(records[0]).toEqual({ line: 1, problem: 'QUOTE_UNCLOSED', text: '0,"cut' });
    expect(records).toHaveLength(201);
  });

  it('refuse text after a closing quote', () => {
    expect(cellsOf(read('"a"b,c\nd,e\n'))).toEqual(['QUOTE_MISPLACED', ['d', 'e']]);
  });

  it('refuse a line beyond the limit, hold no more of it, and go on behind it', () => {
    const records = read(`a,b\n${'x'.repeat(3 * MAX_RECORD_LENGTH)}\nc,d\n`, { chunk: 10_000 });
    expect(records.map((record) => record.problem ?? record.cells)).toEqual([['a', 'b'], 'LINE_TOO_LONG', ['c', 'd']]);
    expect(records[1]).toMatchObject({ line: 2, text: 'x'.repeat(MAX_RECORD_LENGTH) });
  });
});
