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
  taxes: [{ country: 'PT', category: 'S', rate: '23.00', baseMinor: 100_000n, taxMinor: 23_000n }],
  lines: [{ lineNo: 1, netMinor: 100_000n, servicePeriod: january }],
};

describe('invoice finalised', () => {
  it('debits receivables 1,230.00 and credits deferred revenue 1,000.00 and VAT payable 230.00', () => {
    expect(invoiceFinalised(seats)).toEqual([
      { role: 'receivables', amountMinor: 123_000n, party: seats.party, document: { type: 'invoice', id: seats.sourceId } },
      { role: 'deferred-revenue', amountMinor: -100_000n, taxCode: 'PT S 23.00' },
      { role: 'vat-payable', amountMinor: -23_000n, taxCode: 'PT S 23.00' },
    ]);
  });

  it('keeps each tax on a line of its own, with its base also where the tax is zero', () => {
    const taxes = [
      { country: 'PT', category: 'S', rate: '23.00', baseMinor: 60_000n, taxMinor: 13_800n },
      { country: 'PT', category: 'AE', rate: '0.00', baseMinor: 40_000n, taxMinor: 0n },
    ];
    expect(invoiceFinalised({ ...seats, taxMinor: 13_800n, taxes }).slice(1)).toEqual([
      { role: 'deferred-revenue', amountMinor: -60_000n, taxCode: 'PT S 23.00' },
      { role: 'deferred-revenue', amountMinor: -40_000n, taxCode: 'PT AE 0.00' },
      { role: 'vat-payable', amountMinor: -13_800n, taxCode: 'PT S 23.00' },
      { role: 'vat-payable', amountMinor: 0n, taxCode: 'PT AE 0.00' },
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

  it('refuses a line for no day, and two lines of one number', () => {
    const empty = [{ lineNo: 1, netMinor: 100_000n, servicePeriod: { start: january.start, end: january.start } }];
    expect(() => invoiceFinalised({ ...seats, lines: empty })).toThrow(expect.objectContaining({ code: 'DOCUMENT_LINE_INVALID', field: 'servicePeriod' }));
    const twice = [60_000n, 40_000n].map((netMinor) => ({ lineNo: 1, netMinor, servicePeriod: january }));
    expect(() => invoiceFinalised({ ...seats, lines: twice })).toThrow(expect.objectContaining({ code: 'DOCUMENT_LINE_INVALID', field: 'lineNo', value: '1' }));
  });

  it('refuses taxes that do not add up to the tax, or are of another base than the net', () => {
    const [tax] = seats.taxes;
    expect(() => invoiceFinalised({ ...seats, taxes: [{ ...tax!, taxMinor: 22_999n }] })).toThrow(
      expect.objectContaining({ code: 'FACT_DOES_NOT_ADD_UP', field: 'taxMinor' }),
    );
    expect(() => invoiceFinalised({ ...seats, taxes: [{ ...tax!, baseMinor: 99_999n }] })).toThrow(
      expect.objectContaining({ code: 'FACT_DOES_NOT_ADD_UP', field: 'netMinor' }),
    );
  });

  it('refuses a tax that names no country, category and rate', () => {
    const taxes = [{ ...seats.taxes[0]!, rate: '23%' }];
    expect(() => invoiceFinalised({ ...seats, taxes })).toThrow(expect.objectContaining({ code: 'TAX_UNKNOWN', value: 'PT S 23%' }));
  });
});
