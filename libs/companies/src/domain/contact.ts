// The people of a company whom we talk to, and what about.
import { DomainError } from '@countinghouse/kernel';
import { email } from './company-profile';

export const CONTACT_ROLES = ['billing', 'hr', 'legal', 'technical', 'management'] as const;
export type ContactRole = (typeof CONTACT_ROLES)[number];

export interface Contact {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly roles: readonly ContactRole[];
}

/** In its canonical spelling. @throws DomainError CONTACT_INCOMPLETE, EMAIL_INVALID, PHONE_INVALID */
export function checkContact(contact: Contact): Contact {
  const name = contact.name.normalize('NFC').trim();
  const mailbox = contact.email?.trim() || null;
  const phone = contact.phone?.replace(/[\s().-]/g, '') || null;
  if (name === '' || name.length > 200) throw incomplete('name', contact.name, 'Give a name of at most 200 characters.');
  if (mailbox === null && phone === null) throw incomplete('email', '', 'Give an e-mail address or a telephone number.');
  if (contact.roles.length === 0) throw incomplete('roles', '', `Give one or more of ${CONTACT_ROLES.join(', ')}.`);
  if (phone !== null && !/^\+?\d{4,15}$/.test(phone)) {
    throw new DomainError('PHONE_INVALID', `${JSON.stringify(contact.phone!.slice(0, 30))} is not a telephone number.`, {
      field: 'phone',
      value: contact.phone!.slice(0, 30),
      remedy: 'Write it with its country, such as +351 210 000 000.',
    });
  }
  return { name, email: mailbox === null ? null : email(mailbox), phone, roles: CONTACT_ROLES.filter((role) => contact.roles.includes(role)) };
}

function incomplete(field: string, value: string, remedy: string): DomainError {
  return new DomainError('CONTACT_INCOMPLETE', `A contact needs ${field === 'email' ? 'an e-mail address or a telephone number' : field}.`, { field, value: value.slice(0, 60), remedy });
}
