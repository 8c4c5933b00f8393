// The file of the European Central Bank, line by line.
import { localDate } from '@countinghouse/kernel';
import { ecbColumns, ecbRates } from './ecb-rates';

const TODAY = localDate('2026-01-30');
const HEADER = 'Date,USD,JPY,CYP,RON,';

describe('the file of ECB rates', () => {
  it('reads the day and the rate of each currency, without those that were not quoted or are no more', () => {
    expect(ecbRates('2026-01-30,1.0832,161.25,0.58,N/A,', 2, ecbColumns(HEADER), TODAY)).toEqual([
      { quote: 'USD', on: '2026-01-30', rate: '1.0832' },
      { quote: 'JPY', on: '2026-01-30', rate: '161.25' },
    ]);
  });

  it('reads the file of a single day, which writes its month in words', () => {
    expect(ecbRates('2 January 2026, 1.0832, 161.25, ', 2, ecbColumns('Date, USD, JPY, '), TODAY)).toMatchObject([{ on: '2026-01-02' }, { on: '2026-01-02' }]);
    expect(() => ecbRates('2 Januar 2026, 1.0832, 161.25, ', 2, ecbColumns('Date, USD, JPY, '), TODAY)).toThrow('Line 2');
  });

  it('reads it without the last comma, with a byte order mark and with blanks too', () => {
    expect(ecbRates('2026-01-30, 1.0832', 2, ecbColumns('\uFEFFDate, USD'), TODAY)).toEqual([{ quote: 'USD', on: '2026-01-30', rate: '1.0832' }]);
  });

  it.each([
    ['another first line', () => ecbColumns('Datum,USD')],
    ['no currency', () => ecbColumns('Date,')],
    ['a column that is no currency code', () => ecbColumns('Date,Dollar')],
    ['a day that does not exist', () => ecbRates('2026-02-30,1,1,1,1', 7, ecbColumns(HEADER), TODAY)],
    ['a day that is still to come', () => ecbRates('2026-01-31,1,1,1,1', 7, ecbColumns(HEADER), TODAY)],
    ['a rate too few', () => ecbRates('2026-01-30,1,1,1', 7, ecbColumns(HEADER), TODAY)],
    ['a rate of zero', () => ecbRates('2026-01-30,0,1,1,1', 7, ecbColumns(HEADER), TODAY)],
    ['a rate with a decimal comma', () => ecbRates('2026-01-30,"1,08",1,1,1', 7, ecbColumns(HEADER), TODAY)],
    ['a rate in scientific notation, also of a currency that is no more', () => ecbRates('2026-01-30,1,1,1e3,1', 7, ecbColumns(HEADER), TODAY)],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'ECB_FILE_INVALID', field: expect.stringMatching(/^line [17]$/) as string }));
  });
});
