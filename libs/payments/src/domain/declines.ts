// What a decline means: soft ones are tried again on a schedule, hard ones never.
import { addDays, LocalDate } from '@countinghouse/kernel';

/**
 * Declines that may pass by themselves. Adapters translate their provider's codes into this vocabulary; what they cannot
 * translate they pass on, and what is not listed here is hard: a card that is charged again without a reason to hope
 * costs its owner trust and us a fine by the card scheme.
 */
const SOFT_DECLINES: ReadonlySet<string> = new Set([
  'insufficient-funds',
  'limit-exceeded',
  'issuer-unavailable',
  'processing-error',
  'try-again-later',
]);

export function isSoftDecline(declineCode: string): boolean {
  return SOFT_DECLINES.has(declineCode);
}

/** Days from the n-th soft decline to the next attempt; past the last one the payment fails. Salaries come within two weeks. */
const RETRY_AFTER_DAYS: readonly number[] = [3, 5, 7];

/** One first attempt and one for each retry. */
export const MAX_ATTEMPTS = RETRY_AFTER_DAYS.length + 1;

/** The day on which a payment is tried again after its attempt number `attemptNo` (from 1); undefined when it is not. */
export function retryOn(declineCode: string, attemptNo: number, declinedOn: LocalDate): LocalDate | undefined {
  const days = RETRY_AFTER_DAYS[attemptNo - 1];
  return days === undefined || !isSoftDecline(declineCode) ? undefined : addDays(declinedOn, days);
}
