// Payment terms: when an invoice is due.
import { addDays, addMonths, DomainError, LocalDate, startOfMonth } from '@countinghouse/kernel';

/** net: so many days after the day of issue. end-of-month: so many days after the last day of the month of issue. */
export const PAYMENT_TERMS_KINDS = ['net', 'end-of-month'] as const;
export type PaymentTermsKind = (typeof PAYMENT_TERMS_KINDS)[number];

export interface PaymentTerms {
  readonly kind: PaymentTermsKind;
  readonly days: number;
}

/** The longest terms we grant, in days. */
export const PAYMENT_TERMS_DAYS_MAX = 365;

/** Issued on 10 January 2026: net 30 is due on 9 February, end of month + 30 on 2 March. */
export function dueDate(issuedOn: LocalDate, { kind, days }: PaymentTerms): LocalDate {
  return addDays(kind === 'net' ? issuedOn : endOfMonth(issuedOn), days);
}

/** @throws DomainError PAYMENT_TERMS_INVALID */
export function refuseTerms({ days }: PaymentTerms): void {
  if (Number.isInteger(days) && days >= 0 && days <= PAYMENT_TERMS_DAYS_MAX) return;
  throw new DomainError('PAYMENT_TERMS_INVALID', `${days} is not a number of days from 0 to ${PAYMENT_TERMS_DAYS_MAX}.`, {
    field: 'paymentTermsDays',
    value: String(days),
    remedy: `Give whole days from 0 to ${PAYMENT_TERMS_DAYS_MAX}.`,
  });
}

function endOfMonth(day: LocalDate): LocalDate {
  return addDays(addMonths(startOfMonth(day), 1), -1);
}
