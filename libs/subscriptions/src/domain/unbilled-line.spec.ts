// What a line says: quantity times price is always its amount, and its words name what it is for.
import * as fc from 'fast-check';
import { decimal } from '@countinghouse/kernel';
import { day } from '../../test/timelines';
import { describe as describeLine, quantityAndPrice } from './unbilled-line';

const JUNE = { start: day('2026-06-01'), end: day('2026-07-01') };

describe('a line of a document', () => {
  it('shows whole periods by quantity and price', () => {
    expect(quantityAndPrice({ quantity: '120', unitPriceMinor: 1000n, amountMinor: 120_000n, isWhole: true })).toEqual({ quantity: '120', unitPriceMinor: 1000n });
    expect(quantityAndPrice({ quantity: '119.5', unitPriceMinor: 1000n, amountMinor: 119_500n, isWhole: true })).toEqual({ quantity: '119.5', unitPriceMinor: 1000n });
  });

  it('shows the price that a percentage off leaves, if it is one of whole cents', () => {
    expect(quantityAndPrice({ quantity: '120', unitPriceMinor: 1000n, amountMinor: 108_000n, isWhole: true })).toEqual({ quantity: '120', unitPriceMinor: 900n });
    expect(quantityAndPrice({ quantity: '7', unitPriceMinor: 1000n, amountMinor: 6_999n, isWhole: true })).toEqual({ quantity: '1', unitPriceMinor: 6_999n });
  });

  it('shows parts of periods, discounts and corrections as one unit at their amount', () => {
    expect(quantityAndPrice({ quantity: '120', unitPriceMinor: 1000n, amountMinor: 40_000n, isWhole: false })).toEqual({ quantity: '1', unitPriceMinor: 40_000n });
    expect(quantityAndPrice({ quantity: '-1', unitPriceMinor: 1000n, amountMinor: -1000n, isWhole: true })).toEqual({ quantity: '-1', unitPriceMinor: 1000n });
    expect(quantityAndPrice({ quantity: '0', unitPriceMinor: 0n, amountMinor: -3_333n, isWhole: false })).toEqual({ quantity: '-1', unitPriceMinor: 3_333n });
  });

  it('always multiplies to its amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), fc.integer({ min: 0, max: 4 }), fc.bigInt({ min: 0n, max: 99_999n }), fc.bigInt({ min: -1_000_000_000n, max: 1_000_000_000n }), fc.boolean(), (units, scale, unitPriceMinor, amountMinor, isWhole) => {
        const shown = quantityAndPrice({ quantity: (units / 10 ** scale).toFixed(scale), unitPriceMinor, amountMinor, isWhole });
        const { unscaled, scale: decimals } = decimal(shown.quantity);
        expect(unscaled * shown.unitPriceMinor).toBe(amountMinor * 10n ** BigInt(decimals));
        expect(shown.unitPriceMinor).toBeGreaterThanOrEqual(0n);
      }),
    );
  });

  it('names the fee or plan, whose part it is, and its days', () => {
    const of = (subject: Partial<Parameters<typeof describeLine>[0]>, days = JUNE) =>
      describeLine({ componentType: 'fee', payerType: 'company', isCorrection: false, name: 'Gold', ...subject }, days);
    expect(of({ name: 'Access fee' })).toBe('Access fee, 2026-06-01 to 2026-06-30');
    expect(of({ name: 'Set-up' }, { start: day('2026-06-10'), end: day('2026-06-11') })).toBe('Set-up, 2026-06-10');
    expect(of({ componentType: 'adjustment', name: 'Volume rebate', isCorrection: true })).toBe('Correction: Volume rebate, 2026-06-01 to 2026-06-30');
    expect(of({ componentType: 'enrolment-company' })).toBe("Gold, company's part, 2026-06-01 to 2026-06-30");
    expect(of({ componentType: 'enrolment-member' })).toBe("Gold, members' part through payroll, 2026-06-01 to 2026-06-30");
    expect(of({ componentType: 'enrolment-member', payerType: 'member', name: null, isCorrection: true })).toBe('Correction: Plans, 2026-06-01 to 2026-06-30');
  });
});
