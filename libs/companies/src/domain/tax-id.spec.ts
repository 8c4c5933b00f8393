// Tax ids: published examples of every country named are taken in every spelling, and one wrong digit is not.
import { country } from '@countinghouse/kernel';
import { taxId, viesNumber } from './tax-id';

const read = (code: string, text: string) => taxId(country(code), text);

/** Examples that authorities, the Commission's list of structures and the registers of the companies themselves publish. */
const PUBLISHED: readonly (readonly [code: string, text: string, canonical: string])[] = [
  ['AT', 'ATU 13585627', 'ATU13585627'],
  ['BE', 'BE 0428.759.497', 'BE0428759497'],
  ['BG', 'BG 175 074 752', 'BG175074752'],
  ['CY', 'CY-10259033P', 'CY10259033P'],
  ['CZ', 'CZ 25123891', 'CZ25123891'],
  ['CZ', '7103192745', 'CZ7103192745'],
  ['DE', 'DE 136,695 976', 'DE136695976'],
  ['DE', '136695976', 'DE136695976'],
  ['DK', 'DK 13585628', 'DK13585628'],
  ['EE', 'EE 100 931 558', 'EE100931558'],
  ['ES', 'ESB-58378431', 'ESB58378431'],
  ['ES', 'J99216582', 'ESJ99216582'],
  ['ES', '54362315-K', 'ES54362315K'],
  ['ES', 'X-2482300W', 'ESX2482300W'],
  ['FI', 'FI 20774740', 'FI20774740'],
  ['FR', 'Fr 40 303 265 045', 'FR40303265045'],
  ['FR', 'K7399859412', 'FRK7399859412'],
  ['GR', 'EL 094259216', 'EL094259216'],
  ['GR', '094259216', 'EL094259216'],
  ['HR', 'HR 33392005961', 'HR33392005961'],
  ['HU', 'HU-12892312', 'HU12892312'],
  ['IE', 'IE 6433435F', 'IE6433435F'],
  ['IE', 'IE 6433435OA', 'IE6433435OA'],
  ['IE', '8D79739I', 'IE8D79739I'],
  ['IT', 'IT 00743110157', 'IT00743110157'],
  ['LT', 'LT 119511515', 'LT119511515'],
  ['LT', '100001919017', 'LT100001919017'],
  ['LU', 'LU 150 274 42', 'LU15027442'],
  ['LV', 'LV 4000 3521 600', 'LV40003521600'],
  ['MT', 'MT 1167-9112', 'MT11679112'],
  ['NL', 'NL 004495445B01', 'NL004495445B01'],
  ['NL', '123456789B13', 'NL123456789B13'],
  ['PL', 'PL 8567346215', 'PL8567346215'],
  ['PT', 'PT 501 964 843', '501964843'],
  ['PT', '999999990', '999999990'],
  ['RO', 'RO 185 472 90', 'RO18547290'],
  ['SE', 'SE 556188840401', 'SE556188840401'],
  ['SI', 'SI 5022 3054', 'SI50223054'],
  ['SK', 'SK 202 274 96 19', 'SK2022749619'],
  ['GB', 'GB 980 7806 84', 'GB980780684'],
  ['GB', 'XI 980 7806 84', 'XI980780684'],
  ['BR', '11.222.333/0001-81', '11222333000181'],
  ['BR', '00.000.000/0001-91', '00000000000191'],
  ['BR', '16.727.230/0001-97', '16727230000197'],
  ['BR', '12.ABC.345/01DE-35', '12ABC34501DE35'],
  ['BR', '12.abc.345/01de-35', '12ABC34501DE35'],
  ['US', '91-1144442', '911144442'],
  ['US', '12-3456789', '123456789'],
];

describe('a tax id', () => {
  it.each(PUBLISHED)('of %s takes %s', (code, text, canonical) => {
    expect(read(code, text)).toBe(canonical);
    expect(read(code, canonical)).toBe(canonical);
  });

  it.each([
    ['AT', 'ATU13585626'],
    ['BE', '0428759498'],
    ['BG', '175074753'],
    ['CY', '10259033Z'],
    ['CZ', '25123890'],
    ['DE', 'DE136695978'],
    ['DE', 'DE036695976'],
    ['DK', '13585627'],
    ['EE', '100931557'],
    ['ES', 'B58378432'],
    ['ES', '54362315Z'],
    ['ES', 'X2482300A'],
    ['ES', '???'],
    ['FI', '20774741'],
    ['FR', '84323140391'],
    ['GR', '123456781'],
    ['HR', '33392005962'],
    ['HU', '12892313'],
    ['IE', '6433435E'],
    ['IT', '00743110158'],
    ['IT', '00000000000'],
    ['LT', '100001919018'],
    ['LU', '15027443'],
    ['LV', '40003521601'],
    ['MT', '11679113'],
    ['NL', '123456789B90'],
    ['PL', '8567346216'],
    ['PT', '501964842'],
    ['PT', '50196484'],
    ['PT', '000000000'],
    ['RO', '18547291'],
    ['SE', '556188840402'],
    ['SI', '50223055'],
    ['SK', '2022749618'],
    ['GB', '802311781'],
    ['GB', 'FR40303265045'],
    ['BR', '11.222.333/0001-82'],
    ['BR', '11.222.333/0002-81'],
    ['BR', '12.ABC.345/01DF-35'],
    ['BR', '00.000.000/0000-00'],
    ['US', '07-1144442'],
    ['US', '00-1234567'],
    ['US', 'ABCDEF'],
    ['JP', '12'],
  ])('of %s refuses %s, and says what to do', (code, text) => {
    expect(() => read(code, text)).toThrow(
      expect.objectContaining({ code: 'TAX_ID_INVALID', field: 'taxId', value: text, remedy: expect.any(String) }),
    );
  });

  // Not every sum tells every digit from every other: modulo 11 folds two remainders into one, and an EIN has no check digit.
  it.each(PUBLISHED.filter(([code, text]) => text !== '999999990' && !['BG', 'CZ', 'GR', 'LT', 'NL', 'RO', 'GB', 'US'].includes(code)))(
    'of %s with any one digit changed is refused: %s',
    (code, _text, canonical) => {
      for (let at = 0; at < canonical.length; at++) {
        if (!/\d/.test(canonical[at]!)) continue;
        for (let digit = 0; digit <= 9; digit++) {
          if (String(digit) === canonical[at]) continue;
          const changed = canonical.slice(0, at) + digit + canonical.slice(at + 1);
          expect(() => read(code, changed)).toThrow('is not a valid');
        }
      }
    },
  );

  it.each([
    ['PT', '501964843', 'PT', '501964843'],
    ['GR', 'EL094259216', 'EL', '094259216'],
    ['ES', 'ESB58378431', 'ES', 'B58378431'],
    ['GB', 'XI980780684', 'XI', '980780684'],
  ])('of %s is known to VIES: %s', (code, id, prefix, number) => {
    expect(viesNumber(country(code), id)).toEqual({ prefix, number });
  });

  it.each([['GB', 'GB980780684'], ['BR', '11222333000181'], ['US', '911144442'], ['CH', 'ES12345']])('of %s is not known to VIES: %s', (code, id) => {
    expect(viesNumber(country(code), id)).toBeUndefined();
  });
});
