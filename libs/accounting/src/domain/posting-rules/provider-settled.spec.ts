// The posting rule of provider settlements, by a worked example.
import type { ProviderSettledFact } from '@countinghouse/contracts';
import { FACT_BASE, PAYMENT, SANDBOX } from '../../../test/fact-base';
import { providerSettled } from './provider-settled';

const REFUND = '0197a000-0000-7000-8000-000000000006';

// A payment of 100.00 less a refund of 20.00; the provider keeps 1.75 and pays 78.25 out.
const settlement: ProviderSettledFact = {
  ...FACT_BASE,
  kind: 'provider-settled',
  sourceType: 'settlement',
  provider: 'sandbox',
  items: [
    { type: 'payment', id: PAYMENT, amountMinor: 10_000n },
    { type: 'refund', id: REFUND, amountMinor: -2_000n },
  ],
  feeMinor: 175n,
  bankMinor: 7_825n,
};

describe('provider settled', () => {
  it('debits bank 78.25 and fees 1.75 and clears each item under its own document', () => {
    expect(providerSettled(settlement)).toEqual([
      { role: 'bank', amountMinor: 7_825n },
      { role: 'provider-fees', amountMinor: 175n, party: SANDBOX },
      { role: 'provider-clearing', amountMinor: -10_000n, party: SANDBOX, document: { type: 'payment', id: PAYMENT } },
      { role: 'provider-clearing', amountMinor: 2_000n, party: SANDBOX, document: { type: 'refund', id: REFUND } },
    ]);
  });

  it('refuses items that are not the payout and the fees', () => {
    expect(() => providerSettled({ ...settlement, feeMinor: 174n })).toThrow(
      expect.objectContaining({ code: 'FACT_DOES_NOT_ADD_UP', field: 'items', value: '8000' }),
    );
  });
});
