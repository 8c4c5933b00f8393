// Signatures of webhooks: HMAC-SHA256 over the time and the bytes as they came, by one of two live secrets.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A signature older or younger than this is refused, so that a recorded webhook cannot be played again for ever. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

/** `t=<epoch seconds>,v1=<hex>`: the form that Stripe made common. */
const HEADER = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

export function signatureHeader(secret: string, rawBody: Buffer, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000).toString();
  return `t=${seconds},v1=${hmac(secret, seconds, rawBody).toString('hex')}`;
}

/**
 * What is wrong with a signature; undefined when nothing is. Any of `secrets` will do: during a rotation both the new
 * and the old one are alive.
 */
export function signatureFault(secrets: readonly string[], header: string | undefined, rawBody: Buffer, nowMs: number): string | undefined {
  if (header === undefined) return 'it carries no signature';
  const [, seconds, hex] = HEADER.exec(header) ?? [];
  if (seconds === undefined || hex === undefined) return 'its signature is malformed';
  const given = Buffer.from(hex, 'hex');
  // Every secret is tried, so that the time taken does not say which one fits.
  const fits = secrets.map((secret) => timingSafeEqual(given, hmac(secret, seconds, rawBody))).includes(true);
  if (!fits) return 'its signature does not fit its bytes';
  if (Math.abs(nowMs - Number(seconds) * 1000) > SIGNATURE_TOLERANCE_MS) return 'its signature is too old';
  return undefined;
}

function hmac(secret: string, seconds: string, rawBody: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(rawBody).digest();
}
