// What payments tells the others.
import { z } from 'zod';
import { currencyCode, defineEvent, id, minorUnits } from './event';

const paymentOutcome = z.object({
  paymentId: id,
  invoiceId: id,
  issuerId: id,
  payerType: z.enum(['company', 'member']),
  payerId: id,
  provider: z.string(),
  currency: currencyCode,
  amountMinor: minorUnits,
});

/** The provider has captured the money; allocation and journal entry are committed with it. */
export const PaymentSettled = defineEvent('payments.payment-settled.v1', paymentOutcome);

/** A payment is declined for good: hard, or soft and out of retries. */
export const PaymentFailed = defineEvent('payments.payment-failed.v1', paymentOutcome.extend({ declineCode: z.string() }));
