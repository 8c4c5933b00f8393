// The posting rule of allocated receipts, by a worked example.
import { COMPANY, FACT_BASE, INVOICE } from '../../../test/fact-base';
import { receiptAllocated } from './receipt-allocated';

describe('receipt allocated', () => {
  it('debits unapplied cash under the receipt of the parent and credits the receivable of the child, 500.00 each', () => {
    const receipt = { type: 'receipt', id: '0197a000-0000-7000-8000-000000000007' } as const;
    const parent = { type: 'company', id: '0197a000-0000-7000-8000-000000000008' } as const;
    const lines = receiptAllocated({
      ...FACT_BASE,
      kind: 'receipt-allocated',
      sourceType: 'allocation',
      from: { ...receipt, party: parent },
      party: COMPANY,
      invoiceId: INVOICE,
      amountMinor: 50_000n,
    });
    expect(lines).toEqual([
      { role: 'unapplied-cash', amountMinor: 50_000n, party: parent, document: receipt },
      { role: 'receivables', amountMinor: -50_000n, party: COMPANY, document: { type: 'invoice', id: INVOICE } },
    ]);
  });

  it('debits the receivable of a credited invoice with the 50.00 that it owes its payer, and credits that of the next one', () => {
    const credited = { type: 'invoice', id: '0197a000-0000-7000-8000-000000000009' } as const;
    const from = { ...credited, party: COMPANY };
    expect(receiptAllocated({ ...FACT_BASE, kind: 'receipt-allocated', sourceType: 'allocation', from, party: COMPANY, invoiceId: INVOICE, amountMinor: 5_000n })).toEqual([
      { role: 'receivables', amountMinor: 5_000n, party: COMPANY, document: credited },
      { role: 'receivables', amountMinor: -5_000n, party: COMPANY, document: { type: 'invoice', id: INVOICE } },
    ]);
  });
});
