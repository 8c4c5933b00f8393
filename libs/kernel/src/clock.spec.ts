/** How an instant is written. */
import * as fc from 'fast-check';
import { isoInstant, type Clock } from './clock';

describe('isoInstant', () => {
  it('writes UTC with milliseconds', () => {
    const clock: Clock = { now: () => 1_709_210_096_789 };

    expect(isoInstant(clock.now())).toBe('2024-02-29T12:34:56.789Z');
    expect(isoInstant(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(isoInstant(-1)).toBe('1969-12-31T23:59:59.999Z');
  });

  it('refuses what is no instant', () => {
    expect(() => isoInstant(NaN)).toThrow(expect.objectContaining({ code: 'DATE_INVALID' }));
    expect(() => isoInstant(1e17)).toThrow(expect.objectContaining({ code: 'DATE_INVALID' }));
  });

  it('agrees with Date at any instant', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (epochMs) =>
        expect(isoInstant(epochMs)).toBe(new Date(epochMs).toISOString()),
      ),
    );
  });
});
