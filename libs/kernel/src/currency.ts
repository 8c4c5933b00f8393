/** Currency: an ISO 4217 code that is known to exist, and the number of its decimals. */
import { CURRENCY_CODES_BY_EXPONENT } from './currency-data';
import { DomainError } from './domain-error';

/** An ISO 4217 code in capitals, such as `EUR`; made by {@link currency} only. */
export type Currency = string & { readonly __currency: true };

const exponents = new Map<string, number>(
  Object.entries(CURRENCY_CODES_BY_EXPONENT).flatMap(([exponent, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code): [string, number] => [code, Number(exponent)]),
  ),
);

/**
 * Checks a three-letter code, in capitals. One map lookup, so it may stand in hot loops.
 * @throws DomainError CURRENCY_UNKNOWN
 */
export function currency(code: string): Currency {
  if (!exponents.has(code)) throw unknownCurrency(code);
  return code as Currency;
}

/**
 * The number of decimals of the currency's minor unit: 0 (JPY), 2 (EUR), 3 (KWD) or 4 (CLF).
 * @throws DomainError CURRENCY_UNKNOWN if the brand was forged
 */
export function exponentOf(code: Currency): number {
  const exponent = exponents.get(code);
  if (exponent === undefined) throw unknownCurrency(code);
  return exponent;
}

/** Every currency that can be invoiced in, by code. */
export function allCurrencies(): Currency[] {
  return [...exponents.keys()].sort() as Currency[];
}

function unknownCurrency(code: string): DomainError {
  return new DomainError('CURRENCY_UNKNOWN', `${JSON.stringify(code)} is not a currency of ISO 4217.`, {
    field: 'currency',
    value: code,
    remedy: 'Use an active three-letter ISO 4217 code in capitals, such as EUR.',
  });
}
