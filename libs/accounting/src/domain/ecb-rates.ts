// The file of reference rates of the European Central Bank: a day per line, a currency per column, against one euro.
import { allCurrencies, Currency, DomainError, isLocalDate, LocalDate, tryDecimal } from '@countinghouse/kernel';

export interface EcbRate {
  readonly quote: Currency;
  readonly on: LocalDate;
  /** What one euro is worth, as it was published. */
  readonly rate: string;
}

/** The currency of each column, in order; undefined for one that ISO 4217 has retired: the file goes back to 1999. */
export type EcbColumns = readonly (Currency | undefined)[];

const KNOWN: ReadonlySet<string> = new Set(allCurrencies());

/**
 * The columns of the first line, `Date,USD,JPY,…,`; the bank ends every line with a comma.
 * @throws DomainError ECB_FILE_INVALID
 */
export function ecbColumns(line: string): EcbColumns {
  const [first, ...codes] = cells(line);
  if (first !== 'Date' || codes.length === 0 || !codes.every((code) => /^[A-Z]{3}$/.test(code))) {
    throw invalid(1, line.slice(0, 40), 'The first line names the columns: Date, then currencies.');
  }
  return codes.map((code) => (KNOWN.has(code) ? (code as Currency) : undefined));
}

/**
 * The rates of one day; `N/A` is a currency that was not quoted.
 * @param no the line's number in the file, from 1
 * @param today the last day that can have been published: a rate of a later one would hold for everybody and for good
 * @throws DomainError ECB_FILE_INVALID naming line and value
 */
export function ecbRates(line: string, no: number, columns: EcbColumns, today: LocalDate): EcbRate[] {
  const [first, ...values] = cells(line);
  const on = dayOf(first ?? '');
  if (!isLocalDate(on)) throw invalid(no, String(first), 'A line begins with its day: 2026-01-30, or 30 January 2026.');
  if (on > today) throw invalid(no, on, `The bank has published rates through ${today} at the most.`);
  if (values.length !== columns.length) throw invalid(no, String(values.length), `A line has ${columns.length} rates, one for each currency.`);
  return values.flatMap((rate, index) => {
    const quote = columns[index];
    if (rate === 'N/A') return [];
    if (!isRate(rate)) throw invalid(no, rate, 'A rate is a positive number with a point before its decimals, or N/A.');
    return quote === undefined ? [] : [{ quote, on, rate }];
  });
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** The history has 2026-01-30, the file of a single day has 30 January 2026. */
function dayOf(text: string): string {
  const [, day, month, year] = /^(\d{1,2}) ([A-Z][a-z]+) (\d{4})$/.exec(text) ?? [];
  if (day === undefined) return text;
  return `${year}-${String(MONTHS.indexOf(month!) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function isRate(text: string): boolean {
  const parsed = tryDecimal(text);
  return parsed !== undefined && parsed.unscaled > 0n;
}

function cells(line: string): string[] {
  const values = line.replace(/^\uFEFF/, '').split(',').map((cell) => cell.trim());
  if (values.at(-1) === '') values.pop();
  return values;
}

function invalid(no: number, value: string, remedy: string): DomainError {
  return new DomainError('ECB_FILE_INVALID', `Line ${no} of the file of rates cannot be read.`, { field: `line ${no}`, value: value.slice(0, 40), remedy });
}
