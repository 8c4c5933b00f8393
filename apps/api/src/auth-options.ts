// Whose tokens the HTTP process takes: those of the configured OIDC issuer, or in development those of its own.
import { resolve } from 'node:path';
import { AuthOptions } from '@countinghouse/platform';
import { Config, ConfigError } from './config';

/** @throws ConfigError in production without an OIDC issuer over https, and anywhere with half of one */
export function authOptions(config: Config): AuthOptions {
  const { production, oidcIssuer: issuer, oidcAudience: audience, oidcJwksUrl: jwksUrl } = config;
  if (issuer !== undefined && audience !== undefined && jwksUrl !== undefined) {
    if (production && !jwksUrl.startsWith('https:')) throw new ConfigError(['OIDC_JWKS_URL must be an https URL in production.']);
    return { mode: 'oidc', issuer, audience, jwksUrl };
  }
  const missing = Object.entries({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl }).filter(([, value]) => value === undefined);
  if (production || missing.length < 3) {
    const why = production ? 'production takes tokens of an OIDC issuer only' : 'the three OIDC variables go together';
    throw new ConfigError(missing.map(([name]) => `${name} is not set; ${why}.`));
  }
  return { mode: 'development', directory: resolve(config.dataDirectory) };
}
