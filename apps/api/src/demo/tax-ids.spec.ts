// Check digits of the demo's tax ids, against numbers that are published by their owners or authorities.
import { brazilianCnpj, germanVatId, portugueseNif } from './tax-ids';

describe('the tax ids of the demo business', () => {
  it('end in the check digit of a Portuguese NIF', () => {
    expect(portugueseNif('50096004')).toBe('PT500960046');
    expect(portugueseNif('50201137')).toBe('PT502011378');
    expect(portugueseNif('50350456')).toBe('PT503504564');
  });

  it('end in the check digit of a German USt-IdNr.', () => {
    expect(germanVatId('13669597')).toBe('DE136695976');
    expect(germanVatId('12927339')).toBe('DE129273398');
  });

  it('end in the check digits of a Brazilian CNPJ', () => {
    expect(brazilianCnpj('112223330001')).toBe('11222333000181');
    expect(brazilianCnpj('000000000001')).toBe('00000000000191');
  });
});
