// The posting rule of refunds, by worked examples: of a credit balance through the provider, of unapplied cash by bank.
import { COMPANY, FACT_BASE, INVOICE, MEMBER, SANDBOX, SOURCE } from '../../../test/fact-base';
import { refundPaid } from './refund-paid';

const refund = { ...FACT_BASE, kind: 'refund-paid', sourceType: 'refund', amountMinor: 1_230n } as const;

describe('refund paid', () => {
  it('debits the receivable of the invoice and credits clearing under the refund, 12.30 each', () => {
    const of = { type: 'invoice', id: INVOICE, party: MEMBER } as const;
    expect(refundPaid({ ...refund, of, via: { type: 'provider', provider: 'sandbox' } })).toEqual([
      { role: 'receivables', amountMinor: 1_230n, party: MEMBER, document: { type: 'invoice', id: INVOICE } },
      { role: 'provider-clearing', amountMinor: -1_230n, party: SANDBOX, document: { type: 'refund', id: SOURCE } },
    ]);
  });

  it('debits unapplied cash under the receipt and credits the bank, 12.30 each', () => {
    const receipt = { type: 'receipt', id: '0197a000-0000-7000-8000-000000000007' } as const;
    expect(refundPaid({ ...refund, of: { ...receipt, party: COMPANY }, via: { type: 'bank' } })).toEqual([
      { role: 'unapplied-cash', amountMinor: 1_230n, party: COMPANY, document: receipt },
      { role: 'bank', amountMinor: -1_230n },
    ]);
  });
});
