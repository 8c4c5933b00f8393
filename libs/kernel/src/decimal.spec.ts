/** How rates and quantities are read, written and applied to amounts. */
import { compareDecimal, decimal, decimalToString, percentOf, timesRounded, tryDecimal } from './decimal';

describe('decimal', () => {
  it.each([
    ['23.5', 235n, 1],
    ['-0.05', -5n, 2],
    ['7', 7n, 0],
    ['0.000', 0n, 3],
    ['007.10', 710n, 2],
  ])('reads %p exactly', (text, unscaled, scale) => {
    expect(decimal(text)).toEqual({ unscaled, scale });
  });

  it.each(['', ' ', '1e3', '+1', '1,000', '1.', '.5', '1.2.3', ' 1', '1 ', '1_000', '0x10', 'NaN', '--1', '١', '9'.repeat(61)])(
    'refuses %p',
    (text) => {
      expect(() => decimal(text, 'rate')).toThrow(expect.objectContaining({ code: 'DECIMAL_INVALID', field: 'rate' }));
      expect(tryDecimal(text)).toBeUndefined();
    },
  );

  it.each(['23.5', '-0.05', '7', '0.000', '-12.340', '0.0001'])('writes %p as it was read', (text) => {
    expect(decimalToString(decimal(text))).toBe(text);
  });

  it('has no negative zero', () => {
    expect(decimalToString(decimal('-0.00'))).toBe('0.00');
  });

  it('compares by value, whatever the number of decimals', () => {
    expect(compareDecimal(decimal('1.5'), decimal('1.50'))).toBe(0);
    expect(compareDecimal(decimal('1.49'), decimal('1.5'))).toBe(-1);
    expect(compareDecimal(decimal('-1'), decimal('-1.01'))).toBe(1);
  });
});

describe('percentOf', () => {
  it('takes a percentage of an amount, rounded half away from zero', () => {
    expect(percentOf(10_00n, decimal('23.5'))).toBe(2_35n);
    expect(percentOf(10n, decimal('25'))).toBe(3n);
    expect(percentOf(-10n, decimal('25'))).toBe(-3n);
    expect(percentOf(33_33n, decimal('100'))).toBe(33_33n);
  });
});

describe('timesRounded', () => {
  it('multiplies an amount by an exact factor', () => {
    expect(timesRounded(10_00n, decimal('1.085'))).toBe(10_85n);
    expect(timesRounded(1n, decimal('0.5'))).toBe(1n);
    expect(timesRounded(-1n, decimal('0.5'))).toBe(-1n);
    expect(timesRounded(99n, decimal('0'))).toBe(0n);
  });

  it('keeps rates of many decimals exact', () => {
    expect(timesRounded(10n ** 24n, decimal('0.123456789012345678901234'))).toBe(123456789012345678901234n);
  });
});
