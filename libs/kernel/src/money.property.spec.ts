/** What holds of amounts in every currency. */
import * as fc from 'fast-check';
import { allCurrencies, exponentOf } from './currency';
import { Money } from './money';

const minors = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const currencies = fc.constantFrom(...allCurrencies());

describe('Money, in any currency', () => {
  it.each([0, 2, 3, 4])('reads what it writes with %i decimals', (exponent) => {
    const ofExponent = fc.constantFrom(...allCurrencies().filter((code) => exponentOf(code) === exponent));
    fc.assert(
      fc.property(minors, ofExponent, (minor, currency) => {
        const money = Money.of(minor, currency);
        expect(Money.parse(money.toDecimal(), currency)).toEqual(money);
      }),
    );
  });

  it('comes back after adding and subtracting the same', () => {
    fc.assert(
      fc.property(minors, minors, currencies, (a, b, currency) => {
        const [left, right] = [Money.of(a, currency), Money.of(b, currency)];
        expect(left.plus(right).minus(right)).toEqual(left);
        expect(left.plus(right.negated())).toEqual(left.minus(right));
      }),
    );
  });
});
