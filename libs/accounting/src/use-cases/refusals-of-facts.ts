// What recording a fact refuses because of the books it goes into.
import { Currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import type { Fact } from '@countinghouse/contracts';
import { AccountRole } from '../domain/account-role';
import { EntryLine } from '../domain/journal-entry';
import { Account, isActive, IssuerBooks } from '../persistence/chart.queries';

/** The account that a line is posted to on a day. @throws DomainError ACCOUNT_MISSING, ACCOUNT_CLOSED, ACCOUNT_CURRENCY_DIFFERS */
export function accountFor(line: EntryLine, day: LocalDate, books: IssuerBooks, issuerId: IssuerId): bigint {
  const account = accountOf(line.role, books, issuerId);
  if (!isActive(account, day)) {
    throw new DomainError('ACCOUNT_CLOSED', `Account ${account.code} (${line.role}) of issuer ${issuerId} is closed on ${day}.`, {
      field: 'account',
      value: account.code,
      remedy: 'Open the account again, or give its role to another.',
    });
  }
  if (account.currency !== null && account.currency !== line.currency) {
    throw new DomainError('ACCOUNT_CURRENCY_DIFFERS', `Account ${account.code} (${line.role}) takes ${account.currency} only.`, {
      field: 'currency',
      value: line.currency,
      remedy: `Post ${account.currency} to it, or use an account for ${line.currency}.`,
    });
  }
  return account.id;
}

/** @throws DomainError ACCOUNT_MISSING */
export function accountOf(role: AccountRole, books: IssuerBooks, issuerId: IssuerId): Account {
  const account = books.accounts.get(role);
  if (account) return account;
  throw new DomainError('ACCOUNT_MISSING', `The chart of issuer ${issuerId} has no account for ${role}.`, {
    field: 'role',
    value: role,
    remedy: `Add an account with the role ${role} to the chart.`,
  });
}

export function periodMissing(issuerId: IssuerId, day: LocalDate): DomainError {
  return new DomainError('PERIOD_MISSING', `Issuer ${issuerId} has no open period for ${day}, nor one after it.`, {
    field: 'on',
    value: day,
    remedy: 'Open the periods up to that day, or correct the day.',
  });
}

export function alreadyPosted(sourceType: string, sourceId: string): DomainError {
  return new DomainError('SOURCE_ALREADY_POSTED', `${sourceType} ${sourceId} is posted already with another content.`, {
    field: 'sourceId',
    value: sourceId,
    remedy: 'Correct what was posted with a fact of its own; the same fact always has the same content.',
  });
}

export function rateMissing(currency: Currency, day: LocalDate, functionalCurrency: Currency): DomainError {
  return new DomainError('RATE_MISSING', `No rate from ${currency} to ${functionalCurrency} is known for ${day} or any day before it.`, {
    field: 'currency',
    value: `${currency} ${day}`,
    remedy: 'Import the rates of the ECB up to that day, or set the rate by hand; then record the fact again.',
  });
}

export function invoiceUnknown(invoiceId: string, fact: Fact): DomainError {
  return new DomainError('CREDITED_INVOICE_UNKNOWN', `${fact.sourceType} ${fact.sourceId} credits invoice ${invoiceId}, which is not in the books.`, {
    field: 'invoiceId',
    value: invoiceId,
    remedy: 'Record the invoice first, by a call of its own.',
  });
}
