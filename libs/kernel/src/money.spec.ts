/** What can be done with amounts, and what is refused. */
import { Money } from './money';

const eur = (amount: string) => Money.parse(amount, 'EUR');
const failure = (code: string) => expect.objectContaining({ code });

describe('Money', () => {
  it.each([
    ['12.30', 'EUR', 1230n],
    ['-12.30', 'EUR', -1230n],
    ['12.3', 'EUR', 1230n],
    ['12', 'EUR', 1200n],
    ['500', 'JPY', 500n],
    ['1.234', 'KWD', 1234n],
    ['0.0001', 'CLF', 1n],
  ])('reads %s %s as minor units', (amount, currency, minor) => {
    expect(Money.parse(amount, currency).minor).toBe(minor);
  });

  it.each(['', ' ', '12.', '.5', '1,234.50', '1 234', '1e2', '+1', '12,30', '€12', 'Infinity'])(
    'refuses %p as an amount',
    (amount) => {
      expect(() => eur(amount)).toThrow(failure('MONEY_INVALID'));
    },
  );

  it('refuses more decimals than the currency has, even zeros', () => {
    expect(() => eur('1.234')).toThrow(failure('MONEY_TOO_PRECISE'));
    expect(() => eur('1.230')).toThrow(failure('MONEY_TOO_PRECISE'));
    expect(() => Money.parse('1.0', 'JPY')).toThrow(failure('MONEY_TOO_PRECISE'));
  });

  it('refuses a currency that does not exist', () => {
    expect(() => Money.of(1n, 'EUX')).toThrow(failure('CURRENCY_UNKNOWN'));
    expect(() => Money.zero('')).toThrow(failure('CURRENCY_UNKNOWN'));
    expect(() => Money.parse('1', 'eur')).toThrow(failure('CURRENCY_UNKNOWN'));
  });

  it('adds, subtracts, negates and multiplies exactly', () => {
    expect(eur('0.10').plus(eur('0.20'))).toEqual(eur('0.30'));
    expect(eur('0.10').minus(eur('0.20'))).toEqual(eur('-0.10'));
    expect(eur('0.10').negated()).toEqual(eur('-0.10'));
    expect(eur('0.10').times(3n)).toEqual(eur('0.30'));
  });

  it('refuses to mix currencies', () => {
    const dollar = Money.parse('1.00', 'USD');

    expect(() => eur('1').plus(dollar)).toThrow(failure('MONEY_CURRENCY_MISMATCH'));
    expect(() => eur('1').minus(dollar)).toThrow(failure('MONEY_CURRENCY_MISMATCH'));
    expect(() => eur('1').compare(dollar)).toThrow(failure('MONEY_CURRENCY_MISMATCH'));
    expect(() => Money.sum('EUR', [eur('1'), dollar])).toThrow(failure('MONEY_CURRENCY_MISMATCH'));
  });

  it('is equal to the same amount of the same currency only', () => {
    expect(eur('1').equals(eur('1.00'))).toBe(true);
    expect(eur('1').equals(eur('1.01'))).toBe(false);
    expect(Money.zero('EUR').equals(Money.zero('USD'))).toBe(false);
  });

  it('knows its sign and its order', () => {
    expect([eur('-1').isNegative(), eur('0').isZero(), eur('1').isPositive()]).toEqual([true, true, true]);
    expect([eur('0').isNegative(), eur('1').isZero(), eur('0').isPositive()]).toEqual([false, false, false]);
    expect([eur('1').compare(eur('2')), eur('2').compare(eur('2')), eur('3').compare(eur('2'))]).toEqual([-1, 0, 1]);
  });

  it('sums a list, and nothing to zero', () => {
    expect(Money.sum('EUR', [eur('1.10'), eur('2.20'), eur('-0.30')])).toEqual(eur('3.00'));
    expect(Money.sum('EUR', [])).toEqual(Money.zero('EUR'));
  });

  it('is written with all its decimals, as text and as JSON', () => {
    expect(eur('-12.3').toDecimal()).toBe('-12.30');
    expect(`${eur('-12.3')}`).toBe('EUR -12.30');
    expect(Money.of(5n, 'EUR').toDecimal()).toBe('0.05');
    expect(Money.of(-5n, 'KWD').toDecimal()).toBe('-0.005');
    expect(Money.of(500n, 'JPY').toDecimal()).toBe('500');
    expect(JSON.stringify(eur('12.3'))).toBe('{"amount":"12.30","currency":"EUR"}');
  });
});
