// What a token of a provider looks like, and what it must never be: a card number.

/** Begins with a letter, so that no card number can pass, however it is written. The database keeps the same rule. */
const TOKEN = /^[A-Za-z][A-Za-z0-9_:.-]{2,199}$/;

export function isPaymentToken(text: string): boolean {
  return TOKEN.test(text);
}
