// The posting rule of bank receipts, by a worked example.
import { COMPANY, FACT_BASE, SOURCE } from '../../../test/fact-base';
import { fundsReceived } from './funds-received';

describe('funds received', () => {
  const receipt = { ...FACT_BASE, kind: 'funds-received', sourceType: 'receipt', amountMinor: 123_000n } as const;

  it('debits bank and credits unapplied cash under the receipt, 1,230.00 each', () => {
    expect(fundsReceived({ ...receipt, party: COMPANY })).toEqual([
      { role: 'bank', amountMinor: 123_000n },
      { role: 'unapplied-cash', amountMinor: -123_000n, party: COMPANY, document: { type: 'receipt', id: SOURCE } },
    ]);
  });

  it('needs to know nobody', () => {
    expect(fundsReceived(receipt)[1]).toEqual({ role: 'unapplied-cash', amountMinor: -123_000n, document: { type: 'receipt', id: SOURCE } });
  });
});
