/** What holds of every new id. */
import * as fc from 'fast-check';
import { parseId, uuidV7, type EventId } from './id';

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const chances = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe('uuidV7, at any time and by any chance', () => {
  it('sorts by the time it was made at', () => {
    fc.assert(
      fc.property(times, chances, times, chances, (a, chanceA, b, chanceB) => {
        fc.pre(a !== b);
        expect(uuidV7(a, chanceA) < uuidV7(b, chanceB)).toBe(a < b);
      }),
    );
  });

  it('is a UUID of version 7 in the variant of RFC 9562', () => {
    fc.assert(
      fc.property(times, chances, (time, chance) => {
        const id = uuidV7(time, chance);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(parseId<EventId>(id)).toBe(id);
      }),
    );
  });

  it('keeps every bit of chance that it has room for', () => {
    fc.assert(
      fc.property(times, chances, fc.nat({ max: 9 }), (time, chance, index) => {
        const other = Uint8Array.from(chance);
        other[index] = other[index]! ^ 1;
        expect(uuidV7(time, other)).not.toBe(uuidV7(time, chance));
      }),
    );
  });
});
