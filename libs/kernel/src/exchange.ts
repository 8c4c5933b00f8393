/** Exchange: an amount of one currency in another, at a stated rate. */
import { exponentOf, type Currency } from './currency';
import { powerOfTen, type Decimal } from './decimal';
import { Money } from './money';
import { divideRounded } from './rounding';

/**
 * The amount in another currency, rounded once to its minor unit. The rate is the price of one major unit of the
 * amount's currency in major units of `to`: EUR 1.00 at 161.25 is JPY 161. The currencies' exponents may differ.
 */
export function exchange(amount: Money, rate: Decimal, to: Currency): Money {
  const numerator = amount.minor * rate.unscaled * powerOfTen(exponentOf(to));
  return Money.of(divideRounded(numerator, powerOfTen(rate.scale + exponentOf(amount.currency))), to);
}
