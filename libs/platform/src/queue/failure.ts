// What is kept of an error: its code and message, bounded. Stacks and causes go to the log only.
import { isDomainError } from '@countinghouse/kernel';

const LONGEST_REASON = 500;

export interface Failure {
  /** The DomainError's code, or UNEXPECTED. */
  readonly code: string;
  readonly reason: string;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: isDomainError(error) ? error.code : 'UNEXPECTED', reason: message.slice(0, LONGEST_REASON) };
}

/** As one line: 'INVOICE_ALREADY_FINALISED: invoice 17 is final'. */
export function failureText(failure: Failure): string {
  return `${failure.code}: ${failure.reason}`;
}
