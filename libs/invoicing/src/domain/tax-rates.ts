// The standard and reduced rates of value added tax, by country and first day of validity.
import { compareDecimal, decimal, Decimal, DomainError, localDate, LocalDate } from '@countinghouse/kernel';

/** How a product is taxed where it is supplied; a property of the plan or fee, not of the buyer. */
export type ProductTaxCategory = 'standard' | 'reduced' | 'exempt';

interface Rates {
  readonly from: LocalDate;
  readonly standard: Decimal;
  /** Absent where the law has several reduced rates and none of them is *the* reduced one: a rate is never guessed. */
  readonly reduced?: Decimal;
}

/** Earlier days are refused: nothing in this table was checked for them. */
const KNOWN_FROM = '2024-01-01';
const NOTHING = percent('0');

/**
 * Oldest first within a country. Source: the reference on EN 16931 §4, and for days before a change the rate it names
 * or the rate then published by the country. Portugal's reduced rate is 6 (13 is its intermediate one), Spain's is 10.
 */
const RATES: Readonly<Record<string, readonly Rates[]>> = {
  AT: [rates(KNOWN_FROM, '20')],
  BE: [rates(KNOWN_FROM, '21')],
  CZ: [rates(KNOWN_FROM, '21', '12')],
  DE: [rates(KNOWN_FROM, '19', '7')],
  DK: [rates(KNOWN_FROM, '25')],
  EE: [rates(KNOWN_FROM, '22'), rates('2025-07-01', '24')],
  ES: [rates(KNOWN_FROM, '21', '10')],
  FI: [rates(KNOWN_FROM, '24'), rates('2024-09-01', '25.5')],
  FR: [rates(KNOWN_FROM, '20')],
  GB: [rates(KNOWN_FROM, '20', '5')],
  GR: [rates(KNOWN_FROM, '24')],
  HU: [rates(KNOWN_FROM, '27')],
  IE: [rates(KNOWN_FROM, '23')],
  IT: [rates(KNOWN_FROM, '22')],
  LU: [rates(KNOWN_FROM, '17')],
  NL: [rates(KNOWN_FROM, '21', '9')],
  PL: [rates(KNOWN_FROM, '23')],
  PT: [rates(KNOWN_FROM, '23', '6')],
  RO: [rates(KNOWN_FROM, '19'), rates('2025-08-01', '21', '11')],
  SE: [rates(KNOWN_FROM, '25')],
  SK: [rates(KNOWN_FROM, '20'), rates('2025-01-01', '23')],
};

/**
 * The rate in percent, two decimals, that a country charges on a product at a day; 0 for an exempt one.
 * @throws DomainError TAX_COUNTRY_UNSUPPORTED, TAX_RATE_UNKNOWN (before the table begins), TAX_RATE_UNDECIDED (several reduced rates)
 */
export function domesticRate(country: string, product: ProductTaxCategory, on: LocalDate): Decimal {
  const known = RATES[country];
  if (known === undefined) throw unsupported(country);
  if (product === 'exempt') return NOTHING;
  const inForce = known.findLast((entry) => entry.from <= on);
  if (inForce === undefined) {
    throw new DomainError('TAX_RATE_UNKNOWN', `The tax rates of ${country} are known from ${KNOWN_FROM} on, not for ${on}.`, {
      field: 'taxPoint',
      value: on,
      remedy: 'Bill a later service period, or have the rates of that day added.',
    });
  }
  const rate = product === 'standard' ? inForce.standard : inForce.reduced;
  if (rate === undefined) throw undecided(country);
  return rate;
}

/** Whether both rates are the same number. */
export function sameRate(a: Decimal, b: Decimal): boolean {
  return compareDecimal(a, b) === 0;
}

/** A rate of so many percent, always with two decimals, so that one rate has one text. */
function percent(text: string): Decimal {
  const { unscaled, scale } = decimal(text);
  return { unscaled: unscaled * 10n ** BigInt(2 - scale), scale: 2 };
}

function rates(from: string, standard: string, reduced?: string): Rates {
  return { from: localDate(from), standard: percent(standard), ...(reduced === undefined ? {} : { reduced: percent(reduced) }) };
}

function unsupported(country: string): DomainError {
  return new DomainError('TAX_COUNTRY_UNSUPPORTED', `No tax rule is known for an issuer in ${country}.`, {
    field: 'country',
    value: country,
    remedy: 'Have the tax rules of that country added before issuing from it.',
  });
}

function undecided(country: string): DomainError {
  return new DomainError('TAX_RATE_UNDECIDED', `${country} has several reduced rates and none is set for this product.`, {
    field: 'taxCategory',
    value: 'reduced',
    remedy: 'Sell the plan at the standard rate there, or have its reduced rate decided and added.',
  });
}
