/** LocalDate: a calendar day without time or zone, kept as its ISO text. */
import { DomainError } from './domain-error';

/**
 * A day of the proleptic Gregorian calendar, `YYYY-MM-DD`, from 0001-01-01 to 9999-12-31.
 *
 * It is text because text compares with `<`, travels unchanged through SQL, JSON and GraphQL, and is a key of sets and
 * maps as it stands. Arithmetic goes through the epoch day, an integer count of days since 1970-01-01, and never through
 * Date, whose days depend on the zone of the machine.
 */
export type LocalDate = string & { readonly __localDate: true };

/** 0001-01-01; PostgreSQL has no year 0 either. */
const FIRST_EPOCH_DAY = -719_162;
/** 9999-12-31. */
const LAST_EPOCH_DAY = 2_932_896;

/** Days from 0000-03-01, where the calendar's 400-year cycle starts, to 1970-01-01. */
const EPOCH_OFFSET = 719_468;
const DAYS_OF_400_YEARS = 146_097;

const DIGIT_ZERO = 48;
const HYPHEN = 45;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/**
 * Checks a text from outside.
 * @param field the name of the input, for the error
 * @throws DomainError DATE_INVALID
 */
export function localDate(text: string, field?: string): LocalDate {
  if (isLocalDate(text)) return text;
  const value = text.slice(0, 40);
  throw new DomainError('DATE_INVALID', `${JSON.stringify(value)} is not a day of the calendar.`, {
    field,
    value,
    remedy: 'Write the day as YYYY-MM-DD, such as 2024-02-29.',
  });
}

/** Whether a text is a LocalDate: ten characters, and a day that exists. */
export function isLocalDate(text: string): text is LocalDate {
  if (text.length !== 10 || text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return false;
  for (const position of [0, 1, 2, 3, 5, 6, 8, 9]) {
    const digit = text.charCodeAt(position) - DIGIT_ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  const date = text as LocalDate;
  return exists(yearOf(date), monthOf(date), dayOfMonth(date));
}

/**
 * The day of a year (1–9999), month (1–12) and day (1–31).
 * @throws DomainError DATE_INVALID if there is no such day
 */
export function localDateOf(year: number, month: number, day: number): LocalDate {
  if (!exists(year, month, day)) {
    throw new DomainError('DATE_INVALID', `Day ${day} of month ${month} of year ${year} is not a day of the calendar.`, {
      value: `${year}-${month}-${day}`,
    });
  }
  return fromEpochDay(epochDayOf(year, month, day));
}

/** Days since 1970-01-01, which is 0; earlier days are negative. */
export function toEpochDay(date: LocalDate): number {
  return epochDayOf(yearOf(date), monthOf(date), dayOfMonth(date));
}

/**
 * The day that lies so many days after 1970-01-01.
 * @throws DomainError DATE_INVALID outside the years 1 to 9999, or if the number is not whole
 */
export function fromEpochDay(epochDay: number): LocalDate {
  return recent[epochDay] ?? remember(epochDay);
}

/** The day so many days later, or earlier if negative. @throws DomainError DATE_INVALID outside the years 1 to 9999 */
export function addDays(date: LocalDate, days: number): LocalDate {
  return fromEpochDay(toEpochDay(date) + days);
}

/** Days from the first to the second: 0 for the same day, negative if the second is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return toEpochDay(to) - toEpochDay(from);
}

/**
 * The same day of the month so many months later (or earlier), or the month's last day if it has no such day: one month
 * after 31 January is 28 or 29 February. Chains of it drift; a billing cycle is computed by `boundary` instead.
 * @throws DomainError DATE_INVALID outside the years 1 to 9999
 */
export function addMonths(date: LocalDate, months: number): LocalDate {
  return dayOfMonthClamped(monthNumber(date) + months, dayOfMonth(date));
}

/** The year, 1–9999. */
export function yearOf(date: LocalDate): number {
  return twoDigits(date, 0) * 100 + twoDigits(date, 2);
}

/** The month of the year, 1–12. */
export function monthOf(date: LocalDate): number {
  return twoDigits(date, 5);
}

/** The day of the month, 1–31. */
export function dayOfMonth(date: LocalDate): number {
  return twoDigits(date, 8);
}

/** How many days a month (1–12) has in a year. */
export function daysInMonth(year: number, month: number): number {
  const days = DAYS_IN_MONTH[month - 1];
  if (days === undefined) throw new RangeError(`There is no month ${month}.`);
  return month === 2 && isLeapYear(year) ? 29 : days;
}

/** The first day of the date's month. */
export function startOfMonth(date: LocalDate): LocalDate {
  return fromEpochDay(toEpochDay(date) - dayOfMonth(date) + 1);
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The earlier of two days. */
export function minDate(a: LocalDate, b: LocalDate): LocalDate {
  return a < b ? a : b;
}

/** The later of two days. */
export function maxDate(a: LocalDate, b: LocalDate): LocalDate {
  return a > b ? a : b;
}

/** Months since January of the year 0: a number that months can be added to and subtracted from. */
export function monthNumber(date: LocalDate): number {
  return yearOf(date) * 12 + monthOf(date) - 1;
}

/**
 * The given day (1–31) of a month by its {@link monthNumber}, or that month's last day if it is shorter.
 * @throws DomainError DATE_INVALID outside the years 1 to 9999
 */
export function dayOfMonthClamped(month: number, day: number): LocalDate {
  const year = Math.floor(month / 12);
  const monthOfYear = month - year * 12 + 1;
  return fromEpochDay(epochDayOf(year, monthOfYear, Math.min(day, daysInMonth(year, monthOfYear))));
}

function exists(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) return false;
  if (year < 1 || year > 9999 || month < 1 || month > 12) return false;
  return day >= 1 && day <= daysInMonth(year, month);
}

function twoDigits(text: string, position: number): number {
  return (text.charCodeAt(position) - DIGIT_ZERO) * 10 + text.charCodeAt(position + 1) - DIGIT_ZERO;
}

/** Days from civil: years are counted from March, so that the leap day is the last of its year and needs no case. */
function epochDayOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(marchYear / 400);
  const yearOfCycle = marchYear - cycle * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * DAYS_OF_400_YEARS + dayOfCycle - EPOCH_OFFSET;
}

/** Civil from days: the inverse of {@link epochDayOf}, written out as text. */
function format(epochDay: number): LocalDate {
  const shifted = epochDay + EPOCH_OFFSET;
  const cycle = Math.floor(shifted / DAYS_OF_400_YEARS);
  const dayOfCycle = shifted - cycle * DAYS_OF_400_YEARS;
  const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36524) + Math.floor(dayOfCycle / 146096);
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}` as LocalDate;
}

function padded(n: number, width: number): string {
  return n.toString().padStart(width, '0');
}

/**
 * The texts of the days 1970–2099, each made when first asked for (47,482 short strings at most). Billing asks for the
 * same few hundred days millions of times, and a shared string costs neither time nor memory.
 */
const recent: LocalDate[] = [];
const RECENT_DAYS = 47_482;

function remember(epochDay: number): LocalDate {
  if (!Number.isInteger(epochDay) || epochDay < FIRST_EPOCH_DAY || epochDay > LAST_EPOCH_DAY) {
    throw new DomainError('DATE_INVALID', `Day ${epochDay} is outside the years 1 to 9999.`, { value: String(epochDay) });
  }
  const date = format(epochDay);
  if (epochDay >= 0 && epochDay < RECENT_DAYS) recent[epochDay] = date;
  return date;
}
