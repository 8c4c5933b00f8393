// Drafting entries: nothing of zero, and never out of balance.
import { Currency, IssuerId, localDate } from '@countinghouse/kernel';
import type { RevenueEarnedFact } from '@countinghouse/contracts';
import { MAX_AMOUNT_MINOR } from './amount-limit';
import { assertBalanced, draftEntry, RuleLine } from './journal-entry';
import { functionalLines } from './valuation';

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

const inEuros = (of: readonly RuleLine[]) => functionalLines(of, EUR);

describe('draftEntry', () => {
  it('gives each line the value that the valuation says', () => {
    expect(draftEntry(fact, lines, inEuros).lines[0]).toEqual({ ...lines[0], currency: EUR, functionalAmountMinor: 100n });
  });

  it('leaves lines of nothing out', () => {
    expect(draftEntry(fact, [...lines, { role: 'vat-payable', amountMinor: 0n }], inEuros).lines).toHaveLength(2);
  });

  it('refuses a fact that moves nothing', () => {
    expect(() => draftEntry(fact, [{ role: 'revenue', amountMinor: 0n }], inEuros)).toThrow(
      expect.objectContaining({ code: 'FACT_WITHOUT_AMOUNT', value: 'run/1' }),
    );
  });

  it('refuses an amount above the limit, in either currency', () => {
    const tooLarge = MAX_AMOUNT_MINOR + 1n;
    const of = (amountMinor: bigint) => lines.map((line) => ({ ...line, amountMinor: line.amountMinor > 0n ? amountMinor : -amountMinor }));
    expect(() => draftEntry(fact, of(tooLarge), inEuros)).toThrow(expect.objectContaining({ code: 'AMOUNT_TOO_LARGE', value: String(tooLarge) }));
    const inRupees = (ruleLines: readonly RuleLine[]) => inEuros(ruleLines).map((line) => ({ ...line, functionalAmountMinor: 90n * line.functionalAmountMinor }));
    expect(() => draftEntry(fact, of(MAX_AMOUNT_MINOR / 10n), inRupees)).toThrow(expect.objectContaining({ code: 'AMOUNT_TOO_LARGE' }));
  });

  it('refuses lines that are off by one', () => {
    expect(() => draftEntry(fact, [lines[0], { role: 'revenue', amountMinor: -99n }], inEuros)).toThrow(
      expect.objectContaining({ code: 'ENTRY_UNBALANCED' }),
    );
  });
});

describe('assertBalanced', () => {
  const line = (currency: Currency, amountMinor: bigint, functionalAmountMinor = amountMinor) =>
    ({ role: 'bank', currency, amountMinor, functionalAmountMinor }) as const;
  const entry = (...entryLines: ReturnType<typeof line>[]) => ({ ...draftEntry(fact, lines, inEuros), lines: entryLines });

  it('wants each currency for itself to balance', () => {
    expect(() => assertBalanced(entry(line(EUR, 100n), line(USD, -100n)))).toThrow(/off by 100 minor units in EUR/);
  });

  it('wants the functional currency to balance', () => {
    expect(() => assertBalanced(entry(line(USD, 100n, 90n), line(USD, -100n, -91n)))).toThrow(/the functional currency/);
  });
});
