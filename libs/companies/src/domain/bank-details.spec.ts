// IBANs and BICs: those that the registry of IBANs gives as examples, and what is wrong with others.
import { bic, iban } from './bank-details';

describe('an IBAN', () => {
  it.each([
    'PT50 0002 0123 1234 5678 9015 4',
    'ES91 2100 0418 4502 0005 1332',
    'DE89 3704 0044 0532 0130 00',
    'IT60 X054 2811 1010 0000 0123 456',
    'NL91 ABNA 0417 1643 00',
    'RO49 AAAA 1B31 0075 9384 0000',
    'GB29 NWBK 6016 1331 9268 19',
    'FR14 2004 1010 0505 0001 3M02 606',
    'BR18 0036 0305 0000 1000 9795 493C 1',
    'pt50000201231234567890154',
  ])('is taken in any spelling: %s', (text) => {
    expect(iban(text)).toBe(text.replaceAll(' ', '').toUpperCase());
  });

  it.each(['PT50000201231234567890155', 'PT5000020123123456789015', 'DE89370400440532013001', 'XX89370400440532013000', 'US123', ''])('is refused: %s', (text) => {
    expect(() => iban(text)).toThrow(expect.objectContaining({ code: 'IBAN_INVALID', field: 'iban', remedy: expect.any(String) }));
  });

  it('is not repeated by what refuses it', () => {
    expect(() => iban('PT50000201231234567890155')).toThrow(expect.objectContaining({ message: 'The IBAN that ends in "0155" is not valid.', value: '0155' }));
  });
});

describe('a BIC', () => {
  it('has eight or eleven characters', () => {
    expect([bic('cgdiptpl'), bic('DEUT DE FF 500')]).toEqual(['CGDIPTPL', 'DEUTDEFF500']);
    for (const text of ['CGDIPT', 'CGDI11PL', '']) expect(() => bic(text)).toThrow(expect.objectContaining({ code: 'BIC_INVALID' }));
  });
});
