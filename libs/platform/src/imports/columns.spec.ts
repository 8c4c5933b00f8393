// Cells: what each type of column takes, and what is said about the rest.
import { currency } from '@countinghouse/kernel';
import { ColumnSpec, ImportColumns, normaliseCell, readRow, RowOf } from './columns';

function cell(spec: ColumnSpec, text: string) {
  const { values, rejections } = readRow({ it: spec }, [text], 7);
  return rejections[0] ?? values['it'];
}

describe('a cell', () => {
  it('loses blanks at its ends and has one spelling of each character', () => {
    expect(normaliseCell('  Joa\u0303o\u00a0 d’Ávila\n')).toBe('João d’Ávila');
    expect(normaliseCell('李  小龍')).toBe('李 小龍');
  });

  it.each<[ColumnSpec, string, unknown]>([
    [{ type: 'text' }, 'Çağla Øst-Müller', 'Çağla Øst-Müller'],
    [{ type: 'text' }, '', null],
    [{ type: 'date' }, '2024-02-29', '2024-02-29'],
    [{ type: 'int', min: 0, max: 365 }, '30', 30],
    [{ type: 'decimal' }, '-12.50', '-12.50'],
    [{ type: 'money' }, '12.50', '12.50'],
    [{ type: 'enum', values: ['advance', 'arrears'] }, 'Advance', 'advance'],
    [{ type: 'email' }, 'ana+x@mail.example.com', 'ana+x@mail.example.com'],
    [{ type: 'currency' }, 'eur', 'EUR'],
    [{ type: 'country' }, 'pt', 'PT'],
  ])('of %j takes %j', (spec, text, value) => {
    expect(cell(spec, text)).toEqual(value);
  });

  it.each<[ColumnSpec, string, string]>([
    [{ type: 'text', required: true }, '  ', 'VALUE_MISSING'],
    [{ type: 'text', max: 3 }, 'abcd', 'TEXT_TOO_LONG'],
    [{ type: 'text' }, 'a\u0007b', 'CHARACTER_UNREADABLE'],
    [{ type: 'text' }, 'Jo\ufffdo', 'CHARACTER_UNREADABLE'],
    [{ type: 'date' }, '29.02.2024', 'DATE_INVALID'],
    [{ type: 'date' }, '2023-02-29', 'DATE_INVALID'],
    [{ type: 'int', min: 0, max: 365 }, '-5', 'NUMBER_INVALID'],
    [{ type: 'int', min: 0, max: 365 }, '3.0', 'NUMBER_INVALID'],
    [{ type: 'money' }, '1.234,50', 'DECIMAL_INVALID'],
    [{ type: 'enum', values: ['a', 'b'] }, 'c', 'CHOICE_UNKNOWN'],
    [{ type: 'email' }, 'ana@localhost', 'EMAIL_INVALID'],
    [{ type: 'email' }, 'ana@example.com, bo@example.com', 'EMAIL_INVALID'],
    [{ type: 'currency' }, 'EURO', 'CURRENCY_UNKNOWN'],
    [{ type: 'country' }, 'XX', 'COUNTRY_UNKNOWN'],
  ])('of %j refuses %j by line and column, and says what to do', (spec, text, code) => {
    const value = normaliseCell(text);
    expect(cell(spec, text)).toEqual({ line: 7, column: 'it', value, code, reason: expect.any(String), remedy: expect.stringMatching(/\.$/) });
  });

  it('that holds a secret is not repeated', () => {
    expect(cell({ type: 'text', max: 3, secret: true }, 'tok_ok')).toMatchObject({ code: 'TEXT_TOO_LONG', value: null });
  });

  it('is shown cut when it is long', () => {
    expect(cell({ type: 'text', max: 3 }, 'x'.repeat(500))).toMatchObject({ value: `${'x'.repeat(99)}…` });
  });
});

describe('a row', () => {
  it('has the types of its columns', () => {
    const columns = {
      amount: { type: 'money', required: true },
      day: { type: 'date' },
      seats: { type: 'int', min: 0, max: 9 },
      way: { type: 'enum', values: ['in', 'out'], required: true },
      in: { type: 'currency', required: true },
    } as const satisfies ImportColumns;
    const row = readRow(columns, ['1.00', null, '', 'IN', 'EUR'], 2).values as RowOf<typeof columns>;
    const typed: { amount: string; day: string | null; seats: number | null; way: 'in' | 'out' } = row;
    expect(typed).toEqual({ amount: '1.00', day: null, seats: null, way: 'in', in: currency('EUR') });
  });
});
