/** Which days exist, and how they are counted. */
import {
  addDays,
  addMonths,
  dayOfMonth,
  daysBetween,
  daysInMonth,
  fromEpochDay,
  isLeapYear,
  isLocalDate,
  localDate,
  localDateOf,
  maxDate,
  minDate,
  monthOf,
  startOfMonth,
  toEpochDay,
  yearOf,
} from './local-date';

const invalid = expect.objectContaining({ code: 'DATE_INVALID' });

describe('localDate', () => {
  it.each(['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31', '2023-04-30'])('takes %s', (text) => {
    expect(localDate(text)).toBe(text);
    expect(isLocalDate(text)).toBe(true);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2024-04-31',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-01-32',
    '0000-01-01',
    '2024-1-01',
    '24-01-01',
    '2024/01/01',
    '2024-01-01T00:00:00Z',
    ' 2024-01-01',
    '2024-01-0١',
    '2024-01-0:',
    '-024-01-01',
    '+002024-01',
    '',
  ])('refuses %p', (text) => {
    expect(() => localDate(text)).toThrow(invalid);
    expect(isLocalDate(text)).toBe(false);
  });

  it('names the field that is wrong', () => {
    expect(() => localDate('soon', 'startOn')).toThrow(expect.objectContaining({ field: 'startOn', value: 'soon' }));
  });

  it('is made of its parts and taken apart again', () => {
    const date = localDateOf(2024, 2, 29);

    expect(date).toBe('2024-02-29');
    expect([yearOf(date), monthOf(date), dayOfMonth(date)]).toEqual([2024, 2, 29]);
    expect(() => localDateOf(2023, 2, 29)).toThrow(invalid);
    expect(() => localDateOf(2023, 2.5, 1)).toThrow(invalid);
  });
});

describe('epoch days', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-03-01', 11_017],
    ['2024-02-29', 19_782],
    ['2099-12-31', 47_481],
    ['2100-01-01', 47_482],
    ['0001-01-01', -719_162],
    ['9999-12-31', 2_932_896],
  ])('%s is day %i', (text, epochDay) => {
    expect(toEpochDay(localDate(text))).toBe(epochDay);
    expect(fromEpochDay(epochDay)).toBe(text);
  });

  it.each([-719_163, 2_932_897, 0.5, NaN, Infinity])('refuses day %p', (epochDay) => {
    expect(() => fromEpochDay(epochDay)).toThrow(invalid);
  });
});

describe('arithmetic', () => {
  it('adds and counts days over months, years and leap days', () => {
    expect(addDays(localDate('2024-02-28'), 2)).toBe('2024-03-01');
    expect(addDays(localDate('2023-02-28'), 1)).toBe('2023-03-01');
    expect(addDays(localDate('2024-01-01'), -1)).toBe('2023-12-31');
    expect(daysBetween(localDate('2024-01-01'), localDate('2025-01-01'))).toBe(366);
    expect(daysBetween(localDate('2024-03-01'), localDate('2024-02-01'))).toBe(-29);
  });

  it('adds months up to the last day of a shorter one', () => {
    expect(addMonths(localDate('2024-01-31'), 1)).toBe('2024-02-29');
    expect(addMonths(localDate('2023-01-31'), 1)).toBe('2023-02-28');
    expect(addMonths(localDate('2024-03-31'), -1)).toBe('2024-02-29');
    expect(addMonths(localDate('2024-02-29'), 12)).toBe('2025-02-28');
    expect(addMonths(localDate('2024-01-15'), -13)).toBe('2022-12-15');
    expect(addMonths(localDate('2024-01-15'), 0)).toBe('2024-01-15');
  });

  it('refuses to leave the calendar', () => {
    expect(() => addDays(localDate('9999-12-31'), 1)).toThrow(invalid);
    expect(() => addMonths(localDate('0001-01-01'), -1)).toThrow(invalid);
    expect(() => addMonths(localDate('9999-12-01'), 1)).toThrow(invalid);
  });

  it('knows the length of months', () => {
    expect([2000, 2024, 1900, 2023].map(isLeapYear)).toEqual([true, true, false, false]);
    expect([daysInMonth(2024, 2), daysInMonth(2023, 2), daysInMonth(2023, 4), daysInMonth(2023, 12)]).toEqual([29, 28, 30, 31]);
    expect(() => daysInMonth(2023, 13)).toThrow(RangeError);
  });

  it('finds the start of a month, and the earlier and later of two days', () => {
    const [a, b] = [localDate('2024-02-29'), localDate('2024-03-01')];

    expect(startOfMonth(a)).toBe('2024-02-01');
    expect(startOfMonth(b)).toBe('2024-03-01');
    expect([minDate(a, b), minDate(b, a)]).toEqual([a, a]);
    expect([maxDate(a, b), maxDate(b, a)]).toEqual([b, b]);
  });
});
