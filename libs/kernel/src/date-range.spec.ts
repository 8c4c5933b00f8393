/** How stretches of days meet, overlap and are cut. */
import { contains, dateRange, days, intersect, overlaps, subtract } from './date-range';
import { localDate } from './local-date';

const day = (text: string) => localDate(`2024-${text}`);
const range = (start: string, end: string) => dateRange(day(start), day(end));
const january = range('01-01', '02-01');

describe('dateRange', () => {
  it('has its start and not its end', () => {
    expect(days(january)).toBe(31);
    expect(contains(january, day('01-01'))).toBe(true);
    expect(contains(january, day('01-31'))).toBe(true);
    expect(contains(january, day('02-01'))).toBe(false);
    expect(contains(january, localDate('2023-12-31'))).toBe(false);
  });

  it('refuses an end that is not later than the start', () => {
    const empty = expect.objectContaining({ code: 'DATE_RANGE_EMPTY' });

    expect(() => range('01-01', '01-01')).toThrow(empty);
    expect(() => range('01-02', '01-01')).toThrow(empty);
  });
});

describe('intersect and overlaps', () => {
  it('find the days in both', () => {
    expect(intersect(january, range('01-20', '02-10'))).toEqual(range('01-20', '02-01'));
    expect(intersect(january, range('01-08', '01-10'))).toEqual(range('01-08', '01-10'));
    expect(overlaps(january, range('01-31', '02-10'))).toBe(true);
  });

  it('find nothing where ranges only touch', () => {
    expect(intersect(january, range('02-01', '03-01'))).toBeUndefined();
    expect(overlaps(january, range('02-01', '03-01'))).toBe(false);
  });
});

describe('subtract', () => {
  it('leaves both sides of what is taken from the middle', () => {
    expect(subtract(january, range('01-08', '01-10'))).toEqual([range('01-01', '01-08'), range('01-10', '02-01')]);
  });

  it('leaves one side of what is taken from an end', () => {
    expect(subtract(january, range('01-01', '01-10'))).toEqual([range('01-10', '02-01')]);
    expect(subtract(january, range('01-20', '03-01'))).toEqual([range('01-01', '01-20')]);
  });

  it('leaves nothing of what is wholly taken, and all of what is not touched', () => {
    expect(subtract(january, january)).toEqual([]);
    expect(subtract(january, range('02-01', '02-02'))).toEqual([january]);
    expect(subtract(range('02-01', '03-01'), january)).toEqual([range('02-01', '03-01')]);
  });
});
