/** Which day it is where, and when a day begins there. */
import { localDate } from './local-date';
import { localDateIn, startOfDay, timeZone } from './time-zone';

const at = (instant: string) => Date.parse(instant);
const iso = (epochMs: number) => new Date(epochMs).toISOString();

describe('timeZone', () => {
  it('takes the names of IANA zones and corrects their capitals', () => {
    expect(timeZone('Europe/Lisbon')).toBe('Europe/Lisbon');
    expect(timeZone('europe/lisbon')).toBe('Europe/Lisbon');
    expect(timeZone('America/Argentina/Buenos_Aires')).toBe('America/Argentina/Buenos_Aires');
    expect(timeZone('UTC')).toBe('UTC');
  });

  it.each(['', 'Mars/Olympus', '+01:00', '-03', 'Europe/Lisbon ', 'Z'])('refuses %p', (name) => {
    expect(() => timeZone(name, 'zone')).toThrow(expect.objectContaining({ code: 'TIME_ZONE_UNKNOWN', field: 'zone' }));
  });
});

describe('localDateIn', () => {
  it.each([
    ['2024-01-01T02:59:59.999Z', 'America/Sao_Paulo', '2023-12-31'],
    ['2024-01-01T03:00:00.000Z', 'America/Sao_Paulo', '2024-01-01'],
    ['2024-06-30T22:30:00.000Z', 'Europe/Madrid', '2024-07-01'],
    ['2024-06-30T22:30:00.000Z', 'Europe/Lisbon', '2024-06-30'],
    ['2024-06-30T23:30:00.000Z', 'UTC', '2024-06-30'],
    ['2024-02-28T10:30:00.000Z', 'Pacific/Kiritimati', '2024-02-29'],
  ])('at %s in %s it is %s', (instant, zone, date) => {
    expect(localDateIn(timeZone(zone), at(instant))).toBe(date);
  });
});

describe('startOfDay', () => {
  it('is midnight in the zone, in winter and in summer', () => {
    expect(iso(startOfDay(timeZone('Europe/Lisbon'), localDate('2024-01-01')))).toBe('2024-01-01T00:00:00.000Z');
    expect(iso(startOfDay(timeZone('Europe/Lisbon'), localDate('2024-07-01')))).toBe('2024-06-30T23:00:00.000Z');
  });

  it('is one o’clock on the day whose midnight the clocks skip', () => {
    expect(iso(startOfDay(timeZone('America/Sao_Paulo'), localDate('2018-11-04')))).toBe('2018-11-04T03:00:00.000Z');
  });

  it('is the start of the next day where the zone left the day out', () => {
    const samoa = timeZone('Pacific/Apia');

    expect(startOfDay(samoa, localDate('2011-12-30'))).toBe(startOfDay(samoa, localDate('2011-12-31')));
  });

  it('makes days of 23 and 25 hours where the clocks change', () => {
    const zone = timeZone('Europe/Berlin');
    const hours = (from: string, to: string) => (startOfDay(zone, localDate(to)) - startOfDay(zone, localDate(from))) / 3_600_000;

    expect(hours('2024-03-31', '2024-04-01')).toBe(23);
    expect(hours('2024-10-27', '2024-10-28')).toBe(25);
  });
});
