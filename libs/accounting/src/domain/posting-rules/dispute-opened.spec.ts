// The posting rule of opened disputes, by a worked example.
import { FACT_BASE, MEMBER, SANDBOX, SOURCE } from '../../../test/fact-base';
import { disputeOpened } from './dispute-opened';

describe('dispute opened', () => {
  it('debits disputes receivable and credits clearing, 12.30 each, both under the dispute', () => {
    const dispute = { ...FACT_BASE, kind: 'dispute-opened', sourceType: 'dispute', provider: 'sandbox', party: MEMBER, amountMinor: 1_230n } as const;
    expect(disputeOpened(dispute)).toEqual([
      { role: 'disputes', amountMinor: 1_230n, party: MEMBER, document: { type: 'dispute', id: SOURCE } },
      { role: 'provider-clearing', amountMinor: -1_230n, party: SANDBOX, document: { type: 'dispute', id: SOURCE } },
    ]);
  });
});
