// The posting rule of credit notes, by a worked example.
import { localDate } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact } from '@countinghouse/contracts';
import { COMPANY, FACT_BASE, INVOICE } from '../../../test/fact-base';
import { Credit } from '../credit';
import { creditNoteFinalised } from './credit-note-finalised';

const tax = { country: 'PT', category: 'S', rate: '23.00' };
const line = { lineNo: 1, invoiceLineNo: 1, netMinor: 31_000n, tax };

// 310.00 of January is credited after ten days of it were recognised: 100.00 is earned, 210.00 is not.
const creditNote: CreditNoteFinalisedFact = {
  ...FACT_BASE,
  kind: 'credit-note-finalised',
  sourceType: 'credit-note',
  party: COMPANY,
  documentNumber: 'NC 2026A/1',
  invoiceId: INVOICE,
  netMinor: 31_000n,
  taxMinor: 7_130n,
  taxes: [{ ...tax, baseMinor: 31_000n, taxMinor: 7_130n }],
  lines: [line],
};
const credit: Credit = {
  line,
  reduces: 7n,
  servicePeriod: { start: localDate('2026-01-01'), end: localDate('2026-02-01') },
  amountMinor: 31_000n,
  functionalAmountMinor: 31_000n,
  earnedMinor: 10_000n,
  earnedFunctionalMinor: 10_000n,
  recognisedThrough: localDate('2026-01-10'),
};

describe('credit note finalised', () => {
  it('debits deferred revenue 210.00, revenue 100.00 and VAT 71.30, and credits the receivable of the invoice 381.30', () => {
    expect(creditNoteFinalised(creditNote, { credits: [credit] })).toEqual([
      { role: 'deferred-revenue', amountMinor: 21_000n, functionalAmountMinor: 21_000n, taxCode: 'PT S 23.00' },
      { role: 'revenue', amountMinor: 10_000n, functionalAmountMinor: 10_000n, taxCode: 'PT S 23.00' },
      { role: 'vat-payable', amountMinor: 7_130n, taxCode: 'PT S 23.00' },
      { role: 'receivables', amountMinor: -38_130n, party: COMPANY, document: { type: 'invoice', id: INVOICE } },
    ]);
  });

  it('takes the tax back at what the invoice carries of it', () => {
    expect(creditNoteFinalised(creditNote, { credits: [credit], taxesWorthMinor: [570_400n] })[2]).toMatchObject({ role: 'vat-payable', functionalAmountMinor: 570_400n });
  });

  it('refuses lines that are not its net', () => {
    expect(() => creditNoteFinalised({ ...creditNote, netMinor: 30_999n }, { credits: [credit] })).toThrow(
      expect.objectContaining({ code: 'FACT_DOES_NOT_ADD_UP', field: 'netMinor' }),
    );
  });
});
