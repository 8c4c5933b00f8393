// Number prefixes: Portugal's form is law, elsewhere ours.
import { numberPrefix } from './document-number';

const portuguese = { issuerCountry: 'PT', issuerCode: 'PT01', year: 2026 };

describe('numberPrefix', () => {
  it('has the form of Portuguese law', () => {
    const prefix = numberPrefix({ ...portuguese, documentType: 'invoice', stream: 'company' });
    expect(prefix).toBe('FT 2026A/');
    expect(`${prefix}1`).toMatch(/^[^ ]+ [^/^ ]+\/[0-9]+$/);
  });

  it('never repeats within an issuer and year', () => {
    for (const issuerCountry of ['PT', 'DE']) {
      const prefixes = (['invoice', 'credit-note'] as const).flatMap((documentType) =>
        (['company', 'member'] as const).map((stream) => numberPrefix({ ...portuguese, issuerCountry, documentType, stream })),
      );
      expect(new Set(prefixes).size).toBe(4);
    }
  });
});
