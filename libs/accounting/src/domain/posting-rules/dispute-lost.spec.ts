// The posting rule of lost disputes, by a worked example.
import { FACT_BASE, MEMBER, SOURCE } from '../../../test/fact-base';
import { disputeLost } from './dispute-lost';

describe('dispute lost', () => {
  it('debits bad debt with what the dispute stands at and credits disputes receivable, 12.30 each', () => {
    const dispute = { ...FACT_BASE, kind: 'dispute-lost', sourceType: 'dispute', provider: 'sandbox', party: MEMBER, amountMinor: 1_230n } as const;
    expect(disputeLost(dispute)).toEqual([
      { role: 'bad-debt', amountMinor: 1_230n, party: MEMBER, takesOtherSide: true },
      { role: 'disputes', amountMinor: -1_230n, party: MEMBER, document: { type: 'dispute', id: SOURCE } },
    ]);
  });
});
