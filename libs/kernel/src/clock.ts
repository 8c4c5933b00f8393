/** Clock: where time comes from; pure code is given one and never asks the machine. */
import { fromEpochDay } from './local-date';

const MS_PER_DAY = 86_400_000;

export interface Clock {
  /** The present instant, in milliseconds since 1970-01-01T00:00Z. */
  now(): number;
}

/**
 * An instant as ISO text in UTC with milliseconds: `2024-02-29T12:34:56.789Z`.
 * @param epochMs milliseconds since 1970-01-01T00:00Z; a fraction of one is dropped
 * @throws DomainError DATE_INVALID outside the years 1 to 9999
 */
export function isoInstant(epochMs: number): string {
  const epochDay = Math.floor(epochMs / MS_PER_DAY);
  const msOfDay = epochMs - epochDay * MS_PER_DAY;
  const time = [msOfDay / 3_600_000, (msOfDay / 60_000) % 60, (msOfDay / 1000) % 60].map((part) => padded(part, 2)).join(':');
  return `${fromEpochDay(epochDay)}T${time}.${padded(msOfDay % 1000, 3)}Z`;
}

function padded(n: number, width: number): string {
  return Math.floor(n).toString().padStart(width, '0');
}
