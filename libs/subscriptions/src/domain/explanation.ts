// How an amount came about, in one line that stands on the charge.
import { Currency, days, decimalToString, exponentOf } from '@countinghouse/kernel';
import { RatedStretch } from './rated-stretch';

/** `14 of 30 days of 249.95`, or `10 of 30 days of 120 × 10.00`. */
export function explain({ start, end, period, rate }: RatedStretch, currency: Currency): string {
  const whole = days(period);
  const part = start === period.start && end === period.end ? whole : days({ start, end });
  const unitPrice = decimalToString({ unscaled: rate.unitPriceMinor, scale: exponentOf(currency) });
  return `${part} of ${whole} days of ${rate.quantity === 1n ? '' : `${rate.quantity} × `}${unitPrice}`;
}
