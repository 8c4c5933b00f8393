// The posting rule of earned revenue, by a worked example.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import { FACT_BASE } from '../../../test/fact-base';
import { revenueEarned } from './revenue-earned';

const earned = (amountMinor: bigint) =>
  revenueEarned({
    kind: 'revenue-earned',
    issuerId: '0197a000-0000-7000-8000-000000000001' as IssuerId,
    sourceType: 'recognition-run',
    sourceId: 'run/1-5000/EUR',
    on: localDate('2026-01-14'),
    currency: 'EUR' as Currency,
    amountMinor,
  });

describe('revenue earned', () => {
  it('moves 116.64 from deferred revenue to revenue', () => {
    expect(earned(11_664n)).toEqual([
      { role: 'deferred-revenue', amountMinor: 11_664n },
      { role: 'revenue', amountMinor: -11_664n },
    ]);
  });

  it('moves it back when it is negative', () => {
    expect(earned(-11_664n)).toEqual([
      { role: 'deferred-revenue', amountMinor: -11_664n },
      { role: 'revenue', amountMinor: 11_664n },
    ]);
  });

  it('earns a foreign amount at what it was deferred at', () => {
    const fact = { ...FACT_BASE, kind: 'revenue-earned', sourceType: 'recognition-run', amountMinor: 10_000n, functionalAmountMinor: 800_000n } as const;
    expect(revenueEarned(fact).map((line) => line.functionalAmountMinor)).toEqual([800_000n, -800_000n]);
  });
});
