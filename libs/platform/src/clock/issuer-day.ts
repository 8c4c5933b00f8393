// What day it is for an issuer: by the machine's clock for a real one, by its own clock for one that was made for tests.
import { DomainError, IssuerId, LocalDate, localDateIn, timeZone } from '@countinghouse/kernel';
import { Reader } from '../database/tx';

interface ClockRow {
  readonly id: IssuerId;
  readonly zone: string;
  readonly testClockAt: Date | null;
}

const CLOCKS = 'SELECT id, time_zone AS zone, test_clock_at AS "testClockAt" FROM platform.issuer';

/**
 * The issuer's local day.
 * @param nowMs what AppClock said before the transaction began
 * @throws DomainError ISSUER_NOT_FOUND
 */
export async function issuerDay(reader: Reader, issuerId: IssuerId, nowMs: number): Promise<LocalDate> {
  const issuer = await reader.first<ClockRow>(`${CLOCKS} WHERE id = $1`, [issuerId]);
  if (issuer) return dayOf(issuer, nowMs);
  throw new DomainError('ISSUER_NOT_FOUND', 'There is no such issuer.', { field: 'issuerId', value: issuerId, remedy: 'Correct the id.' });
}

export interface IssuerToday {
  readonly issuerId: IssuerId;
  readonly day: LocalDate;
}

/** The local day of every real issuer: what schedules work through. Test clocks are moved by their own runs only. */
export async function realIssuersToday(reader: Reader, nowMs: number): Promise<IssuerToday[]> {
  const issuers = await reader.query<ClockRow>(`${CLOCKS} WHERE test_clock_at IS NULL ORDER BY id`);
  return issuers.map((issuer) => ({ issuerId: issuer.id, day: dayOf(issuer, nowMs) }));
}

function dayOf({ zone, testClockAt }: ClockRow, nowMs: number): LocalDate {
  return localDateIn(timeZone(zone), testClockAt?.getTime() ?? nowMs);
}
