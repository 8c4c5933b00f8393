/** What holds of every split. */
import * as fc from 'fast-check';
import { allocate } from './allocate';

const totals = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
// Small weights make ties likely, large ones make remainders fine.
const weights = fc
  .array(fc.oneof(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 0n, max: 10n ** 12n })), { minLength: 1, maxLength: 40 })
  .filter((list) => list.some((weight) => weight > 0n));
const sum = (list: readonly bigint[]) => list.reduce((a, b) => a + b, 0n);
const abs = (n: bigint) => (n < 0n ? -n : n);

describe('allocate, for any total and weights', () => {
  it('adds up to the whole', () => {
    fc.assert(fc.property(totals, weights, (total, list) => expect(sum(allocate(total, list))).toBe(total)));
  });

  it('gives every part less than one unit more or less than its exact share', () => {
    fc.assert(
      fc.property(totals, weights, (total, list) => {
        const whole = sum(list);
        allocate(total, list).forEach((part, i) => expect(abs(part * whole - total * list[i]!) < whole).toBe(true));
      }),
    );
  });

  it('never gives a heavier part less, nor an earlier one less than a later of the same weight', () => {
    fc.assert(
      fc.property(totals, weights, (total, list) => {
        const sizes = allocate(total, list).map(abs);
        for (let i = 0; i < list.length; i += 1) {
          for (let j = i + 1; j < list.length; j += 1) {
            if (list[i]! >= list[j]!) expect(sizes[i]! >= sizes[j]!).toBe(true);
            else expect(sizes[i]! <= sizes[j]!).toBe(true);
          }
        }
      }),
    );
  });

  it('undoes a charge part by part', () => {
    fc.assert(
      fc.property(totals, weights, (total, list) =>
        expect(allocate(-total, list)).toEqual(allocate(total, list).map((part) => -part)),
      ),
    );
  });

  it('depends on the proportion of the weights only', () => {
    fc.assert(
      fc.property(totals, weights, fc.bigInt({ min: 1n, max: 1000n }), (total, list, factor) =>
        expect(allocate(total, list.map((weight) => weight * factor))).toEqual(allocate(total, list)),
      ),
    );
  });
});
