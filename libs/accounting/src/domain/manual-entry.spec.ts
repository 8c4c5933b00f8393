// Manual entries: what is an entry at all, and what its lines are worth.
import { Currency } from '@countinghouse/kernel';
import { MAX_AMOUNT_MINOR } from './amount-limit';
import { quotedRate } from './exchange-rate';
import { valuedLines } from './manual-entry';

const EUR = 'EUR' as Currency;
const USD = 'USD' as Currency;
const lines = (...amounts: bigint[]) => amounts.map((amountMinor, index) => ({ account: `${index}`, amountMinor }));
const refusal = (...args: Parameters<typeof valuedLines>) => {
  try {
    valuedLines(...args);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
};

describe('a manual entry', () => {
  it('is worth in functional currency what it says', () => {
    expect(valuedLines(lines(100n, -100n), EUR, EUR)).toEqual([
      { account: '0', amountMinor: 100n, functionalAmountMinor: 100n, rate: null },
      { account: '1', amountMinor: -100n, functionalAmountMinor: -100n, rate: null },
    ]);
  });

  it('balances in functional currency too, whatever the rounding of its lines', () => {
    // 0.01 USD at 0.5 is half a cent each: 2 × 0.01 − 0.02 must not come out as 0.01 + 0.01 − 0.01.
    const valued = valuedLines(lines(1n, 1n, -2n), USD, EUR, quotedRate('0.5'));
    expect(valued.map((line) => line.functionalAmountMinor)).toEqual([1n, 0n, -1n]);
    expect(valued.map((line) => line.rate)).toEqual(['0.5', '0.5', '0.5']);
  });

  it('refuses one line, a line of nothing, an unbalanced pair and a missing rate', () => {
    expect(refusal(lines(100n), EUR, EUR)).toMatchObject({ code: 'MANUAL_ENTRY_INVALID', field: 'lines' });
    expect(refusal(lines(0n, 0n), EUR, EUR)).toMatchObject({ code: 'MANUAL_ENTRY_INVALID', field: 'lines.0.amount' });
    expect(refusal(lines(100n, -99n), EUR, EUR)).toMatchObject({ code: 'ENTRY_UNBALANCED', message: 'Debits and credits differ by EUR 0.01.' });
    expect(refusal(lines(100n, -100n), USD, EUR)).toMatchObject({ code: 'RATE_MISSING', field: 'rate' });
  });

  it('refuses a line above the limit, in either currency', () => {
    const most = MAX_AMOUNT_MINOR;
    expect(valuedLines(lines(most, -most), EUR, EUR)).toHaveLength(2);
    expect(refusal(lines(most + 1n, -most - 1n), EUR, EUR)).toMatchObject({ code: 'AMOUNT_TOO_LARGE', field: 'lines.0.amount' });
    expect(refusal(lines(most, -most), USD, EUR, quotedRate('1.01'))).toMatchObject({ code: 'AMOUNT_TOO_LARGE', field: 'lines.0.amount' });
  });
});
