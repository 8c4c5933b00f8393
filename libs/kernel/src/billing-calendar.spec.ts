/** Where the periods of a billing cycle begin and end. */
import { anchorOn, boundary, MAX_PERIODS, periodAt, periodContaining, periodsOverlapping } from './billing-calendar';
import { dateRange, days, intersect } from './date-range';
import { localDate } from './local-date';

const range = (start: string, end: string) => dateRange(localDate(start), localDate(end));
const monthly = (on: string, day?: number) => anchorOn(localDate(on), 1, day);

describe('boundary', () => {
  it('keeps day 31 through shorter months: 31 Jan, 28 Feb, 31 Mar, 30 Apr', () => {
    const anchor = monthly('2023-01-31');

    expect([0, 1, 2, 3].map((n) => boundary(anchor, n))).toEqual(['2023-01-31', '2023-02-28', '2023-03-31', '2023-04-30']);
    expect(boundary(anchor, 13)).toBe('2024-02-29');
    expect(boundary(anchor, 14)).toBe('2024-03-31');
  });

  it('counts backwards too', () => {
    const anchor = monthly('2024-03-31');

    expect([-1, -2, -13].map((n) => boundary(anchor, n))).toEqual(['2024-02-29', '2024-01-31', '2023-02-28']);
  });

  it('steps by quarters and years', () => {
    expect(boundary(anchorOn(localDate('2023-11-30'), 3), 1)).toBe('2024-02-29');
    expect(boundary(anchorOn(localDate('2024-02-29'), 12), 1)).toBe('2025-02-28');
    expect(boundary(anchorOn(localDate('2024-02-29'), 12), 4)).toBe('2028-02-29');
  });

  it('keeps a day that the first month lacks: billed on the 31st, from 28 February', () => {
    expect([0, 1].map((n) => boundary(monthly('2023-02-28', 31), n))).toEqual(['2023-02-28', '2023-03-31']);
  });
});

describe('a contract that starts between boundaries', () => {
  it('lies in a whole period, which the caller clips: from 12 March, billed on the 1st', () => {
    const start = localDate('2024-03-12');
    const whole = periodContaining(monthly('2024-03-12', 1), start);

    expect(whole).toEqual({ index: 0, start: '2024-03-01', end: '2024-04-01' });
    expect(intersect(whole, range('2024-03-12', '2025-03-12'))).toEqual(range('2024-03-12', '2024-04-01'));
  });

  it('lies in the period before boundary 0 if that is still ahead: from 12 March, billed on the 31st', () => {
    const whole = periodContaining(monthly('2024-03-12', 31), localDate('2024-03-12'));

    expect(whole).toEqual({ index: -1, start: '2024-02-29', end: '2024-03-31' });
  });

  it('has 20 of the 91 days of the first calendar quarter of 2024', () => {
    const quarter = periodContaining(anchorOn(localDate('2024-01-01'), 3), localDate('2024-03-12'));

    expect(days(quarter)).toBe(91);
    expect(days(intersect(quarter, range('2024-03-12', '2025-03-12'))!)).toBe(20);
  });
});

describe('periodContaining', () => {
  it('finds the period of its first and of its last day', () => {
    const anchor = monthly('2023-01-31');
    const february = { index: 1, start: '2023-02-28', end: '2023-03-31' };

    expect(periodContaining(anchor, localDate('2023-02-28'))).toEqual(february);
    expect(periodContaining(anchor, localDate('2023-03-30'))).toEqual(february);
    expect(periodContaining(anchor, localDate('2023-03-31')).index).toBe(2);
    expect(periodContaining(anchor, localDate('2022-12-31')).index).toBe(-1);
    expect(periodAt(anchor, 1)).toEqual(february);
  });
});

describe('periodsOverlapping', () => {
  it('lists every period that shares a day with the range, whole', () => {
    const periods = periodsOverlapping(monthly('2024-01-15'), range('2024-01-20', '2024-03-16'));

    expect(periods).toEqual([
      { index: 0, start: '2024-01-15', end: '2024-02-15' },
      { index: 1, start: '2024-02-15', end: '2024-03-15' },
      { index: 2, start: '2024-03-15', end: '2024-04-15' },
    ]);
  });

  it('leaves out a period that the range only touches', () => {
    expect(periodsOverlapping(monthly('2024-01-01'), range('2024-01-01', '2024-02-01'))).toHaveLength(1);
  });

  it('takes a hundred years of months and refuses more', () => {
    const anchor = monthly('2000-01-01');

    expect(periodsOverlapping(anchor, range('2000-01-01', '2100-01-01'))).toHaveLength(MAX_PERIODS);
    expect(() => periodsOverlapping(anchor, range('2000-01-01', '2100-01-02'))).toThrow(
      expect.objectContaining({ code: 'BILLING_PERIODS_TOO_MANY' }),
    );
  });
});

describe('anchorOn', () => {
  it('bills on the day of the date unless another is given', () => {
    expect(anchorOn(localDate('2024-01-31'), 3)).toEqual({ on: '2024-01-31', months: 3, day: 31 });
    expect(anchorOn(localDate('2024-01-31'), 1, 5).day).toBe(5);
  });

  it.each([
    [0, 1],
    [1.5, 1],
    [-1, 1],
    [1201, 1],
    [1, 0],
    [1, 32],
    [1, 1.5],
  ])('refuses a cycle of %p months on day %p', (months, day) => {
    expect(() => anchorOn(localDate('2024-01-01'), months, day)).toThrow(expect.objectContaining({ code: 'ANCHOR_INVALID' }));
  });
});
