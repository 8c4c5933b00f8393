/** What holds of every decimal number. */
import * as fc from 'fast-check';
import { compareDecimal, decimal, decimalToString, percentOf, timesRounded } from './decimal';

const decimals = fc.record({ unscaled: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), scale: fc.nat({ max: 24 }) });

describe('decimal, for any number', () => {
  it('reads what it writes', () => {
    fc.assert(fc.property(decimals, (value) => expect(decimal(decimalToString(value))).toEqual(value)));
  });

  it('compares antisymmetrically, and equal to itself', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(compareDecimal(a, b) + compareDecimal(b, a)).toBe(0);
        expect(compareDecimal(a, a)).toBe(0);
      }),
    );
  });

  it('takes one percent as the hundredth', () => {
    fc.assert(
      fc.property(fc.bigInt(), decimals, (minor, rate) =>
        expect(percentOf(minor, rate)).toBe(timesRounded(minor, { unscaled: rate.unscaled, scale: rate.scale + 2 })),
      ),
    );
  });
});
