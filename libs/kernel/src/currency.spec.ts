/** Which currencies exist and how many decimals they have. */
import { allCurrencies, currency, exponentOf } from './currency';

describe('currency', () => {
  it.each([
    ['JPY', 0],
    ['ISK', 0],
    ['EUR', 2],
    ['HUF', 2],
    ['XCG', 2],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('%s has %i decimals', (code, decimals) => {
    expect(exponentOf(currency(code))).toBe(decimals);
  });

  it.each(['', 'eur', 'EU', 'EURO', 'XXX', 'XAU', 'DEM', '__proto__'])('refuses %p', (code) => {
    expect(() => currency(code)).toThrow(expect.objectContaining({ code: 'CURRENCY_UNKNOWN', value: code }));
  });

  it('lists every currency once', () => {
    const codes = allCurrencies();

    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });

  it('lacks none that the runtime knows, but for withdrawn ones and units of account', () => {
    const withdrawn = ['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL'];
    const withoutMinorUnit = ['XDR', 'XSU'];
    const ours = new Set<string>(allCurrencies());

    const missing = Intl.supportedValuesOf('currency').filter((code) => !ours.has(code));
    expect(withdrawn.concat(withoutMinorUnit)).toEqual(expect.arrayContaining(missing));
  });

  it('refuses a code whose brand was forged', () => {
    expect(() => exponentOf('ZZZ' as ReturnType<typeof currency>)).toThrow(
      expect.objectContaining({ code: 'CURRENCY_UNKNOWN' }),
    );
  });
});
