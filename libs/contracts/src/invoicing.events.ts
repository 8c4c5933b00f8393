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

const toldInvoice = z.object({
  invoiceId: id,
  issuerId: id,
  number: z.string(),
  payerType: z.enum(['company', 'member']),
  payerId: id,
  /** The contracts that an invoice of a company is about; none for a member's. */
  contractIds: z.array(id),
  dueOn: day,
});

/** An invoice is unpaid after the day by which it was to be paid: told once, on the issuer's day on which it was found so. */
export const InvoiceOverdue = defineEvent('invoicing.invoice-overdue.v1', toldInvoice.extend({ overdueOn: day }));

/** An invoice that was told overdue has nothing left open since the day of its last allocation: told once. */
export const InvoiceSettled = defineEvent('invoicing.invoice-settled.v1', toldInvoice.extend({ settledOn: day }));
