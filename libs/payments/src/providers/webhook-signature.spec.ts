// Signatures: over the very bytes, by either secret, and not for long.
import { SIGNATURE_TOLERANCE_MS, signatureFault, signatureHeader } from './webhook-signature';

const NOW = 1_770_000_000_000;
const BODY = Buffer.from('{"amount": 1}');

describe('a webhook signature', () => {
  const header = signatureHeader('new', BODY, NOW);

  it('fits the bytes and either of two secrets', () => {
    expect(signatureFault(['new'], header, BODY, NOW)).toBeUndefined();
    expect(signatureFault(['newer', 'new'], header, BODY, NOW)).toBeUndefined();
  });

  it('does not fit another secret, another body, or the same JSON in other bytes', () => {
    expect(signatureFault(['old'], header, BODY, NOW)).toContain('does not fit');
    expect(signatureFault(['new'], header, Buffer.from('{"amount": 9}'), NOW)).toContain('does not fit');
    expect(signatureFault(['new'], header, Buffer.from('{"amount":1}'), NOW)).toContain('does not fit');
  });

  it('covers the time, too', () => {
    const later = header.replace(/t=\d+/, `t=${Math.floor(NOW / 1000) + 60}`);
    expect(signatureFault(['new'], later, BODY, NOW)).toContain('does not fit');
  });

  it('is too old after five minutes, and too young before', () => {
    expect(signatureFault(['new'], header, BODY, NOW + SIGNATURE_TOLERANCE_MS)).toBeUndefined();
    expect(signatureFault(['new'], header, BODY, NOW + SIGNATURE_TOLERANCE_MS + 1)).toContain('too old');
    expect(signatureFault(['new'], header, BODY, NOW - SIGNATURE_TOLERANCE_MS - 1)).toContain('too old');
  });

  it.each([undefined, '', 'v1=00', `t=1,v1=${'0'.repeat(63)}`, `t=x,v1=${'0'.repeat(64)}`])('is not %j', (text) => {
    expect(signatureFault(['new'], text, BODY, NOW)).toBeDefined();
  });
});
