// One document per payer and currency; who cannot be billed yet is left, and nobody else with them.
import { currency, DomainError, localDate } from '@countinghouse/kernel';
import { documentsToIssue, PayerLine } from './documents-to-issue';
import { TaxedBuyer } from './tax';

const issuedOn = localDate('2026-11-02');

function line(payerId: string, listedMinor: bigint, inCurrency = 'EUR'): PayerLine {
  return {
    payerType: 'company',
    payerId,
    currency: currency(inCurrency),
    description: 'Access fee',
    quantity: '1',
    unitPriceMinor: 100n,
    listedMinor,
    taxInclusive: false,
    product: 'standard',
    servicePeriod: { start: localDate('2026-10-01'), end: localDate('2026-11-01') },
  };
}

function issued(lines: PayerLine[], buyers: Record<string, TaxedBuyer | DomainError> = {}) {
  const home: TaxedBuyer = { kind: 'company', country: 'PT', vatStatus: 'valid', taxId: 'PT1' };
  return documentsToIssue('PT', issuedOn, lines, (payerId) => buyers[payerId] ?? home);
}

describe('documentsToIssue', () => {
  it('makes one document for each payer and currency, in the order of the payers', () => {
    const { documents } = issued([line('b', 100n), line('a', 100n), line('b', 300n), line('b', 100n, 'USD')]);
    expect(documents.map(({ payerId, currency: of, assembled }) => [payerId, of, assembled.netMinor])).toEqual([
      ['a', 'EUR', 100n],
      ['b', 'EUR', 400n],
      ['b', 'USD', 100n],
    ]);
  });

  it('leaves who owes nothing or less to the next document', () => {
    const { documents, carriedOver } = issued([line('a', 100n), line('a', -100n), line('b', -5n), line('c', 5n)]);
    expect(documents.map((each) => each.payerId)).toEqual(['c']);
    expect(carriedOver).toBe(2);
  });

  it('lets wait, once and with the reason, whose tax is not known', () => {
    const unchecked: TaxedBuyer = { kind: 'company', country: 'DE', vatStatus: 'unchecked', taxId: 'DE1' };
    const { documents, waiting } = issued([line('a', 100n), line('b', 100n), line('b', 100n, 'USD')], { b: unchecked });
    expect(documents.map((each) => each.payerId)).toEqual(['a']);
    expect(waiting).toEqual([{ payerType: 'company', payerId: 'b', reason: expect.objectContaining({ code: 'VAT_STATUS_UNCHECKED' }) }]);
  });

  it('lets wait who is to get no document, unless it would get none anyway', () => {
    const closed = new DomainError('COMPANY_CLOSED', 'The company is closed.', {});
    const { documents, waiting, carriedOver } = issued([line('a', 100n), line('b', 100n), line('c', 100n), line('c', -200n)], { b: closed, c: closed });
    expect(documents.map((each) => each.payerId)).toEqual(['a']);
    expect(waiting).toEqual([{ payerType: 'company', payerId: 'b', reason: closed }]);
    expect(carriedOver).toBe(1);
  });
});
