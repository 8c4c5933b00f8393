// The development issuer: one key for all processes of a folder, whoever comes first.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jwtVerify } from 'jose';
import { TestClock } from '../clock/test-clock';
import { DevelopmentIssuer } from './development-issuer';

describe('the development issuer', () => {
  it('makes one key for all who ask at once, and leaves nothing beside it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countinghouse-issuer-'));
    const clock = new TestClock(Date.now());
    try {
      const issuers = await Promise.all(Array.from({ length: 5 }, () => DevelopmentIssuer.open(clock, join(folder, 'data'))));
      const { keys, issuer } = issuers[0]!.rules();
      for (const each of issuers) {
        const token = await each.token({ subject: 'ana', role: 'viewer', issuers: '*' });
        expect((await jwtVerify(token, keys, { issuer })).payload).toMatchObject({ sub: 'ana' });
      }
      expect(readdirSync(join(folder, 'data'))).toEqual(['development-issuer.json']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
