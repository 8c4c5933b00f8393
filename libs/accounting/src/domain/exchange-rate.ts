// Exchange rates: an exact quotient of two quoted rates, by which amounts are converted and rounded once.
import { Currency, Decimal, decimal, decimalToString, divideRounded, DomainError, exponentOf, powerOfTen } from '@countinghouse/kernel';

/**
 * What one major unit of a currency is worth in another: numerator / denominator. A quoted rate has 1 as the other part;
 * a cross rate is the two quotes against the euro, kept apart so that nothing is rounded before the amount is.
 */
export interface ExchangeRate {
  readonly numerator: Decimal;
  readonly denominator: Decimal;
}

/** From a currency to the functional currency of an issuer. */
export interface CurrencyPair {
  readonly from: Currency;
  readonly to: Currency;
}

const ONE: Decimal = { unscaled: 1n, scale: 0 };
/** Decimals of a rate as it is kept beside an amount, for people to read; amounts are never computed from it again. */
const SHOWN_SCALE = 15;

/** A rate as it is quoted: `80`, `1.0832`. @throws DomainError DECIMAL_INVALID */
export function quotedRate(text: string): ExchangeRate {
  return { numerator: decimal(text, 'rate'), denominator: ONE };
}

/** A rate that a person gives. @throws DomainError DECIMAL_INVALID, RATE_INVALID unless it is above zero */
export function givenRate(text: string): ExchangeRate {
  const rate = quotedRate(text);
  if (rate.numerator.unscaled > 0n) return rate;
  throw new DomainError('RATE_INVALID', `${text} is not a rate.`, { field: 'rate', value: text, remedy: 'Give a rate above zero.' });
}

/** The rate at which an amount is in the books. */
export function impliedRate(minor: bigint, functionalMinor: bigint, { from, to }: CurrencyPair): ExchangeRate {
  return {
    numerator: { unscaled: functionalMinor, scale: exponentOf(to) },
    denominator: { unscaled: minor, scale: exponentOf(from) },
  };
}

/** What one minor unit of `from` is worth in minor units of `to`, as a fraction of whole numbers. */
export function perMinorUnit({ numerator, denominator }: ExchangeRate, { from, to }: CurrencyPair): { numerator: bigint; denominator: bigint } {
  return {
    numerator: numerator.unscaled * powerOfTen(denominator.scale + exponentOf(to)),
    denominator: denominator.unscaled * powerOfTen(numerator.scale + exponentOf(from)),
  };
}

/** Minor units of `to` for minor units of `from`, half away from zero. */
export function convert(minor: bigint, rate: ExchangeRate, pair: CurrencyPair): bigint {
  const { numerator, denominator } = perMinorUnit(rate, pair);
  return divideRounded(minor * numerator, denominator);
}

/**
 * Converts parts so that they add up to the conversion of their sum: each is the difference of two converted running
 * sums. As running sums rise and fall with the parts, no part changes its sign. The law of proration, on amounts.
 */
export function convertParts(parts: readonly bigint[], rate: ExchangeRate, pair: CurrencyPair): bigint[] {
  let runningMinor = 0n;
  let convertedMinor = 0n;
  return parts.map((part) => {
    runningMinor += part;
    const before = convertedMinor;
    convertedMinor = convert(runningMinor, rate, pair);
    return convertedMinor - before;
  });
}

/** Plain decimal text, rounded to 15 decimals, without trailing zeros. */
export function rateText({ numerator, denominator }: ExchangeRate): string {
  const unscaled = divideRounded(
    numerator.unscaled * powerOfTen(SHOWN_SCALE + denominator.scale),
    denominator.unscaled * powerOfTen(numerator.scale),
  );
  return decimalToString({ unscaled, scale: SHOWN_SCALE }).replace(/\.?0+$/, '');
}
