// A line of CSV: what is quoted, and what a spreadsheet must not run.
import { csvLine } from './csv-line';

describe('a line of CSV', () => {
  it.each<[readonly (string | number | bigint | null)[], string]>([
    [['a', 1, 2n, null, ''], 'a,1,2,,\r\n'],
    [['Ávila, Lda', 'he said "no"', 'two\nlines'], '"Ávila, Lda","he said ""no""","two\nlines"\r\n'],
    [['=1+1', '@x', '+351', '-cmd', '-12.50', '\tx'], "'=1+1,'@x,'+351,'-cmd,-12.50,'\tx\r\n"],
  ])('of %j is %j', (fields, line) => {
    expect(csvLine(fields)).toBe(line);
  });
});
