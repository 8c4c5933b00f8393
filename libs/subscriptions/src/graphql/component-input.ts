// From what the API is given to terms of a kind; what the kind asks for and is not there is said.
import { DomainError, Money } from '@countinghouse/kernel';
import type { MoneyInput } from '@countinghouse/platform';
import type { AccessFeeTerms, ComponentKind, ComponentTerms } from '../domain/fee-terms';
import type { ComponentTermsInput } from './component.type';

/** @throws DomainError TERMS_INCOMPLETE, CURRENCY_DIFFERS, INTERVAL_INVALID, and as Money says */
export function termsOf(kind: ComponentKind, input: ComponentTermsInput, currency: string): ComponentTerms {
  const amount = (field: 'unitPrice' | 'amount') => minorOf(needed(kind, field, input[field]), currency, field);
  const tax = { taxInclusive: input.taxInclusive ?? false, taxCategory: input.taxCategory ?? 'standard' } as const;
  const periods = input.periods ?? null;
  switch (kind) {
    case 'access-fee':
      return { ...tax, ...priceOf(input, currency), ...measureOf(input) };
    case 'one-off':
      return { ...tax, unitPriceMinor: amount('unitPrice'), quantity: input.quantity ?? 1 };
    case 'percent-discount':
      return { percent: needed(kind, 'percent', input.percent), periods };
    case 'amount-discount':
      return { ...tax, amountMinor: amount('amount'), periods };
    default:
      return { ...tax, amountMinor: amount('amount'), per: input.per ?? 'period' };
  }
}

function priceOf(input: ComponentTermsInput, currency: string) {
  const unitPrice = () => minorOf(needed('access-fee', 'unitPrice', input.unitPrice), currency, 'unitPrice');
  const priceModel = needed('access-fee', 'priceModel', input.priceModel);
  switch (priceModel) {
    case 'flat':
    case 'perUnit':
      return { priceModel, unitPriceMinor: unitPrice() };
    case 'package':
      return { priceModel, unitPriceMinor: unitPrice(), packageSize: needed('access-fee', 'packageSize', input.packageSize) };
    default:
      return {
        priceModel,
        tiers: needed('access-fee', 'tiers', input.tiers).map(({ upTo = null, unitPrice: unit, flat }) => ({
          upTo,
          unitPriceMinor: minorOf(unit, currency, 'tiers'),
          flatMinor: flat ? minorOf(flat, currency, 'tiers') : 0n,
        })),
      };
  }
}

function measureOf({ measure, counted, costCentre, onDecrease, intervalMonths }: ComponentTermsInput): Pick<AccessFeeTerms, 'measure' | 'counted' | 'costCentre' | 'onDecrease' | 'intervalMonths'> {
  const months = intervalMonths ?? 1;
  if (months !== 1 && months !== 3 && months !== 6 && months !== 12) {
    throw new DomainError('INTERVAL_INVALID', `A price is not for ${months} months.`, { field: 'terms.intervalMonths', value: String(months), remedy: 'Give 1, 3, 6 or 12.' });
  }
  return { measure: measure ?? 'daily', counted: counted ?? 'eligible', costCentre: costCentre ?? null, onDecrease: onDecrease ?? 'credit', intervalMonths: months };
}

function needed<Value>(kind: string, field: string, value: Value | null | undefined): Value {
  if (value != null) return value;
  throw new DomainError('TERMS_INCOMPLETE', `The terms of a ${kind} say its ${field}.`, { field: `terms.${field}`, remedy: 'Fill it in.' });
}

/** @throws DomainError CURRENCY_DIFFERS */
export function minorOf({ amount, currency: given }: MoneyInput, currency: string, field: string): bigint {
  const money = Money.parse(amount, given);
  if (given === currency) return money.minor;
  throw new DomainError('CURRENCY_DIFFERS', `The contract is in ${currency}, and not in ${given}.`, { field, value: given, remedy: `Give the amount in ${currency}.` });
}
