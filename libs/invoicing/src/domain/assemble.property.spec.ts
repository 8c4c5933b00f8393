// What holds for every invoice that can be assembled.
import fc from 'fast-check';
import { divideRounded, localDate, percentOf } from '@countinghouse/kernel';
import { assemble, OwedLine } from './assemble';
import { takeApart } from './take-apart';
import { TaxedBuyer } from './tax';

const issuedOn = localDate('2026-11-02');
const line = fc.record({
  listedMinor: fc.bigInt(-100_000n, 1_000_000n),
  taxInclusive: fc.boolean(),
  product: fc.constantFrom('standard', 'reduced', 'exempt'),
});
const buyers = fc.constantFrom<TaxedBuyer>(
  { kind: 'member' },
  { kind: 'company', country: 'PT', vatStatus: 'unchecked', taxId: null },
  { kind: 'company', country: 'DE', vatStatus: 'valid', taxId: 'DE136695976' },
  { kind: 'company', country: 'DE', vatStatus: 'invalid', taxId: 'DE1' },
  { kind: 'company', country: 'US', vatStatus: 'not-required', taxId: null },
);
const rate = fc.integer({ min: 0, max: 3000 }).map((hundredths) => ({ unscaled: BigInt(hundredths), scale: 2 }));

function owed(drawn: { listedMinor: bigint; taxInclusive: boolean; product: string }): OwedLine {
  const servicePeriod = { start: localDate('2026-10-01'), end: localDate('2026-11-01') };
  return { ...drawn, product: drawn.product as OwedLine['product'], description: 'Plan', quantity: '1', unitPriceMinor: 1n, servicePeriod };
}

describe('assemble', () => {
  it('makes nets, groups and totals agree for every mix of lines and buyers', () => {
    fc.assert(
      fc.property(buyers, fc.array(line, { minLength: 1, maxLength: 12 }), (buyer, drawn) => {
        const invoice = assemble({ issuerCountry: 'PT', buyer, issuedOn, lines: drawn.map(owed) });
        const total = (amounts: bigint[]) => amounts.reduce((a, b) => a + b, 0n);
        expect(total(invoice.lines.map((each) => each.netMinor))).toBe(invoice.netMinor);
        expect(total(invoice.taxes.map((each) => each.baseMinor))).toBe(invoice.netMinor);
        expect(total(invoice.taxes.map((each) => each.taxMinor))).toBe(invoice.taxMinor);
        expect(invoice.grossMinor).toBe(invoice.netMinor + invoice.taxMinor);
        for (const { tax, baseMinor, taxMinor } of invoice.taxes) {
          const off = taxMinor - percentOf(baseMinor, tax.rate);
          expect(off >= -1n && off <= 1n).toBe(true);
        }
      }),
    );
  });

  it('keeps the gross of a member whose prices all include tax', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (drawn) => {
        const lines = drawn.map((each) => owed({ ...each, taxInclusive: true }));
        const invoice = assemble({ issuerCountry: 'PT', buyer: { kind: 'member' }, issuedOn, lines });
        expect(invoice.grossMinor).toBe(lines.reduce((sum, each) => sum + each.listedMinor, 0n));
      }),
    );
  });
});

describe('takeApart', () => {
  const amounts = fc.array(fc.bigInt(-1_000_000n, 1_000_000n), { minLength: 1, maxLength: 20 });

  it('gives every amount its exact net to within one minor unit, and the whole its rounded net', () => {
    fc.assert(
      fc.property(amounts, rate, (inclusive, included) => {
        const nets = takeApart(inclusive, included);
        const [hundred, divisor] = [10_000n, 10_000n + included.unscaled];
        const whole = inclusive.reduce((a, b) => a + b, 0n);
        expect(nets.reduce((a, b) => a + b, 0n)).toBe(divideRounded(whole * hundred, divisor));
        nets.forEach((net, index) => {
          const off = net * divisor - inclusive[index]! * hundred;
          expect(off > -divisor && off < divisor).toBe(true);
        });
      }),
    );
  });

  it('mirrors a credit onto its charge', () => {
    fc.assert(
      fc.property(amounts, rate, (inclusive, included) => {
        const whole = inclusive.reduce((a, b) => a + b, 0n);
        fc.pre(whole !== 0n);
        const mirrored = takeApart(inclusive.map((amount) => -amount), included).map((net) => -net);
        expect(mirrored).toEqual(takeApart(inclusive, included));
      }),
    );
  });

  it('finds the net again from which a gross was made', () => {
    fc.assert(
      fc.property(fc.bigInt(-1_000_000n, 1_000_000n), rate, (net, charged) => {
        expect(takeApart([net + percentOf(net, charged)], charged)).toEqual([net]);
      }),
    );
  });
});
