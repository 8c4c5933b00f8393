// The posting rules of the month-end revaluation, by the worked example: USD 100 booked at 80, month-end at 85.
import { Currency } from '@countinghouse/kernel';
import { COMPANY, FACT_BASE, INVOICE } from '../../../test/fact-base';
import { quotedRate } from '../exchange-rate';
import { revaluation, revaluationReversed } from './revaluation';

const document = { type: 'invoice', id: INVOICE };
const rate = quotedRate('85');
const gain = {
  ...FACT_BASE,
  sourceType: 'revaluation',
  currency: 'USD' as Currency,
  rate: '85',
  items: [{ role: 'receivables', party: COMPANY, document, functionalAmountMinor: 50_000n }],
} as const;

describe('revaluation', () => {
  it('debits the receivable and credits FX gain with 500, and moves no dollars', () => {
    expect(revaluation({ ...gain, kind: 'revaluation' })).toEqual([
      { role: 'receivables', amountMinor: 0n, functionalAmountMinor: 50_000n, party: COMPANY, document, rate },
      { role: 'fx-gain', amountMinor: 0n, functionalAmountMinor: -50_000n, rate },
    ]);
  });

  it('debits FX loss and credits the receivable when the currency has fallen', () => {
    const items = [{ ...gain.items[0], functionalAmountMinor: -20_000n }];
    expect(revaluation({ ...gain, items, kind: 'revaluation' })[1]).toEqual({ role: 'fx-loss', amountMinor: 0n, functionalAmountMinor: 20_000n, rate });
  });

  it('is reversed on the accounts that took it', () => {
    expect(revaluationReversed({ ...gain, kind: 'revaluation-reversed' })).toEqual([
      { role: 'receivables', amountMinor: 0n, functionalAmountMinor: -50_000n, party: COMPANY, document, rate },
      { role: 'fx-gain', amountMinor: 0n, functionalAmountMinor: 50_000n, rate },
    ]);
  });
});
