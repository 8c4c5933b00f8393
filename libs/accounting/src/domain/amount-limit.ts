// The limit of an amount: what one line may move, so that what accounts add up to stays far from the end of the numbers.
import { DomainError } from '@countinghouse/kernel';

/**
 * Minor units. Ten thousand billion in a currency with two decimals, which no document is over; and thousands of such
 * lines still add up to a balance that 64 bits hold. A balance beyond them could not be read any more, nor taken back.
 */
export const MAX_AMOUNT_MINOR = 10n ** 15n;

/** @throws DomainError AMOUNT_TOO_LARGE */
export function refuseTooLarge(minor: bigint, what: string, field: string): void {
  if (minor <= MAX_AMOUNT_MINOR && minor >= -MAX_AMOUNT_MINOR) return;
  throw new DomainError('AMOUNT_TOO_LARGE', `${what} is over ${minor} minor units; ${MAX_AMOUNT_MINOR} is the most.`, {
    field,
    value: minor.toString(),
    remedy: 'Check amount and currency.',
  });
}
