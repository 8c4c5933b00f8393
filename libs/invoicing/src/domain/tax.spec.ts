// Which tax a line gets: one sentence for each row of the reference on EN 16931 §4 that concerns us.
import { decimalToString, localDate } from '@countinghouse/kernel';
import { decideTax, TaxedBuyer, VatStatus } from './tax';
import { ProductTaxCategory } from './tax-rates';

const on = localDate('2026-10-31');

function company(country: string, vatStatus: VatStatus = 'valid', taxId: string | null = `${country}123`): TaxedBuyer {
  return { kind: 'company', country, vatStatus, taxId };
}

function decided(issuerCountry: string, buyer: TaxedBuyer, product: ProductTaxCategory = 'standard', day = on) {
  const { category, rate, reason } = decideTax({ issuerCountry, buyer, product, on: day });
  return `${category} ${decimalToString(rate)}${reason === null ? '' : ` ${reason}`}`;
}

describe('decideTax', () => {
  it('charges a company at home the domestic rate, whatever its number is worth', () => {
    expect(decided('PT', company('PT', 'unchecked'))).toBe('S 23.00');
    expect(decided('PT', company('PT'), 'reduced')).toBe('S 6.00');
    expect(decided('DE', company('DE'), 'reduced')).toBe('S 7.00');
  });

  it('leaves the tax to a company in another EU state with a valid number', () => {
    expect(decided('DE', company('PT'))).toBe('AE 0.00 Reverse charge');
    expect(decided('PT', company('DE'))).toBe('AE 0.00 IVA - autoliquidação');
  });

  it('treats a company in another EU state without a valid number as a consumer', () => {
    expect(decided('PT', company('DE', 'invalid'))).toBe('S 23.00');
    expect(decided('PT', company('DE', 'not-required', null))).toBe('S 23.00');
  });

  it('waits for the check of a number that decides', () => {
    expect(() => decided('PT', company('DE', 'unchecked'))).toThrow(expect.objectContaining({ code: 'VAT_STATUS_UNCHECKED' }));
  });

  it('waits for a number that is said to be valid but is not there', () => {
    expect(() => decided('PT', company('DE', 'valid', null))).toThrow(expect.objectContaining({ code: 'VAT_NUMBER_MISSING' }));
  });

  it('charges nothing to a company outside the EU', () => {
    expect(decided('PT', company('US', 'not-required', null))).toBe('O 0.00 Not subject to VAT, art. 44 of Directive 2006/112/EC');
    expect(decided('DE', company('GB', 'unchecked'), 'exempt')).toMatch(/^O 0.00/);
    expect(decided('GB', company('DE'))).toBe('O 0.00 Outside the scope of GB VAT');
  });

  it('charges a member the rate of the issuer', () => {
    expect(decided('DE', { kind: 'member' })).toBe('S 19.00');
  });

  it('exempts an exempt product with its legal reason', () => {
    expect(decided('PT', company('PT'), 'exempt')).toBe('E 0.00 Isento artigo 9.º do CIVA');
    expect(decided('DE', company('PT'), 'exempt')).toMatch(/^E 0.00 Exempt under art. 132/);
  });

  it('shows no tax on a document of a Brazilian issuer, whose ISS is in the price', () => {
    expect(decided('BR', company('BR', 'not-required'))).toMatch(/^O 0.00 ISS/);
    expect(decided('BR', { kind: 'member' }, 'reduced')).toMatch(/^O 0.00 ISS/);
  });

  it('takes the rate of the tax point', () => {
    expect(decided('RO', company('RO'), 'standard', localDate('2025-07-31'))).toBe('S 19.00');
    expect(decided('RO', company('RO'), 'standard', localDate('2025-08-01'))).toBe('S 21.00');
    expect(decided('FI', company('FI'))).toBe('S 25.50');
  });

  it('guesses no rate', () => {
    const member: TaxedBuyer = { kind: 'member' };
    expect(() => decided('US', company('PT'))).toThrow(expect.objectContaining({ code: 'TAX_COUNTRY_UNSUPPORTED' }));
    expect(() => decided('FR', member, 'reduced')).toThrow(expect.objectContaining({ code: 'TAX_RATE_UNDECIDED' }));
    expect(() => decided('PT', member, 'standard', localDate('2023-12-31'))).toThrow(expect.objectContaining({ code: 'TAX_RATE_UNKNOWN' }));
  });

  it('keeps every reason within the 60 characters of SAF-T', () => {
    for (const issuer of ['PT', 'DE', 'GB', 'BR']) {
      for (const buyer of [company('PT'), company('DE'), company('US')]) {
        for (const product of ['standard', 'exempt'] as const) {
          expect((decideTax({ issuerCountry: issuer, buyer, product, on }).reason ?? '').length).toBeLessThanOrEqual(60);
        }
      }
    }
  });
});
