/** Which texts are countries. */
import { country } from './country';

describe('country', () => {
  it.each(['AD', 'PT', 'DE', 'BR', 'ZW'])('takes %p', (code) => {
    expect(country(code)).toBe(code);
  });

  it.each(['', 'pt', 'PRT', 'XX', 'UK', 'EU'])('refuses %p and names the field', (code) => {
    expect(() => country(code, 'country')).toThrow(expect.objectContaining({ code: 'COUNTRY_UNKNOWN', field: 'country', value: code }));
  });
});
