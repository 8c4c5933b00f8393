// For the pure specs: what every fact has, and ids that read well in an expectation.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';

export const INVOICE = '0197a000-0000-7000-8000-000000000002';
export const PAYMENT = '0197a000-0000-7000-8000-000000000005';
export const SOURCE = '0197a000-0000-7000-8000-000000000009';

export const COMPANY = { type: 'company', id: '0197a000-0000-7000-8000-000000000003' } as const;
export const MEMBER = { type: 'member', id: '0197a000-0000-7000-8000-000000000004' } as const;
export const SANDBOX = { type: 'provider', id: 'sandbox' } as const;

export const FACT_BASE = {
  issuerId: '0197a000-0000-7000-8000-000000000001' as IssuerId,
  sourceId: SOURCE,
  on: localDate('2026-02-03'),
  currency: 'EUR' as Currency,
};
