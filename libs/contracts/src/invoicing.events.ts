// What invoicing tells the others.
import { z } from 'zod';
import { currencyCode, day, defineEvent, id, minorUnits } from './event';

/** An invoice has its number, is immutable, and stands in the ledger. */
export const InvoiceFinalised = defineEvent(
  'invoicing.invoice-finalised.v1',
  z.object({
    invoiceId: id,
    issuerId: id,
    number: z.string(),
    payerType: z.enum(['company', 'member']),
    payerId: id,
    companyId: id,
    currency: currencyCode,
    grossMinor: minorUnits,
    issuedOn: day,
    dueOn: day,
  }),
);
