// The price models, with the numbers of a price list worked by hand.
import { Currency, decimal } from '@countinghouse/kernel';
import { PriceTerms, Tier } from './fee-terms';
import { counted, priced } from './price-model';

const tier = (upTo: number | null, unitPriceMinor: bigint, flatMinor = 0n): Tier => ({ upTo, unitPriceMinor, flatMinor });
/** 10.00 each up to 50, 8.00 up to 100, 5.00 above. */
const TIERS = [tier(50, 1000n), tier(100, 800n), tier(null, 500n)];
const of = (model: PriceTerms, quantity: string, periods = 1, currency = 'EUR') => priced(model, decimal(quantity), periods, 'people', currency as Currency);

describe('a price model', () => {
  it('flat: is one amount, whatever the headcount', () => {
    for (const quantity of ['0', '1', '900']) expect(of({ priceModel: 'flat', unitPriceMinor: 5000n }, quantity)).toMatchObject({ totalMinor: 5000n, quantity: '1', words: '50.00 flat' });
  });

  it('per unit: is the price times the people, in each interval of the period', () => {
    expect(of({ priceModel: 'perUnit', unitPriceMinor: 1000n }, '120')).toEqual({
      totalMinor: 120_000n, quantity: '120', unitPriceMinor: 1000n, words: '120 people × 10.00', counts: 'people',
    });
    expect(of({ priceModel: 'perUnit', unitPriceMinor: 1000n }, '120', 3)).toMatchObject({ totalMinor: 360_000n, unitPriceMinor: 3000n });
  });

  it('speaks of one person, and of several people', () => {
    expect(of({ priceModel: 'perUnit', unitPriceMinor: 1000n }, '1').words).toBe('1 person × 10.00');
    expect([counted('+1', 'people'), counted('−1', 'packages'), counted('+20', 'people'), counted('1', 'people at most')]).toEqual(['+1 person', '−1 package', '+20 people', '1 person at most']);
  });

  it('per unit: rounds an average once, half away from zero', () => {
    // 119.6667 × 10.00 = 1196.667
    expect(of({ priceModel: 'perUnit', unitPriceMinor: 1000n }, '119.6667')).toMatchObject({ totalMinor: 119_667n, quantity: '119.6667' });
    // 0.5 × 0.01 = 0.005
    expect(of({ priceModel: 'perUnit', unitPriceMinor: 1n }, '0.5000')).toMatchObject({ totalMinor: 1n, quantity: '0.5' });
  });

  it.each([
    ['0', 0n], ['1', 1000n], ['50', 50_000n],
    ['51', 50_800n], // 50 × 10.00 + 1 × 8.00
    ['120', 100_000n], // 500.00 + 50 × 8.00 + 20 × 5.00
    ['50.5', 50_400n], // 500.00 + 0.5 × 8.00
  ])('graduated: lets each unit pay the price of its own tier: %s people', (quantity, totalMinor) => {
    expect(of({ priceModel: 'graduated', tiers: TIERS }, quantity).totalMinor).toBe(totalMinor);
  });

  it('graduated: says how the total comes about', () => {
    expect(of({ priceModel: 'graduated', tiers: TIERS }, '120').words).toBe('120 people: 50 × 10.00 + 50 × 8.00 + 20 × 5.00');
  });

  it.each([
    ['0', 0n], ['50', 50_000n],
    ['51', 40_800n], // 51 × 8.00: less than 50 people cost
    ['100', 80_000n], ['101', 50_500n],
    ['100.5', 50_250n], // above 100, so 5.00
  ])('volume: lets all units pay the price of the tier reached, though the total may fall: %s people', (quantity, totalMinor) => {
    expect(of({ priceModel: 'volume', tiers: TIERS }, quantity).totalMinor).toBe(totalMinor);
  });

  it('adds the flat amount of each graduated tier begun, and of the one volume tier', () => {
    const tiers = [tier(10, 100n, 1000n), tier(null, 50n, 2000n)];
    expect(of({ priceModel: 'graduated', tiers }, '10').totalMinor).toBe(2_000n); // 10.00 + 10 × 1.00
    expect(of({ priceModel: 'graduated', tiers }, '11').totalMinor).toBe(4_050n); // 20.00 + 20.00 + 0.50
    expect(of({ priceModel: 'volume', tiers }, '11').totalMinor).toBe(2_550n); // 20.00 + 11 × 0.50
  });

  it.each([['0', 0n], ['1', 40_000n], ['50', 40_000n], ['51', 80_000n], ['50.0001', 80_000n]])('package: charges every package begun in full: %s people in packages of 50', (quantity, totalMinor) => {
    expect(of({ priceModel: 'package', packageSize: 50, unitPriceMinor: 40_000n }, quantity).totalMinor).toBe(totalMinor);
  });

  it('package: counts packages, so that quantity times price is the total', () => {
    expect(of({ priceModel: 'package', packageSize: 50, unitPriceMinor: 40_000n }, '120')).toMatchObject({
      quantity: '3', unitPriceMinor: 40_000n, words: '3 × 400.00 for 120 people in packages of 50',
    });
  });

  it('writes amounts with the decimals of the currency', () => {
    const words = (currency: string) => of({ priceModel: 'perUnit', unitPriceMinor: 1500n }, '2', 1, currency).words;
    expect([words('JPY'), words('EUR'), words('KWD')]).toEqual(['2 people × 1500', '2 people × 15.00', '2 people × 1.500']);
  });
});
