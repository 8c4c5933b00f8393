/** How an amount that is no whole number of minor units becomes one. */
import { divideRounded } from './rounding';

describe('divideRounded', () => {
  it.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [5n, -2n, -3n],
    [-5n, -2n, 3n],
    [1n, 2n, 1n],
    [-1n, 2n, -1n],
  ])('takes an exact half away from zero: %p / %p = %p', (numerator, denominator, rounded) => {
    expect(divideRounded(numerator, denominator)).toBe(rounded);
  });

  it.each([
    [4n, 3n, 1n],
    [5n, 3n, 2n],
    [-4n, 3n, -1n],
    [-5n, 3n, -2n],
    [0n, 7n, 0n],
    [21n, 7n, 3n],
  ])('takes everything else to the nearest: %p / %p = %p', (numerator, denominator, rounded) => {
    expect(divideRounded(numerator, denominator)).toBe(rounded);
  });

  it('stays exact where floating point would not', () => {
    expect(divideRounded(9_007_199_254_740_993n * 3n, 3n)).toBe(9_007_199_254_740_993n);
  });

  it('refuses to divide by zero', () => {
    expect(() => divideRounded(1n, 0n)).toThrow(RangeError);
  });
});
