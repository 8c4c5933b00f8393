/** TimeZone: an IANA zone, and the two questions billing asks of one: which day is it, and when does a day begin? */
import { Temporal } from 'temporal-polyfill';
import { DomainError } from './domain-error';
import { localDate, type LocalDate } from './local-date';

/** The name of an IANA zone in its proper spelling, such as `Europe/Lisbon`; made by {@link timeZone} only. */
export type TimeZone = string & { readonly __timeZone: true };

/**
 * Checks a zone's name and corrects its capitals. A fixed offset such as `+01:00` is refused: it is no zone, and would
 * be an hour wrong for half of the year.
 * @throws DomainError TIME_ZONE_UNKNOWN
 */
export function timeZone(name: string, field?: string): TimeZone {
  const known = /^[A-Za-z]/.test(name) ? properName(name) : undefined;
  if (known === undefined) {
    const value = name.slice(0, 60);
    throw new DomainError('TIME_ZONE_UNKNOWN', `${JSON.stringify(value)} is not an IANA time zone.`, {
      field,
      value,
      remedy: 'Use a name such as Europe/Lisbon or UTC.',
    });
  }
  return known as TimeZone;
}

/**
 * The calendar day in the zone at an instant.
 * @param epochMs milliseconds since 1970-01-01T00:00Z
 * @throws DomainError DATE_INVALID outside the years 1 to 9999
 */
export function localDateIn(zone: TimeZone, epochMs: number): LocalDate {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of dayFormatter(zone).formatToParts(epochMs)) part[type] = value;
  return localDate(`${part.year?.padStart(4, '0')}-${part.month}-${part.day}`);
}

/**
 * The first instant of a day in the zone, in milliseconds since 1970-01-01T00:00Z. Where the clocks skip midnight, the
 * day begins when they have skipped it; a day that a zone left out altogether begins with the next.
 */
export function startOfDay(zone: TimeZone, date: LocalDate): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds;
}

function properName(name: string): string | undefined {
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return undefined;
  }
}

/** Making a formatter costs a thousand times its use; there are only as many as there are zones. */
const dayFormatters = new Map<TimeZone, Intl.DateTimeFormat>();

function dayFormatter(zone: TimeZone): Intl.DateTimeFormat {
  let formatter = dayFormatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    dayFormatters.set(zone, formatter);
  }
  return formatter;
}
