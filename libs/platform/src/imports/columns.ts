// Columns of an import file: declared once, and read from text into typed values or a rejection that says what to do.
import { country, Country, currency, Currency, decimal, DomainError, isDomainError, localDate, LocalDate, Money } from '@countinghouse/kernel';
import { rejection, Rejection } from './rejection';

interface ColumnBase {
  /** The column must be in the header and its cell must not be empty. Other columns may be left out of the file. */
  readonly required?: boolean;
  /** The cell holds a secret or a token: rejections do not repeat it. */
  readonly secret?: boolean;
}

/**
 * What a column holds:
 * - text: any script; blanks at the ends go, runs of blanks and line breaks become one blank, Unicode NFC. `max` characters, 200 unless told.
 * - date: a LocalDate, `YYYY-MM-DD`.
 * - int: a whole number from `min` to `max`.
 * - decimal, money: plain decimal notation, kept as text; money is read with the row's currency: {@link moneyOf}.
 * - enum: one of `values`, in any case.
 * - email: one address, as written. Its syntax is checked, not its existence.
 * - currency: an ISO 4217 code; country: an ISO 3166 two-letter code; both in any case, and capitals after reading.
 */
export type ColumnSpec =
  | (ColumnBase & { readonly type: 'text'; readonly max?: number })
  | (ColumnBase & { readonly type: 'date' | 'decimal' | 'money' | 'email' | 'currency' | 'country' })
  | (ColumnBase & { readonly type: 'int'; readonly min: number; readonly max: number })
  | (ColumnBase & { readonly type: 'enum'; readonly values: readonly string[] });

/** The columns of a kind by name; names are snake_case, and a file may write them in any case, with blanks or hyphens. */
export type ImportColumns = Readonly<Record<string, ColumnSpec>>;

type ValueOf<Spec extends ColumnSpec> = Spec extends { type: 'date' }
  ? LocalDate
  : Spec extends { type: 'int' }
    ? number
    : Spec extends { type: 'currency' }
      ? Currency
      : Spec extends { type: 'country' }
        ? Country
        : Spec extends { type: 'enum'; values: readonly (infer Value)[] }
          ? Value
          : string;

/** The typed row of `const COLUMNS = {...} as const satisfies ImportColumns`: `RowOf<typeof COLUMNS>`. Optional cells are null when empty. */
export type RowOf<Columns extends ImportColumns> = {
  readonly [Name in keyof Columns]: Columns[Name] extends { required: true } ? ValueOf<Columns[Name]> : ValueOf<Columns[Name]> | null;
};

const TEXT_MAX = 200;
/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of them the angle brackets. */
const EMAIL_MAX = 254;
/** A local part, one @, and a domain with a dot. More than this only the receiving server can know. */
const EMAIL = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\.]+(\.[^\s@"(),:;<>[\]\\.]+)+$/;
const WHOLE_NUMBER = /^-?\d{1,15}$/;
/** Control characters no text has, and the mark that stands for bytes that could not be read. */
const UNREADABLE = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffd]/;

/**
 * A cell as it is compared and stored: NFC, so that one name has one spelling, and without blanks at its ends; a run of
 * blanks or line breaks inside it is one blank.
 */
export function normaliseCell(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

/** Reads the cells of one row, in the order of the columns; a cell is null when the file does not have its column. */
export function readRow(
  columns: ImportColumns,
  cells: readonly (string | null)[],
  line: number,
): { values: Record<string, unknown>; rejections: Rejection[] } {
  const values: Record<string, unknown> = {};
  const rejections: Rejection[] = [];
  let position = 0;
  for (const [column, spec] of Object.entries(columns)) {
    const text = normaliseCell(cells[position++] ?? '');
    try {
      values[column] = readCell(spec, text);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      rejections.push(rejectionOf(error, { line, column, value: spec.secret ? null : text }));
    }
  }
  return { values, rejections };
}

/** Turns an expected failure into the rejection of a cell. */
export function rejectionOf(error: DomainError, at: Pick<Rejection, 'line' | 'column' | 'value'>): Rejection {
  return rejection({
    ...at,
    code: error.code,
    reason: error.message,
    remedy: error.remedy ?? 'Correct the value and import the file again.',
  });
}

/**
 * The amount of a money cell in the row's currency.
 * @throws DomainError MONEY_INVALID, MONEY_TOO_PRECISE: turn it into a rejection with {@link rejectionOf}
 */
export function moneyOf(text: string, of: Currency): Money {
  return Money.parse(text, of);
}

function readCell(spec: ColumnSpec, text: string): unknown {
  if (text === '') {
    if (spec.required) throw new DomainError('VALUE_MISSING', 'The cell is empty.', { remedy: 'Fill in the cell.' });
    return null;
  }
  if (UNREADABLE.test(text)) {
    throw new DomainError('CHARACTER_UNREADABLE', 'The cell holds a control character, or bytes that are no text.', {
      remedy: 'Type the value again and save the file as CSV in UTF-8.',
    });
  }
  switch (spec.type) {
    case 'text':
      return readText(text, spec.max ?? TEXT_MAX);
    case 'date':
      return localDate(text);
    case 'int':
      return readInt(text, spec.min, spec.max);
    case 'decimal':
    case 'money':
      decimal(text);
      return text;
    case 'enum':
      return readEnum(text, spec.values);
    case 'email':
      return readEmail(text);
    case 'currency':
      return currency(text.toUpperCase());
    case 'country':
      return country(text.toUpperCase());
  }
}

function readText(text: string, max: number): string {
  if (text.length <= max) return text;
  throw new DomainError('TEXT_TOO_LONG', `The text has ${text.length} characters; at most ${max} are kept.`, {
    remedy: `Shorten it to ${max} characters.`,
  });
}

function readInt(text: string, min: number, max: number): number {
  const number = WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new DomainError('NUMBER_INVALID', `${JSON.stringify(text.slice(0, 40))} is not a whole number from ${min} to ${max}.`, {
    remedy: `Write a whole number from ${min} to ${max}, in digits only.`,
  });
}

function readEnum(text: string, values: readonly string[]): string {
  const value = text.toLowerCase();
  const found = values.find((allowed) => allowed.toLowerCase() === value);
  if (found !== undefined) return found;
  throw new DomainError('CHOICE_UNKNOWN', `${JSON.stringify(text.slice(0, 40))} is not one of the choices.`, {
    remedy: `Write one of: ${values.join(', ')}.`,
  });
}

function readEmail(text: string): string {
  if (text.length <= EMAIL_MAX && EMAIL.test(text)) return text;
  throw new DomainError('EMAIL_INVALID', `${JSON.stringify(text.slice(0, 60))} is not an e-mail address.`, {
    remedy: 'Write one address such as ana@example.com, or leave the cell empty.',
  });
}
