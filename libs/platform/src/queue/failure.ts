// What is kept of an error: its code and message, bounded. Stacks and causes go to the log only.
import { isDomainError } from '@countinghouse/kernel';
import { TookTooLong } from './time-limit';

const LONGEST_REASON = 500;

export interface Failure {
  /** The DomainError's code, TOOK_TOO_LONG, or UNEXPECTED. */
  readonly code: string;
  readonly reason: string;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: codeOf(error), reason: message.slice(0, LONGEST_REASON) };
}

function codeOf(error: unknown): string {
  if (isDomainError(error)) return error.code;
  return error instanceof TookTooLong ? 'TOOK_TOO_LONG' : 'UNEXPECTED';
}

/** As one line: 'INVOICE_ALREADY_FINALISED: invoice 17 is final'. */
export function failureText(failure: Failure): string {
  return `${failure.code}: ${failure.reason}`;
}
