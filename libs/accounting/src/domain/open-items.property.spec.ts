// Open items: whatever is added and drawn, in whatever parts and at whatever rates, nothing is left when nothing is left.
import fc from 'fast-check';
import { Currency } from '@countinghouse/kernel';
import { convert, quotedRate } from './exchange-rate';
import { OpenItems, worthOf } from './open-items';

const PAIR = { from: 'USD' as Currency, to: 'INR' as Currency };
const rate = fc.integer({ min: 1, max: 2_000_000 }).map((n) => quotedRate((n / 10_000).toFixed(4)));
const movement = fc.record({ amountMinor: fc.bigInt({ min: -100_000n, max: 100_000n }).filter((n) => n !== 0n), rate });

describe('worthOf', () => {
  it('takes 33 of 100 as 33 hundredths of what the item carries, and the rest as the rest', () => {
    const item = { amountMinor: 100n, functionalAmountMinor: 8_001n };
    expect(worthOf(-33n, item, quotedRate('85'), PAIR)).toBe(-2_640n);
    expect(worthOf(-67n, { amountMinor: 67n, functionalAmountMinor: 5_361n }, quotedRate('85'), PAIR)).toBe(-5_361n);
  });

  it('gives what goes beyond the balance the rate of the day', () => {
    expect(worthOf(-150n, { amountMinor: 100n, functionalAmountMinor: 8_000n }, quotedRate('85'), PAIR)).toBe(-8_000n - 4_250n);
  });
});

describe('OpenItems', () => {
  it('carries nothing in one currency when it carries nothing in the other, and never on opposite sides', () => {
    fc.assert(
      fc.property(fc.array(movement, { minLength: 1, maxLength: 20 }), rate, (movements, lastRate) => {
        const items = new OpenItems();
        let amountMinor = 0n;
        let functionalMinor = 0n;
        for (const each of movements) {
          functionalMinor += items.move('item', each.amountMinor, each.rate, PAIR);
          amountMinor += each.amountMinor;
          expect(amountMinor * functionalMinor).toBeGreaterThanOrEqual(0n);
          if (amountMinor === 0n) expect(functionalMinor).toBe(0n);
        }
        if (amountMinor !== 0n) expect(functionalMinor + items.move('item', -amountMinor, lastRate, PAIR)).toBe(0n);
      }),
    );
  });

  it('gives the same worth as the rate when nothing is drawn', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 100_000n }), rate, (amountMinor, at) => {
        expect(new OpenItems().move('item', amountMinor, at, PAIR)).toBe(convert(amountMinor, at, PAIR));
      }),
    );
  });
});
