// The posting rule of finalised invoices, by a worked example.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { invoiceFinalised } from './invoice-finalised';

const january = { start: localDate('2026-01-01'), end: localDate('2026-02-01') };

// 100 seats at 10.00 for January, 23 % VAT: net 1,000.00, tax 230.00, gross 1,230.00.
const seats: InvoiceFinalisedFact = {
  kind: 'invoice-finalised',
  issuerId: '0197a000-0000-7000-8000-000000000001' as IssuerId,
  sourceType: 'invoice',
  sourceId: '0197a000-0000-7000-8000-000000000002',
  on: localDate('2026-01-31'),
  currency: 'EUR' as Currency,
  party: { type: 'company', id: '0197a000-0000-7000-8000-000000000003' },
  documentNumber: 'FT 2026A/1',
  netMinor: 100_000n,
  taxMinor: 23_000n,
  lines: [{ lineNo: 1, netMinor: 100_000n, servicePeriod: january }],
};

describe('invoice finalised', () => {
  it('debits receivables 1,230.00 and credits deferred revenue 1,000.00 and VAT payable 230.00', () => {
    expect(invoiceFinalised(seats)).toEqual([
      { role: 'receivables', amountMinor: 123_000n, party: seats.party, document: { type: 'invoice', id: seats.sourceId } },
      { role: 'deferred-revenue', amountMinor: -100_000n },
      { role: 'vat-payable', amountMinor: -23_000n },
    ]);
  });

  it('takes credit lines with the charges: their sum is the net', () => {
    const lines = [
      { lineNo: 1, netMinor: 106_666n, servicePeriod: january },
      { lineNo: 2, netMinor: -6_666n, servicePeriod: january },
    ];
    expect(invoiceFinalised({ ...seats, lines })).toEqual(invoiceFinalised(seats));
  });

  it('refuses lines that do not add up to the net', () => {
    const lines = [{ lineNo: 1, netMinor: 99_999n, servicePeriod: january }];
    expect(() => invoiceFinalised({ ...seats, lines })).toThrow(
      expect.objectContaining({ code: 'FACT_DOES_NOT_ADD_UP', field: 'netMinor', value: '100000' }),
    );
  });
});
