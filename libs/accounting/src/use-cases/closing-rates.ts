// The closing rates of a month: what holds on its last day.
import { addDays, Currency } from '@countinghouse/kernel';
import { Reader } from '@countinghouse/platform';
import { functionalCurrencyOf } from '../persistence/chart.queries';
import { ratesOn } from '../persistence/exchange.queries';
import { ClosingRate, currenciesHeld, MonthEnd } from '../persistence/revaluation.queries';
import { rateMissing } from './refusals-of-facts';

/** Of every currency in which anything is open. @throws DomainError RATE_MISSING naming the first currency without a rate */
export async function closingRates(reader: Reader, month: MonthEnd): Promise<ClosingRate[]> {
  return closingRatesOf(reader, month, await currenciesHeld(reader, month));
}

/** In the order of the currencies. @throws DomainError RATE_MISSING naming the first currency without a rate */
export async function closingRatesOf(reader: Reader, month: MonthEnd, currencies: readonly Currency[]): Promise<ClosingRate[]> {
  const functionalCurrency = await functionalCurrencyOf(reader, month.issuerId);
  if (currencies.length === 0 || functionalCurrency === undefined) return [];
  const day = addDays(month.until, -1);
  const rates = await ratesOn(reader, currencies.map((currency) => ({ issuerId: month.issuerId, currency, day })));
  return currencies.map((currency, index) => {
    const rate = rates[index];
    if (!rate) throw rateMissing(currency, day, functionalCurrency);
    return { currency, functionalCurrency, rate };
  });
}
