// The posting rule of won disputes, by a worked example.
import { FACT_BASE, MEMBER, SANDBOX, SOURCE } from '../../../test/fact-base';
import { disputeWon } from './dispute-won';

describe('dispute won', () => {
  it('debits clearing and credits disputes receivable, 12.30 each, both under the dispute', () => {
    const dispute = { ...FACT_BASE, kind: 'dispute-won', sourceType: 'dispute', provider: 'sandbox', party: MEMBER, amountMinor: 1_230n } as const;
    expect(disputeWon(dispute)).toEqual([
      { role: 'provider-clearing', amountMinor: 1_230n, party: SANDBOX, document: { type: 'dispute', id: SOURCE } },
      { role: 'disputes', amountMinor: -1_230n, party: MEMBER, document: { type: 'dispute', id: SOURCE } },
    ]);
  });
});
