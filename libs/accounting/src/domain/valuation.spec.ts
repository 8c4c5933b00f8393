// Valuation of foreign entries: open items at what they carry, the rest at the rate of the day, the difference realised.
import { Currency } from '@countinghouse/kernel';
import { quotedRate } from './exchange-rate';
import { RuleLine } from './journal-entry';
import { OpenItems } from './open-items';
import { foreignLines, functionalLines } from './valuation';

const USD = 'USD' as Currency;
const INR = 'INR' as Currency;
const document = { type: 'invoice', id: 'invoice' };

/** An invoice over USD 100 that was booked at 80, and a day at 85. */
const valued = (lines: RuleLine[], rate = '85') =>
  foreignLines(lines, {
    from: USD,
    to: INR,
    rate: quotedRate(rate),
    openItems: new OpenItems([['receivables invoice', { amountMinor: 10_000n, functionalAmountMinor: 800_000n }]]),
    itemKey: (line) => line.document && `${line.role} ${line.document.id}`,
  }).map(({ role, amountMinor, functionalAmountMinor, rate: at }) => [role, amountMinor, functionalAmountMinor, at]);

describe('foreignLines', () => {
  it('realises a gain of 500 when USD 100 booked at 80 are paid at 85', () => {
    expect(valued([{ role: 'bank', amountMinor: 10_000n }, { role: 'receivables', amountMinor: -10_000n, document }])).toEqual([
      ['bank', 10_000n, 850_000n, '85'],
      ['receivables', -10_000n, -800_000n, '80'],
      ['fx-gain', 0n, -50_000n, '85'],
    ]);
  });

  it('realises a loss when they are paid at 78', () => {
    expect(valued([{ role: 'bank', amountMinor: 5_000n }, { role: 'receivables', amountMinor: -5_000n, document }], '78').at(-1)).toEqual(
      ['fx-loss', 0n, 10_000n, '78'],
    );
  });

  it('gives a line that takes the other side what the item carries, and realises nothing', () => {
    expect(valued([{ role: 'bad-debt', amountMinor: 10_000n, takesOtherSide: true }, { role: 'receivables', amountMinor: -10_000n, document }])).toEqual([
      ['bad-debt', 10_000n, 800_000n, '80'],
      ['receivables', -10_000n, -800_000n, '80'],
    ]);
  });

  it('rounds parts so that no difference arises from rounding alone', () => {
    const lines: RuleLine[] = [
      { role: 'receivables', amountMinor: 3n, document: { ...document, id: 'another' } },
      { role: 'deferred-revenue', amountMinor: -1n },
      { role: 'deferred-revenue', amountMinor: -1n },
      { role: 'vat-payable', amountMinor: -1n },
    ];
    expect(valued(lines, '0.5').map(([, , functional]) => functional)).toEqual([2n, -1n, 0n, -1n]);
  });
});

describe('functionalLines', () => {
  it('are worth what they say, without a rate', () => {
    expect(functionalLines([{ role: 'bank', amountMinor: 5n, functionalAmountMinor: 7n, takesOtherSide: true }], INR)).toEqual([
      { role: 'bank', amountMinor: 5n, functionalAmountMinor: 5n, currency: INR },
    ]);
  });
});
