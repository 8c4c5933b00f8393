// When an invoice is due, by examples worked on a calendar.
import { localDate } from '@countinghouse/kernel';
import { dueDate, PaymentTermsKind, refuseTerms } from './payment-terms';

describe('payment terms', () => {
  it.each<[PaymentTermsKind, number, string, string]>([
    ['net', 0, '2026-01-31', '2026-01-31'],
    ['net', 30, '2026-01-10', '2026-02-09'],
    ['net', 30, '2026-01-31', '2026-03-02'],
    ['net', 30, '2028-01-31', '2028-03-01'],
    ['net', 60, '2025-12-15', '2026-02-13'],
    ['end-of-month', 0, '2026-01-10', '2026-01-31'],
    ['end-of-month', 0, '2026-02-28', '2026-02-28'],
    ['end-of-month', 0, '2028-02-01', '2028-02-29'],
    ['end-of-month', 30, '2026-01-10', '2026-03-02'],
    ['end-of-month', 30, '2026-01-31', '2026-03-02'],
    ['end-of-month', 15, '2025-12-01', '2026-01-15'],
  ])('%s %i days from %s is %s', (kind, days, issuedOn, due) => {
    expect(dueDate(localDate(issuedOn), { kind, days })).toBe(due);
  });

  it.each([-1, 1.5, 366, Number.NaN])('of %p days are refused', (days) => {
    expect(() => refuseTerms({ kind: 'net', days })).toThrow(expect.objectContaining({ code: 'PAYMENT_TERMS_INVALID', field: 'paymentTermsDays' }));
  });
});
