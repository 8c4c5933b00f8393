// The posting rule of captured payments, by a worked example.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import { paymentCaptured } from './payment-captured';

describe('payment captured', () => {
  const party = { type: 'member', id: '0197a000-0000-7000-8000-000000000004' } as const;
  const captured = (unappliedMinor?: bigint) =>
    paymentCaptured({
      kind: 'payment-captured',
      issuerId: '0197a000-0000-7000-8000-000000000001' as IssuerId,
      sourceType: 'payment',
      sourceId: '0197a000-0000-7000-8000-000000000005',
      on: localDate('2026-02-03'),
      currency: 'EUR' as Currency,
      provider: 'sandbox',
      party,
      invoiceId: '0197a000-0000-7000-8000-000000000002',
      amountMinor: 1_230n,
      ...(unappliedMinor === undefined ? {} : { unappliedMinor }),
    });

  it('debits clearing under the payment and credits receivables under the invoice, 12.30 each', () => {
    expect(captured()).toEqual([
      {
        role: 'provider-clearing',
        amountMinor: 1_230n,
        party: { type: 'provider', id: 'sandbox' },
        document: { type: 'payment', id: '0197a000-0000-7000-8000-000000000005' },
      },
      { role: 'receivables', amountMinor: -1_230n, party, document: { type: 'invoice', id: '0197a000-0000-7000-8000-000000000002' } },
    ]);
  });

  it('credits unapplied cash under the payment with the 2.30 that the invoice does not take', () => {
    expect(captured(230n).slice(1)).toEqual([
      { role: 'receivables', amountMinor: -1_000n, party, document: { type: 'invoice', id: '0197a000-0000-7000-8000-000000000002' } },
      { role: 'unapplied-cash', amountMinor: -230n, party, document: { type: 'payment', id: '0197a000-0000-7000-8000-000000000005' } },
    ]);
  });
});
