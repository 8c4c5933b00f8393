// What is said about a row, or a file, that is refused.

/** Why a row is refused, in words a person with the file open can act on. */
export interface Rejection {
  /** Physical line of the file, counted from 1. */
  readonly line: number;
  /** The column by its declared name; null when the whole line is at fault. */
  readonly column: string | null;
  /** The offending text, at most 100 characters; null when there is none, or when it is a secret. */
  readonly value: string | null;
  /** SCREAMING_SNAKE, stable. */
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

const VALUE_MAX = 100;

/** A rejection with its value cut to what is shown. */
export function rejection(rejected: Rejection): Rejection {
  const { value } = rejected;
  return value !== null && value.length > VALUE_MAX ? { ...rejected, value: `${value.slice(0, VALUE_MAX - 1)}…` } : rejected;
}
