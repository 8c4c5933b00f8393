// A manual entry before it is asked for: lines by account code, checked to be an entry at all.
import { Currency, DomainError, Money } from '@countinghouse/kernel';
import { refuseTooLarge } from './amount-limit';
import { convertParts, ExchangeRate, rateText } from './exchange-rate';

/** Minor units of the entry's currency, debit positive, credit negative. */
export interface ManualLine {
  readonly account: string;
  readonly amountMinor: bigint;
}

export interface ValuedLine extends ManualLine {
  /** The same in the issuer's functional currency. */
  readonly functionalAmountMinor: bigint;
  /** The rate between the two, as decimal text; null in functional currency. */
  readonly rate: string | null;
}

/** More lines than a person can check before approving them are a file's work, not a person's. */
export const MAX_MANUAL_LINES = 200;

/**
 * The lines with their functional amounts, which balance as the lines do.
 * @param rate from the currency to the functional one; needed when they differ
 * @throws DomainError MANUAL_ENTRY_INVALID, ENTRY_UNBALANCED, RATE_MISSING, AMOUNT_TOO_LARGE
 */
export function valuedLines(lines: readonly ManualLine[], currency: Currency, functionalCurrency: Currency, rate?: ExchangeRate): ValuedLine[] {
  refuseUnsound(lines, currency);
  if (currency === functionalCurrency) return lines.map((line) => ({ ...line, functionalAmountMinor: line.amountMinor, rate: null }));
  if (rate === undefined) {
    throw new DomainError('RATE_MISSING', `The entry is in ${currency} and the books are in ${functionalCurrency}.`, {
      field: 'rate',
      remedy: `Import the rates up to that day, or give one: what one ${currency} is worth in ${functionalCurrency}.`,
    });
  }
  const amounts = lines.map((line) => line.amountMinor);
  const converted = convertParts(amounts, rate, { from: currency, to: functionalCurrency });
  converted.forEach((minor, index) => refuseTooLarge(minor, `Line ${index + 1} in ${functionalCurrency}`, `lines.${index}.amount`));
  return lines.map((line, index) => ({ ...line, functionalAmountMinor: converted[index]!, rate: rateText(rate) }));
}

function refuseUnsound(lines: readonly ManualLine[], currency: Currency): void {
  if (lines.length < 2 || lines.length > MAX_MANUAL_LINES) throw invalid(`An entry has 2 to ${MAX_MANUAL_LINES} lines, not ${lines.length}.`, 'lines');
  lines.forEach(({ amountMinor }, index) => refuseTooLarge(amountMinor, `Line ${index + 1}`, `lines.${index}.amount`));
  const empty = lines.findIndex((line) => line.amountMinor === 0n);
  if (empty >= 0) throw invalid(`Line ${empty + 1} moves nothing.`, `lines.${empty}.amount`);
  const sum = lines.reduce((total, line) => total + line.amountMinor, 0n);
  if (sum === 0n) return;
  throw new DomainError('ENTRY_UNBALANCED', `Debits and credits differ by ${Money.of(sum, currency).toString()}.`, {
    field: 'lines',
    value: sum.toString(),
    remedy: 'Debits are positive, credits negative, and together they are nothing.',
  });
}

function invalid(message: string, field: string): DomainError {
  return new DomainError('MANUAL_ENTRY_INVALID', message, { field, remedy: 'Give every line an account and an amount.' });
}
