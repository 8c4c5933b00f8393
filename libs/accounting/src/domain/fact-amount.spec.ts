// The amounts of facts: above zero wherever the kind of the fact says which way the money went.
import type { PaymentCapturedFact } from '@countinghouse/contracts';
import { FACT_BASE, INVOICE, MEMBER } from '../../test/fact-base';
import { assertPositive } from './fact-amount';

const payment: PaymentCapturedFact = {
  ...FACT_BASE,
  kind: 'payment-captured',
  sourceType: 'payment',
  provider: 'sandbox',
  party: MEMBER,
  invoiceId: INVOICE,
  amountMinor: 1_230n,
};

describe('assertPositive', () => {
  it('takes an amount above zero, whole or in part unapplied', () => {
    expect(() => assertPositive(payment)).not.toThrow();
    expect(() => assertPositive({ ...payment, unappliedMinor: 1_230n })).not.toThrow();
  });

  it('takes revenue back', () => {
    expect(() => assertPositive({ ...FACT_BASE, kind: 'revenue-earned', sourceType: 'recognition', amountMinor: -1n })).not.toThrow();
  });

  it.each<[string, Partial<PaymentCapturedFact>]>([
    ['nothing', { amountMinor: 0n }],
    ['less than nothing', { amountMinor: -1n }],
    ['less than nothing unapplied', { unappliedMinor: -1n }],
    ['more unapplied than there is', { unappliedMinor: 1_231n }],
  ])('refuses a payment of %s', (_what, change) => {
    expect(() => assertPositive({ ...payment, ...change })).toThrow(expect.objectContaining({ code: 'FACT_AMOUNT_NOT_POSITIVE' }));
  });
});
