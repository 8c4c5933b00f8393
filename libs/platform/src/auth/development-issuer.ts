// The development issuer: makes tokens for whoever runs the product on their own machine. It never runs in production.
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, JWK, SignJWT } from 'jose';
import { AppClock } from '../clock/clock';
import { Role } from './actor';
import type { TokenRules } from './token-verifier';

const ISSUER = 'urn:countinghouse:development';
const AUDIENCE = 'countinghouse';
const ALGORITHM = 'ES256';
const KEY_ID = 'development';
export const DEVELOPMENT_TOKEN_HOURS = 12;

export interface DevelopmentToken {
  readonly subject: string;
  readonly role: Role;
  /** Codes of our legal entities, or '*' for all. */
  readonly issuers: readonly string[] | '*';
}

export class DevelopmentIssuer {
  private constructor(
    private readonly privateKey: JWK,
    private readonly clock: AppClock,
  ) {}

  /**
   * Uses the key in `directory`, or makes one there, so that a token outlives a restart and the CLI can make one that the
   * server takes. Without a directory the key lives as long as the process.
   */
  static async open(clock: AppClock, directory?: string): Promise<DevelopmentIssuer> {
    const file = directory && join(directory, 'development-issuer.json');
    if (file && existsSync(file)) return new DevelopmentIssuer(JSON.parse(readFileSync(file, 'utf8')) as JWK, clock);
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const jwk = await exportJWK(privateKey);
    if (!file) return new DevelopmentIssuer(jwk, clock);
    mkdirSync(dirname(file), { recursive: true });
    // Written beside its place and put there whole, so that nobody reads half a key.
    const whole = `${file}.${process.pid}`;
    writeFileSync(whole, JSON.stringify(jwk), { mode: 0o600 });
    try {
      linkSync(whole, file);
    } catch (error) {
      // Another process was faster; its key is the one that counts.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return await this.open(clock, directory);
    } finally {
      rmSync(whole);
    }
    return new DevelopmentIssuer(jwk, clock);
  }

  /** What a verifier needs to take this issuer's tokens. */
  rules(): TokenRules {
    const { kty, crv, x, y } = this.privateKey;
    const publicKey = { kty, crv, x, y, alg: ALGORITHM, kid: KEY_ID, use: 'sig' } as JWK;
    return { issuer: ISSUER, audience: AUDIENCE, keys: createLocalJWKSet({ keys: [publicKey] }) };
  }

  async token({ subject, role, issuers }: DevelopmentToken): Promise<string> {
    const issuedAt = Math.floor(this.clock.now() / 1000);
    return new SignJWT({ role, issuers: issuers === '*' ? '*' : [...issuers] })
      .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID })
      .setSubject(subject)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + DEVELOPMENT_TOKEN_HOURS * 3600)
      .sign(await importJWK(this.privateKey, ALGORITHM));
  }
}
