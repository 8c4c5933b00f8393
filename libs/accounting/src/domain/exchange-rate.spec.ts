// Exchange rates: exact, rounded once, and parts that add up to the whole.
import { Currency, decimal } from '@countinghouse/kernel';
import { convert, convertParts, givenRate, impliedRate, quotedRate, rateText } from './exchange-rate';

const of = (from: string, to: string) => ({ from: from as Currency, to: to as Currency });

describe('convert', () => {
  it('takes USD 100 at 80 to INR 8,000', () => {
    expect(convert(10_000n, quotedRate('80'), of('USD', 'INR'))).toBe(800_000n);
  });

  it('minds currencies of other decimals: JPY 1,000 at 0.0062 is EUR 6.20, and EUR 1 at 161.25 is JPY 161', () => {
    expect(convert(1_000n, quotedRate('0.0062'), of('JPY', 'EUR'))).toBe(620n);
    expect(convert(100n, quotedRate('161.25'), of('EUR', 'JPY'))).toBe(161n);
  });

  it('crosses two rates against the euro and rounds once', () => {
    // EUR 1 is USD 1.08 and GBP 0.85. USD 1.00 is GBP 0.787037…; with the rate rounded to 0.79 first it would be wrong.
    const cross = { numerator: decimal('0.85'), denominator: decimal('1.08') };
    expect(convert(100_000_000n, cross, of('USD', 'GBP'))).toBe(78_703_704n);
    expect(rateText(cross)).toBe('0.787037037037037');
  });

  it('rounds half away from zero on both sides', () => {
    expect(convert(1n, quotedRate('0.5'), of('USD', 'EUR'))).toBe(1n);
    expect(convert(-1n, quotedRate('0.5'), of('USD', 'EUR'))).toBe(-1n);
  });
});

describe('convertParts', () => {
  it('gives parts that add up to what the whole is worth', () => {
    const parts = convertParts([1n, 1n, 1n], quotedRate('0.5'), of('USD', 'EUR'));
    expect(parts).toEqual([1n, 0n, 1n]);
    expect(convert(3n, quotedRate('0.5'), of('USD', 'EUR'))).toBe(2n);
  });
});

describe('rateText', () => {
  it.each(['80', '1.0832', '100', '0.000054321'])('writes %s as it is quoted', (text) => {
    expect(rateText(quotedRate(text))).toBe(text);
  });

  it('writes the rate an amount stands at', () => {
    expect(rateText(impliedRate(10_000n, 800_000n, of('USD', 'INR')))).toBe('80');
    expect(rateText(impliedRate(-1_000n, -620n, of('JPY', 'EUR')))).toBe('0.0062');
  });
});

describe('givenRate', () => {
  it('takes what is above zero and nothing else', () => {
    expect(givenRate('0.8')).toEqual(quotedRate('0.8'));
    for (const text of ['0', '0.00', '-80']) expect(() => givenRate(text)).toThrow(expect.objectContaining({ code: 'RATE_INVALID', field: 'rate', value: text }));
  });
});
