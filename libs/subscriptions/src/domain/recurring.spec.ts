// Recurring amounts by hand: what a contract comes to by the month and by the year.
import * as fc from 'fast-check';
import { aComponent, aContract, ContractOptions, day, EUR, flat, people, perPerson, TAXED } from '../../test/timelines';
import { FeeComponent } from './fee-timeline';
import { byMonth, byYear, NOTHING_RECURRING, plus, recurring, recurringFees, times } from './recurring';

const JUNE = people(['2026-01-01', 100], ['2026-06-11', 120]);
const fees = (components: readonly FeeComponent[], on: string, options: ContractOptions = {}, from = '2026-06-01') =>
  recurringFees({ contract: aContract(from, options), currency: EUR, components, headcount: () => JUNE }, day(on));
const monthly = (...args: Parameters<typeof fees>) => byMonth(fees(...args).amount);

describe('the recurring amount of fees', () => {
  it('is the full-period total of the day, whatever share of the period is in force', () => {
    const fee = aComponent('access-fee', [['2026-06-01', perPerson(1000n)]]);
    expect(monthly([fee], '2026-06-10')).toBe(100_000n);
    expect(monthly([fee], '2026-06-11')).toBe(120_000n);
    expect(fees([fee], '2026-06-11').since).toBe('2026-06-01');
  });

  it('of a quarter or a year is a third or a twelfth of it, rounded once', () => {
    expect(monthly([aComponent('access-fee', [['2026-06-01', flat(10_000n, { intervalMonths: 3 })]])], '2026-06-10', { months: 3 })).toBe(3333n);
    const yearly = fees([aComponent('access-fee', [['2026-06-01', flat(100_000n, { intervalMonths: 12 })]])], '2026-06-10', { months: 12 });
    expect(byMonth(yearly.amount)).toBe(8333n);
    expect(byYear(yearly.amount)).toBe(100_000n);
  });

  it('is less by a percentage while it lasts, and by an amount as of a whole period', () => {
    const fee = aComponent('access-fee', [['2026-06-01', flat(10_000n)]]);
    const percent = aComponent('percent-discount', [['2026-06-01', { percent: '25', periods: 1 }]]);
    expect(monthly([fee, percent], '2026-06-10')).toBe(7500n);
    expect(monthly([fee, percent], '2026-07-10')).toBe(10_000n);
    // In force for 15 of June's 30 days, it takes off 5.00 of its 10.00; by the month that is 10.00.
    const amount = aComponent('amount-discount', [['2026-06-16', { ...TAXED, amountMinor: 1000n, periods: null }]]);
    expect(monthly([fee, amount], '2026-06-20')).toBe(9000n);
  });

  it('takes in what is missing to a commitment of the period, and leaves out one-off fees and commitments of the term', () => {
    const fee = aComponent('access-fee', [['2026-06-01', flat(1000n)]], { timing: 'arrears' });
    const committed = (per: 'period' | 'term') =>
      aComponent('commitment', [['2026-06-01', { ...TAXED, amountMinor: 5000n, per }]], { timing: 'arrears' });
    expect(monthly([fee, committed('period')], '2026-06-10')).toBe(5000n);
    expect(monthly([fee, committed('term')], '2026-06-10')).toBe(1000n);
    const setUp = aComponent('one-off', [['2026-06-10', { ...TAXED, quantity: 1, unitPriceMinor: 9999n }]]);
    expect(monthly([fee, setUp], '2026-06-10')).toBe(1000n);
  });

  it('is nothing before the contract, nor after its end', () => {
    const fee = aComponent('access-fee', [['2026-06-01', flat(1000n)]]);
    expect(monthly([fee], '2026-07-31', { end: '2026-08-01' })).toBe(1000n);
    expect(monthly([fee], '2026-08-01', { end: '2026-08-01' })).toBe(0n);
    expect(fees([fee], '2026-08-01', { end: '2026-08-01' }).since).toBe('2026-06-01');
  });
});

describe('sums of recurring amounts', () => {
  it('are exact until they are rounded, in any order', () => {
    const part = fc.tuple(fc.bigInt({ min: -1_000_000n, max: 1_000_000n }), fc.constantFrom(1, 2, 3, 6, 12, 24));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const sum = (list: typeof parts) => list.reduce((total, [minor, months]) => plus(total, recurring(minor, months)), NOTHING_RECURRING);
        const exact = parts.reduce((total, [minor, months]) => total + minor * BigInt(24 / months), 0n);
        expect(sum(parts).numerator * 24n).toBe(exact * sum(parts).denominator);
        expect(sum([...parts].reverse())).toEqual(sum(parts));
        expect(byYear(sum(parts))).toBe(byMonth(times(sum(parts), 12n)));
      }),
    );
  });
});
