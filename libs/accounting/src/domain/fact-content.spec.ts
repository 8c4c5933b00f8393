// The content of a fact: the same for the same fact however it was put together, another for any other.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { contentOf } from './fact-content';

const january = { start: localDate('2026-01-01'), end: localDate('2026-02-01') };
const invoice: InvoiceFinalisedFact = {
  kind: 'invoice-finalised',
  issuerId: 'issuer' as IssuerId,
  sourceType: 'invoice',
  sourceId: 'invoice',
  on: localDate('2026-01-31'),
  currency: 'EUR' as Currency,
  party: { type: 'company', id: 'company' },
  documentNumber: 'FT 2026A/1',
  netMinor: 3n,
  taxMinor: 0n,
  taxes: [],
  lines: [
    { lineNo: 1, netMinor: 1n, servicePeriod: january },
    { lineNo: 2, netMinor: 2n, servicePeriod: january },
  ],
};

describe('contentOf', () => {
  it('does not depend on the order of fields or lines', () => {
    const shuffled = Object.fromEntries(Object.entries(invoice).reverse()) as unknown as InvoiceFinalisedFact;
    expect(contentOf({ ...shuffled, lines: [...invoice.lines].reverse() })).toBe(contentOf(invoice));
  });

  it('does not change when a field is added that the fact goes without', () => {
    expect(contentOf({ ...invoice, reason: undefined } as InvoiceFinalisedFact)).toBe(contentOf(invoice));
  });

  it.each<[string, Partial<InvoiceFinalisedFact>]>([
    ['an amount', { taxMinor: 1n }],
    ['the day', { on: localDate('2026-01-30') }],
    ['the party', { party: { type: 'member', id: 'company' } }],
    ['how the net is cut into lines', { lines: [{ lineNo: 1, netMinor: 3n, servicePeriod: january }] }],
  ])('differs when %s differs', (_what, change) => {
    expect(contentOf({ ...invoice, ...change })).not.toBe(contentOf(invoice));
  });
});
