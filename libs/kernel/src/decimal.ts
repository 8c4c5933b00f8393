/** Decimal: an exact decimal number for rates and quantities, and its products with amounts. */
import { DomainError } from './domain-error';
import { divideRounded } from './rounding';

/** The number `unscaled / 10^scale`; `23.50` is `{ unscaled: 2350n, scale: 2 }`. The scale is never negative. */
export interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Far above any amount or rate, far below a text that would keep a process busy. */
export const MAX_DECIMAL_LENGTH = 60;

const DECIMAL = /^(-?\d+)(?:\.(\d+))?$/;

/**
 * Reads plain decimal notation: an optional minus, digits, and digits after a point. Nothing else is taken: no plus,
 * exponent, blank or thousands separator, because a guess at someone's notation can be wrong by a factor of a thousand.
 * @throws DomainError DECIMAL_INVALID
 */
export function decimal(text: string, field?: string): Decimal {
  const parsed = tryDecimal(text);
  if (parsed === undefined) {
    throw new DomainError('DECIMAL_INVALID', `${JSON.stringify(text.slice(0, MAX_DECIMAL_LENGTH))} is not a decimal number.`, {
      field,
      value: text.slice(0, MAX_DECIMAL_LENGTH),
      remedy: 'Write digits with a point before the decimals, such as 23.5.',
    });
  }
  return parsed;
}

/** As {@link decimal}, but answers undefined where that throws. */
export function tryDecimal(text: string): Decimal | undefined {
  const match = text.length > MAX_DECIMAL_LENGTH ? null : DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', decimals = ''] = match;
  return { unscaled: BigInt(whole + decimals), scale: decimals.length };
}

/** Plain notation with exactly `scale` decimals: `-0.05`, `23.50`. */
export function decimalToString({ unscaled, scale }: Decimal): string {
  if (scale === 0) return unscaled.toString();
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Orders by value: `1.5` and `1.50` compare as 0. */
export function compareDecimal(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const left = a.unscaled * powerOfTen(b.scale);
  const right = b.unscaled * powerOfTen(a.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** `minor × factor` in the same minor unit, rounded once. */
export function timesRounded(minor: bigint, factor: Decimal): bigint {
  return divideRounded(minor * factor.unscaled, powerOfTen(factor.scale));
}

/** So many percent of an amount, in the same minor unit, rounded once: 23.5 % of 10.00 is 2.35. */
export function percentOf(minor: bigint, percent: Decimal): bigint {
  return divideRounded(minor * percent.unscaled, powerOfTen(percent.scale + 2));
}

/** `10^exponent`, for an exponent of at least 0. */
export function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

const POWERS_OF_TEN: readonly bigint[] = Array.from({ length: 20 }, (_, exponent) => 10n ** BigInt(exponent));
