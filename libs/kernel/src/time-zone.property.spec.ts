/** What holds of days in every zone. */
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { addDays, fromEpochDay } from './local-date';
import { localDateIn, startOfDay, timeZone } from './time-zone';

const zones = fc
  .constantFrom(
    'Europe/Lisbon',
    'America/Sao_Paulo',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Africa/Casablanca',
    'UTC',
  )
  .map((name) => timeZone(name));
const epochDays = fc.integer({ min: 10_957, max: 29_219 });

describe('days in a zone, for any day from 2000 to 2049', () => {
  it('begin at their first instant and not a millisecond sooner', () => {
    fc.assert(
      fc.property(zones, epochDays.map(fromEpochDay), (zone, date) => {
        const start = startOfDay(zone, date);
        expect(localDateIn(zone, start)).toBe(date);
        expect(localDateIn(zone, start - 1)).toBe(addDays(date, -1));
      }),
    );
  });

  it('are the days that Temporal finds at any instant', () => {
    fc.assert(
      fc.property(zones, fc.integer({ min: 946_684_800_000, max: 2_524_607_999_999 }), (zone, epochMs) => {
        const expected = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDate().toString();
        expect(localDateIn(zone, epochMs)).toBe(expected);
      }),
    );
  });
});
