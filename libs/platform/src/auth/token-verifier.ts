// Bearer tokens: a signed JWT of the configured issuer becomes the actor of the request, anything else is refused.
import { Injectable } from '@nestjs/common';
import { errors, JWTPayload, JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { DomainError, IssuerId } from '@countinghouse/kernel';
import { Database } from '../database/database';
import { Actor, ROLES } from './actor';

/** Asymmetric only: with a shared secret, whoever can check a token could make one. */
export const TOKEN_ALGORITHMS = ['RS256', 'ES256'];
const CLOCK_TOLERANCE_S = 30;

export interface TokenRules {
  /** The `iss` that tokens must carry. */
  readonly issuer: string;
  /** The `aud` that tokens must carry: this API. */
  readonly audience: string;
  /** The issuer's public keys: a JWKS at a URL, or the development issuer's own. */
  readonly keys: JWTVerifyGetKey;
}

/** What we read of a token beside `iss`, `aud`, `exp` and `sub`. Issuers are our own legal entities, by code, or '*'. */
const CLAIMS = z.object({
  sub: z.string().min(1).max(255),
  role: z.enum(ROLES),
  issuers: z.union([z.literal('*'), z.array(z.string().max(20)).max(1000)]),
});

/** No token, or not a good one. Which of the two, and why, goes to the log only. */
export class Unauthenticated extends DomainError {
  constructor(cause: unknown) {
    super('UNAUTHENTICATED', 'a valid bearer token is needed', { remedy: 'log in again and send the new token', cause });
  }
}

/** The reasons that lie in the token. All others (the issuer's keys cannot be had) are no fault of the caller. */
const TOKEN_FAULTS = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
];

@Injectable()
export class TokenVerifier {
  /** Codes of issuers that were looked up; a code and its id never change. */
  private readonly issuerIds = new Map<string, IssuerId>();

  constructor(
    private readonly rules: TokenRules,
    private readonly database: Database,
  ) {}

  /**
   * The actor of an Authorization header.
   * @throws Unauthenticated; any other error means that the check itself was impossible
   */
  async actorOf(authorization: string | undefined, requestId: string): Promise<Actor> {
    const token = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(authorization ?? '')?.[1];
    if (!token) throw new Unauthenticated('there is no bearer token');
    const claims = CLAIMS.safeParse(await this.verified(token));
    if (!claims.success) throw new Unauthenticated(claims.error);
    const { sub, role, issuers } = claims.data;
    return { subject: sub, role, issuers: issuers === '*' ? '*' : await this.idsOf(issuers), requestId };
  }

  private async verified(token: string): Promise<JWTPayload> {
    const { issuer, audience, keys } = this.rules;
    try {
      const options = { issuer, audience, algorithms: TOKEN_ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['sub', 'exp'] };
      return (await jwtVerify(token, keys, options)).payload;
    } catch (error) {
      throw TOKEN_FAULTS.some((fault) => error instanceof fault) ? new Unauthenticated(error) : error;
    }
  }

  /** A code that no issuer has opens nothing. */
  private async idsOf(codes: readonly string[]): Promise<IssuerId[]> {
    const unknown = codes.filter((code) => !this.issuerIds.has(code));
    if (unknown.length > 0) {
      const found = await this.database.query<{ id: IssuerId; code: string }>('SELECT id, code FROM platform.issuer WHERE code = ANY($1)', [unknown]);
      for (const { id, code } of found) this.issuerIds.set(code, id);
    }
    return codes.flatMap((code) => this.issuerIds.get(code) ?? []);
  }
}
