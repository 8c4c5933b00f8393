// The worked numbers of the reference on EN 16931 §5, and what the rules of §2 and §4 mean for an invoice.
import { localDate } from '@countinghouse/kernel';
import { assemble, OwedLine, taxPoint } from './assemble';
import { TaxedBuyer } from './tax';

const issuedOn = localDate('2026-11-02');
const october = { start: localDate('2026-10-01'), end: localDate('2026-11-01') };
const inPortugal: TaxedBuyer = { kind: 'company', country: 'PT', vatStatus: 'valid', taxId: '503504564' };
const inGermany: TaxedBuyer = { kind: 'company', country: 'DE', vatStatus: 'valid', taxId: 'DE136695976' };
const inAmerica: TaxedBuyer = { kind: 'company', country: 'US', vatStatus: 'not-required', taxId: null };
const member: TaxedBuyer = { kind: 'member' };

function owed(listedMinor: bigint, also: Partial<OwedLine> = {}): OwedLine {
  return {
    description: 'Access fee',
    quantity: '1',
    unitPriceMinor: listedMinor < 0n ? -listedMinor : listedMinor,
    listedMinor,
    taxInclusive: false,
    product: 'standard',
    servicePeriod: october,
    ...also,
  };
}

function totals(buyer: TaxedBuyer, lines: OwedLine[], issuerCountry = 'PT') {
  const { netMinor, taxMinor, grossMinor, taxes } = assemble({ issuerCountry, buyer, issuedOn, lines });
  return { netMinor, taxMinor, grossMinor, categories: taxes.map((group) => group.tax.category) };
}

describe('assemble', () => {
  it('A: charges a company at home the domestic rate, rounded once on the sum of the nets', () => {
    const lines = [owed(15355n), owed(8800n), owed(9999n)];
    expect(totals(inPortugal, lines)).toEqual({ netMinor: 34154n, taxMinor: 7855n, grossMinor: 42009n, categories: ['S'] });
  });

  it('B: charges nothing under reverse charge', () => {
    expect(totals(inGermany, [owed(97500n)])).toEqual({ netMinor: 97500n, taxMinor: 0n, grossMinor: 97500n, categories: ['AE'] });
  });

  it('C: charges nothing outside the European Union', () => {
    expect(totals(inAmerica, [owed(50000n)])).toEqual({ netMinor: 50000n, taxMinor: 0n, grossMinor: 50000n, categories: ['O'] });
  });

  it('D: keeps standard, reduced and exempt lines in groups of their own', () => {
    const lines = [owed(36000n), owed(1250n, { product: 'reduced' }), owed(12000n, { product: 'exempt' })];
    expect(totals(inPortugal, lines)).toEqual({ netMinor: 49250n, taxMinor: 8355n, grossMinor: 57605n, categories: ['S', 'S', 'E'] });
    const { taxes } = assemble({ issuerCountry: 'PT', buyer: inPortugal, issuedOn, lines });
    expect(taxes.map((group) => [group.baseMinor, group.taxMinor])).toEqual([[36000n, 8280n], [1250n, 75n], [12000n, 0n]]);
  });

  it('E: computes 6.68 on 29.05', () => {
    expect(totals(inPortugal, [owed(2905n)])).toMatchObject({ taxMinor: 668n, grossMinor: 3573n });
  });

  it('F: nets the credit of the old plan against the charge of the new one', () => {
    expect(totals(inPortugal, [owed(5484n), owed(-2194n)])).toMatchObject({ netMinor: 3290n, taxMinor: 757n, grossMinor: 4047n });
  });

  it('keeps the gross of a tax-inclusive price exactly what the member saw', () => {
    const { lines, ...sums } = assemble({ issuerCountry: 'PT', buyer: member, issuedOn, lines: [owed(4990n, { taxInclusive: true })] });
    expect(sums).toMatchObject({ netMinor: 4057n, taxMinor: 933n, grossMinor: 4990n });
    expect(lines.map((line) => line.netMinor)).toEqual([4057n]);
  });

  it('keeps a gross that no net can reach by its rounded tax', () => {
    // 0.02 + 19 % is 0.02, 0.03 + 19 % is 0.04: there is no net for 0.03.
    expect(totals(member, [owed(3n, { taxInclusive: true })], 'DE')).toMatchObject({ netMinor: 3n, taxMinor: 0n, grossMinor: 3n });
  });

  it('bills a company under reverse charge its part of a tax-inclusive price without the included tax', () => {
    expect(totals(inGermany, [owed(2460n, { taxInclusive: true })])).toMatchObject({ netMinor: 2000n, taxMinor: 0n, grossMinor: 2000n });
  });

  it('bills a company at home its part of a tax-inclusive price with just that tax', () => {
    expect(totals(inPortugal, [owed(2460n, { taxInclusive: true })])).toMatchObject({ netMinor: 2000n, taxMinor: 460n, grossMinor: 2460n });
  });

  it('rounds the tax once where prices with and without tax meet in one group', () => {
    const lines = [owed(999n, { taxInclusive: true }), owed(1001n)];
    // 9.99 contains 8.12; 8.12 + 10.01 = 18.13; 23 % of that is 4.1699.
    expect(totals(inPortugal, lines)).toEqual({ netMinor: 1813n, taxMinor: 417n, grossMinor: 2230n, categories: ['S'] });
  });

  it('has every line keep the tax rate of its own tax point', () => {
    const buyer: TaxedBuyer = { kind: 'company', country: 'RO', vatStatus: 'valid', taxId: 'RO18547290' };
    const july = { start: localDate('2025-07-01'), end: localDate('2025-08-01') };
    const august = { start: localDate('2025-08-01'), end: localDate('2025-09-01') };
    const lines = [owed(10000n, { servicePeriod: july }), owed(10000n, { servicePeriod: august })];
    const { taxes } = assemble({ issuerCountry: 'RO', buyer, issuedOn: localDate('2025-09-01'), lines });
    expect(taxes.map((group) => group.taxMinor)).toEqual([1900n, 2100n]);
  });
});

describe('taxPoint', () => {
  it('is the last day of a service that is over, and the day of issue of one that is not', () => {
    expect(taxPoint(october, issuedOn)).toBe('2026-10-31');
    expect(taxPoint(october, localDate('2026-10-01'))).toBe('2026-10-01');
  });
});
