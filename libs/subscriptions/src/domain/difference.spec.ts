// The worked correction of the domain rules, and that a difference once billed is none.
import { anchorOn, LocalDate } from '@countinghouse/kernel';
import { BillingCycle } from './billing-cycle';
import { ChargeOnRecord, chargesInForce } from './charged';
import { difference, NewCharge, ratedThrough } from './difference';
import { FeeTimeline, owedFee } from './owed';
import { amountOf } from './rated-stretch';

const day = (text: string) => text as LocalDate;
const people = (start: string, end: string, count: number) => ({ start: day(start), end: day(end), count });
const COMPANY = { type: 'company' as const, id: 'acme' };

function fee(headcount: FeeTimeline['headcount'], changed: Partial<FeeTimeline> = {}): FeeTimeline {
  return {
    term: { start: day('2026-06-01'), end: null },
    cycle: new BillingCycle(anchorOn(day('2026-06-01'), 1), 'advance', day('2026-06-01')),
    priceModel: 'perUnit',
    unitPriceMinor: 1000n,
    taxInclusive: false,
    taxCategory: 'standard',
    headcount,
    ...changed,
  };
}

/** Puts what was found on record, as the database would. */
function record(found: readonly NewCharge[], earlier: readonly ChargeOnRecord[] = []): ChargeOnRecord[] {
  const next = earlier.length + 1;
  return [...earlier, ...found.map((one, index) => ({ ...one, id: BigInt(next + index), payer: one.payer ?? COMPANY }))];
}
const bill = (timeline: FeeTimeline, records: readonly ChargeOnRecord[] = [], through = '2026-06-01') => {
  const charged = chargesInForce(records);
  return difference(owedFee(timeline, ratedThrough(timeline.cycle, charged, day(through))), charged);
};
const shape = (found: readonly NewCharge[]) => found.map(({ kind, start, end, amountMinor, corrects }) => [kind, start, end, amountMinor, corrects]);

const JUNE_AS_KNOWN_FIRST = [people('2026-06-01', '2026-07-01', 100)];
const JUNE_AS_IT_WAS = [people('2026-06-01', '2026-06-11', 100), people('2026-06-11', '2026-06-21', 120), people('2026-06-21', '2026-07-01', 90)];

describe('the difference between owed and charged', () => {
  it('is +66.66 and −33.33 after 20 people more from the 11th and 30 fewer from the 21st, billed in advance', () => {
    const billed = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    expect(billed.map((one) => one.rate.totalMinor)).toEqual([100_000n]);
    const correction = bill(fee(JUNE_AS_IT_WAS), billed);
    expect(shape(correction)).toEqual([
      ['credit', '2026-06-11', '2026-06-21', -33_334n, 1n],
      ['charge', '2026-06-11', '2026-06-21', 40_000n, 1n],
      ['credit', '2026-06-21', '2026-07-01', -33_333n, 1n],
      ['charge', '2026-06-21', '2026-07-01', 30_000n, 1n],
    ]);
  });

  it('is nothing once it is on record', () => {
    const first = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    const corrected = record(bill(fee(JUNE_AS_IT_WAS), first), first);
    expect(bill(fee(JUNE_AS_IT_WAS), corrected)).toEqual([]);
  });

  it('takes back only the days that are no longer owed', () => {
    const billed = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    const ended = fee(JUNE_AS_KNOWN_FIRST, { term: { start: day('2026-06-01'), end: day('2026-06-16') } });
    expect(shape(bill(ended, billed))).toEqual([['credit', '2026-06-16', '2026-07-01', -50_000n, 1n]]);
  });

  it('corrects a correction', () => {
    const first = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    const second = record(bill(fee(JUNE_AS_IT_WAS), first), first);
    const third = record(bill(fee(JUNE_AS_KNOWN_FIRST), second), second);
    expect(third.reduce((sum, one) => sum + (one.kind === 'credit' ? -amountOf(one) : amountOf(one)), 0n)).toBe(100_000n);
    expect(bill(fee(JUNE_AS_KNOWN_FIRST), third)).toEqual([]);
  });

  it('credits and charges the payer of the charge it corrects', () => {
    const billed = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    expect(new Set(bill(fee(JUNE_AS_IT_WAS), billed).map((one) => one.payer?.id))).toEqual(new Set(['acme']));
  });

  it('does not take back a later period when a run has an earlier bill-through day', () => {
    const open = fee([people('2026-06-01', '2026-09-01', 100)]);
    const billed = record(bill(open, [], '2026-08-01'));
    expect(bill(open, billed, '2026-06-01')).toEqual([]);
  });

  it('credits a period cut otherwise and charges it anew', () => {
    const billed = record(bill(fee(JUNE_AS_KNOWN_FIRST)));
    const from15th = new BillingCycle(anchorOn(day('2026-06-01'), 1, 15), 'advance', day('2026-06-01'));
    const found = bill(fee(JUNE_AS_KNOWN_FIRST, { cycle: from15th }), billed, '2026-06-01');
    expect(found.map((one) => [one.kind, one.start, one.end, one.period.start])).toEqual([
      ['credit', '2026-06-01', '2026-06-15', '2026-06-01'],
      ['charge', '2026-06-01', '2026-06-15', '2026-05-15'],
      ['credit', '2026-06-15', '2026-07-01', '2026-06-01'],
    ]);
  });
});
