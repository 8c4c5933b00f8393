// Tax ids: published examples are taken in every spelling, and one wrong digit is not.
import { country } from '@countinghouse/kernel';
import { taxId } from './tax-id';

const read = (code: string, text: string) => taxId(country(code), text);

describe('a tax id', () => {
  it.each([
    ['PT', 'PT 501 964 843', '501964843'],
    ['PT', '999999990', '999999990'],
    ['DE', 'DE 136,695 976', 'DE136695976'],
    ['DE', '136695976', 'DE136695976'],
    ['BR', '11.222.333/0001-81', '11222333000181'],
    ['BR', '00.000.000/0001-91', '00000000000191'],
    ['BR', '16.727.230/0001-97', '16727230000197'],
    ['BR', '12.ABC.345/01DE-35', '12ABC34501DE35'],
    ['BR', '12.abc.345/01de-35', '12ABC34501DE35'],
    ['ES', 'ESB-58378431', 'ESB58378431'],
    ['US', '12-3456789', '123456789'],
  ])('of %s takes %s', (code, text, canonical) => {
    expect(read(code, text)).toBe(canonical);
  });

  it.each([
    ['PT', '501964842'],
    ['PT', '50196484'],
    ['DE', 'DE136695978'],
    ['DE', 'DE036695976'],
    ['BR', '11.222.333/0001-82'],
    ['BR', '11.222.333/0002-81'],
    ['BR', '12.ABC.345/01DF-35'],
    ['BR', '00.000.000/0000-00'],
    ['ES', '???'],
    ['US', 'ABCDEF'],
  ])('of %s refuses %s, and says what to do', (code, text) => {
    expect(() => read(code, text)).toThrow(
      expect.objectContaining({ code: 'TAX_ID_INVALID', field: 'taxId', value: text, remedy: expect.any(String) }),
    );
  });

  it.each(['501964843', '136695976', '11222333000181'])('with any one digit changed is refused: %s', (text) => {
    const code = { 9: text.startsWith('5') ? 'PT' : 'DE', 14: 'BR' }[text.length]!;
    for (let at = 0; at < text.length; at++) {
      for (let digit = 0; digit <= 9; digit++) {
        if (String(digit) === text[at]) continue;
        const changed = text.slice(0, at) + digit + text.slice(at + 1);
        expect(() => read(code, changed)).toThrow('is not a valid');
      }
    }
  });
});
