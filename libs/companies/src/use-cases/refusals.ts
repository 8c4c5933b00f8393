// What is said when a company that something is asked of is not there, or not fit for it.
import { DomainError } from '@countinghouse/kernel';

export function companyUnknown(field: string, value: string): DomainError {
  return new DomainError('COMPANY_UNKNOWN', `There is no company ${value}.`, { field, value, remedy: 'Choose one of the companies that are there.' });
}

export function companyClosed(field: string, number: string): DomainError {
  return new DomainError('COMPANY_CLOSED', `The company ${number} is closed.`, { field, value: number, remedy: 'Choose another company, or reopen it first.' });
}

/** The words of a person, as they are kept. @throws DomainError REASON_MISSING */
export function reasonOf(text: string | null | undefined): string {
  const reason = text?.normalize('NFC').trim().slice(0, 500) ?? '';
  if (reason !== '') return reason;
  throw new DomainError('REASON_MISSING', 'This needs a reason.', { field: 'reason', value: '', remedy: 'Say in a few words why.' });
}
