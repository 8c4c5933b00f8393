// Drafting entries: nothing of zero, one currency as long as there are no rates, and never out of balance.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { assertBalanced, draftEntry } from './journal-entry';

const EUR = 'EUR' as Currency;
const USD = 'USD' as Currency;
const fact: RevenueEarnedFact = {
  kind: 'revenue-earned',
  issuerId: '0197a000-0000-7000-8000-000000000001' as IssuerId,
  sourceType: 'recognition-run',
  sourceId: 'run/1',
  on: localDate('2026-01-14'),
  currency: EUR,
  amountMinor: 100n,
};
const lines = [
  { role: 'deferred-revenue', amountMinor: 100n },
  { role: 'revenue', amountMinor: -100n },
] as const;

describe('draftEntry', () => {
  it('gives each line the currency of the fact and the same functional amount', () => {
    expect(draftEntry(fact, lines, EUR).lines[0]).toEqual({ ...lines[0], currency: EUR, functionalAmountMinor: 100n });
  });

  it('leaves lines of nothing out', () => {
    expect(draftEntry(fact, [...lines, { role: 'vat-payable', amountMinor: 0n }], EUR).lines).toHaveLength(2);
  });

  it('refuses a fact that moves nothing', () => {
    expect(() => draftEntry(fact, [{ role: 'revenue', amountMinor: 0n }], EUR)).toThrow(
      expect.objectContaining({ code: 'FACT_WITHOUT_AMOUNT', value: 'run/1' }),
    );
  });

  it('refuses another currency than the functional one', () => {
    expect(() => draftEntry(fact, lines, USD)).toThrow(expect.objectContaining({ code: 'RATE_MISSING', value: 'EUR' }));
  });

  it('refuses lines that are off by one', () => {
    expect(() => draftEntry(fact, [lines[0], { role: 'revenue', amountMinor: -99n }], EUR)).toThrow(
      expect.objectContaining({ code: 'ENTRY_UNBALANCED' }),
    );
  });
});

describe('assertBalanced', () => {
  const line = (currency: Currency, amountMinor: bigint, functionalAmountMinor = amountMinor) =>
    ({ role: 'bank', currency, amountMinor, functionalAmountMinor }) as const;
  const entry = (...entryLines: ReturnType<typeof line>[]) => ({ ...draftEntry(fact, lines, EUR), lines: entryLines });

  it('wants each currency for itself to balance', () => {
    expect(() => assertBalanced(entry(line(EUR, 100n), line(USD, -100n)))).toThrow(/off by 100 minor units in EUR/);
  });

  it('wants the functional currency to balance', () => {
    expect(() => assertBalanced(entry(line(USD, 100n, 90n), line(USD, -100n, -91n)))).toThrow(/the functional currency/);
  });
});
