/** DomainError: a failure the business expects, told in words a person at the desk can act on. */

/** What an error may say beside its code and message; all of it may be shown to the user. */
export interface DomainErrorDetails {
  /** The input that is wrong, by its name in the input: `periodEnd`. */
  readonly field?: string | undefined;
  /** The offending value as text. Never a secret, a token or a card number. */
  readonly value?: string | undefined;
  /** What the user can do about it, as a sentence. */
  readonly remedy?: string | undefined;
  /** The lower-level error, for the log only. */
  readonly cause?: unknown;
}

/**
 * An expected failure. Its `code` is SCREAMING_SNAKE and is part of the API: it may be added to, never renamed.
 * A mistake of the programmer (a negative length, a forged brand) is a RangeError instead, because no user can mend it.
 */
export class DomainError extends Error {
  readonly code: string;
  readonly field?: string;
  readonly value?: string;
  readonly remedy?: string;

  constructor(code: string, message: string, details: DomainErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'DomainError';
    this.code = code;
    if (details.field !== undefined) this.field = details.field;
    if (details.value !== undefined) this.value = details.value;
    if (details.remedy !== undefined) this.remedy = details.remedy;
  }
}

/** Tells an expected failure from everything else that can be thrown. */
export function isDomainError(error: unknown): error is DomainError {
  return error instanceof DomainError;
}
