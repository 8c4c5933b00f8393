/** How an amount crosses from one currency to another. */
import { currency } from './currency';
import { decimal } from './decimal';
import { exchange } from './exchange';
import { Money } from './money';

describe('exchange', () => {
  it.each([
    ['EUR 100.00', '1.0842', 'USD 108.42'],
    ['EUR 1.00', '161.25', 'JPY 161'],
    ['JPY 161', '0.0062', 'EUR 1.00'],
    ['KWD 1.000', '3.0405', 'EUR 3.04'],
    ['EUR -0.01', '0.5', 'USD -0.01'],
    ['EUR 12.34', '1', 'EUR 12.34'],
  ])('turns %s at %s into %s', (from, rate, to) => {
    const [fromCode = '', amount = ''] = from.split(' ');
    const [toCode = ''] = to.split(' ');

    expect(exchange(Money.parse(amount, fromCode), decimal(rate), currency(toCode)).toString()).toBe(to);
  });
});
