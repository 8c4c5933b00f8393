/** What holds of the rounding for every pair of numbers. */
import * as fc from 'fast-check';
import { divideRounded } from './rounding';

const numerators = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const denominators = fc.bigInt({ min: 1n, max: 10n ** 12n });
const abs = (n: bigint) => (n < 0n ? -n : n);

describe('divideRounded, for any numbers', () => {
  it('is at most half a unit from the exact quotient, and on a half the larger in size', () => {
    fc.assert(
      fc.property(numerators, denominators, (n, d) => {
        const rounded = divideRounded(n, d);
        const twiceTheError = 2n * abs(n - rounded * d);
        expect(twiceTheError <= d).toBe(true);
        if (twiceTheError === d) expect(abs(rounded) * d > abs(n)).toBe(true);
      }),
    );
  });

  it('treats a credit as the mirror of its charge', () => {
    fc.assert(fc.property(numerators, denominators, (n, d) => expect(divideRounded(-n, d)).toBe(-divideRounded(n, d))));
  });

  it('never falls while its numerator rises', () => {
    fc.assert(
      fc.property(numerators, fc.bigInt({ min: 0n, max: 10n ** 12n }), denominators, (n, more, d) =>
        expect(divideRounded(n + more, d) >= divideRounded(n, d)).toBe(true),
      ),
    );
  });
});
