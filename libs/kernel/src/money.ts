/** Money: a whole number of minor units of one currency. */
import { currency as checkedCurrency, exponentOf, type Currency } from './currency';
import { decimalToString, MAX_DECIMAL_LENGTH, powerOfTen, tryDecimal } from './decimal';
import { DomainError } from './domain-error';

/** Money in JSON: a decimal string, so that no reader is tempted into floating point. */
export interface MoneyJson {
  readonly amount: string;
  readonly currency: string;
}

/**
 * An immutable amount. Mixing currencies throws MONEY_CURRENCY_MISMATCH; only an exchange at a stated rate may cross them.
 * Loops over millions of rows work on the bare `bigint` of minor units and make Money at their edge.
 */
export class Money {
  private constructor(
    /** Count of the currency's minor units: 12.30 EUR is `1230n`. */
    readonly minor: bigint,
    readonly currency: Currency,
  ) {}

  /** So many minor units. @throws DomainError CURRENCY_UNKNOWN */
  static of(minor: bigint, currency: Currency | string): Money {
    return new Money(minor, checkedCurrency(currency));
  }

  /** Nothing, in a currency. @throws DomainError CURRENCY_UNKNOWN */
  static zero(currency: Currency | string): Money {
    return Money.of(0n, currency);
  }

  /**
   * Reads an amount in major units, as plain decimal notation: `12.30`, `-5`. Refuses more decimals than the currency
   * has, because dropping them would be a rounding nobody asked for.
   * @throws DomainError CURRENCY_UNKNOWN, MONEY_INVALID, MONEY_TOO_PRECISE
   */
  static parse(amount: string, currency: Currency | string): Money {
    const code = checkedCurrency(currency);
    const exponent = exponentOf(code);
    const parsed = tryDecimal(amount);
    if (parsed === undefined) throw invalidAmount(amount);
    if (parsed.scale > exponent) throw tooPrecise(amount, code, exponent);
    return new Money(parsed.unscaled * powerOfTen(exponent - parsed.scale), code);
  }

  /** The sum of amounts that are all in the given currency; zero of none. @throws DomainError MONEY_CURRENCY_MISMATCH */
  static sum(currency: Currency | string, monies: Iterable<Money>): Money {
    const zero = Money.zero(currency);
    let minor = 0n;
    for (const money of monies) {
      zero.refuseOtherCurrency(money);
      minor += money.minor;
    }
    return new Money(minor, zero.currency);
  }

  /** @throws DomainError MONEY_CURRENCY_MISMATCH */
  plus(other: Money): Money {
    this.refuseOtherCurrency(other);
    return new Money(this.minor + other.minor, this.currency);
  }

  /** @throws DomainError MONEY_CURRENCY_MISMATCH */
  minus(other: Money): Money {
    this.refuseOtherCurrency(other);
    return new Money(this.minor - other.minor, this.currency);
  }

  negated(): Money {
    return new Money(-this.minor, this.currency);
  }

  /** A whole multiple; exact. For a rate see `timesRounded`. */
  times(n: bigint): Money {
    return new Money(this.minor * n, this.currency);
  }

  isZero(): boolean {
    return this.minor === 0n;
  }

  isNegative(): boolean {
    return this.minor < 0n;
  }

  isPositive(): boolean {
    return this.minor > 0n;
  }

  /** Same currency and same amount. Amounts of different currencies are never equal, not even zeros. */
  equals(other: Money): boolean {
    return this.currency === other.currency && this.minor === other.minor;
  }

  /** Orders by amount. @throws DomainError MONEY_CURRENCY_MISMATCH */
  compare(other: Money): -1 | 0 | 1 {
    this.refuseOtherCurrency(other);
    return this.minor < other.minor ? -1 : this.minor > other.minor ? 1 : 0;
  }

  /** Major units with all the currency's decimals: `-12.30`, or `500` in JPY. */
  toDecimal(): string {
    return decimalToString({ unscaled: this.minor, scale: exponentOf(this.currency) });
  }

  /** For logs and messages: `EUR -12.30`. */
  toString(): string {
    return `${this.currency} ${this.toDecimal()}`;
  }

  toJSON(): MoneyJson {
    return { amount: this.toDecimal(), currency: this.currency };
  }

  private refuseOtherCurrency(other: Money): void {
    if (this.currency === other.currency) return;
    throw new DomainError('MONEY_CURRENCY_MISMATCH', `${this.toString()} and ${other.toString()} are of different currencies.`, {
      field: 'currency',
      value: other.currency,
      remedy: `Give the amount in ${this.currency}, or exchange it first.`,
    });
  }
}

function invalidAmount(amount: string): DomainError {
  const value = amount.slice(0, MAX_DECIMAL_LENGTH);
  return new DomainError('MONEY_INVALID', `${JSON.stringify(value)} is not an amount.`, {
    field: 'amount',
    value,
    remedy: 'Write digits with a point before the decimals and no separators, such as 1234.50.',
  });
}

function tooPrecise(amount: string, currency: Currency, exponent: number): DomainError {
  return new DomainError('MONEY_TOO_PRECISE', `${amount} has more decimals than ${currency}, which has ${exponent}.`, {
    field: 'amount',
    value: amount,
    remedy: `Give at most ${exponent} decimals.`,
  });
}
