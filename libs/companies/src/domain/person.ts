// What is said of a person by hand, in its one spelling.
import { DomainError } from '@countinghouse/kernel';

/** RFC 5321 §4.5.3.1.3: a path has at most 256 octets, two of them the angle brackets. */
const EMAIL_MAX = 254;
const EMAIL = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\.]+(\.[^\s@"(),:;<>[\]\\.]+)+$/;
const MAX = { employeeId: 60, name: 200 } as const;

/** NFC, so that one name has one spelling. @throws DomainError MEMBER_INCOMPLETE, TEXT_TOO_LONG */
export function filledIn(field: 'employeeId' | 'name', text: string): string {
  const value = text.normalize('NFC').replace(/\s+/g, ' ').trim();
  if (value === '') throw new DomainError('MEMBER_INCOMPLETE', `A member has no empty ${field}.`, { field, value: text, remedy: 'Fill it in.' });
  if (value.length <= MAX[field]) return value;
  throw new DomainError('TEXT_TOO_LONG', `The ${field} has ${value.length} characters.`, { field, remedy: `Shorten it to ${MAX[field]} characters.` });
}

/** One address as written, or none. @throws DomainError EMAIL_INVALID */
export function emailOf(text: string | null | undefined): string | null {
  const value = text?.normalize('NFC').trim() || null;
  if (value === null || (value.length <= EMAIL_MAX && EMAIL.test(value))) return value;
  throw new DomainError('EMAIL_INVALID', `${JSON.stringify(value.slice(0, 60))} is not an e-mail address.`, {
    field: 'email',
    value,
    remedy: 'Write one address such as ana@example.com, or leave it out.',
  });
}
