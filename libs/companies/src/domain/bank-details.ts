// The account that money goes back to and direct debits come from.
import { electronicFormatIBAN, isValidBIC, isValidIBAN } from 'ibantools';
import { DomainError } from '@countinghouse/kernel';

/** An IBAN without blanks: its country's length, its modulo 97, and the check digits that some countries have inside. @throws DomainError IBAN_INVALID */
export function iban(text: string): string {
  const compact = electronicFormatIBAN(text) ?? '';
  if (isValidIBAN(compact)) return compact;
  // The whole number is not repeated: what is wrong with it is seen on the paper it was copied from.
  throw new DomainError('IBAN_INVALID', `The IBAN that ends in ${JSON.stringify(text.trim().slice(-4))} is not valid.`, {
    field: 'iban',
    value: text.trim().slice(-4),
    remedy: 'Check its length and digits against the bank’s letter; an IBAN looks like PT50 0002 0123 1234 5678 9015 4.',
  });
}

/** @throws DomainError BIC_INVALID */
export function bic(text: string): string {
  const compact = text.replace(/\s/g, '').toUpperCase();
  if (isValidBIC(compact)) return compact;
  throw new DomainError('BIC_INVALID', `${JSON.stringify(text.slice(0, 20))} is not a BIC.`, {
    field: 'bic',
    value: text.slice(0, 20),
    remedy: 'Give eight or eleven characters such as CGDIPTPL, or leave it out.',
  });
}
