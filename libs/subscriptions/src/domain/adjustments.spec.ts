// Amounts off, caps and commitments: computed on what the fees owe, in this order, and never on what was charged.
import { aComponent, aContract, amounts, ContractOptions, Dated, day, EUR, flat, shape, sum, TAXED } from '../../test/timelines';
import { ContractChange } from './contract-timeline';
import { FeeComponent } from './fee-timeline';
import { lookedAtThrough, owedContract } from './owed-contract';

interface Options extends ContractOptions {
  readonly from?: string;
  readonly through?: string;
  readonly of?: readonly Dated<ContractChange>[];
}
function owed(components: readonly FeeComponent[], { from = '2026-06-01', through = '2026-06-30', of = [], ...options }: Options = {}) {
  const all = owedContract({ contract: aContract(from, options, ...of), currency: EUR, components, headcount: () => [] }, day(through));
  return (id: string) => all.get(components.find((one) => one.id === id)!)!;
}
const fee = (minor: bigint, id = 'fee', on = '2026-06-01') => aComponent('access-fee', [[on, flat(minor)]], { id });
const off = (amountMinor: bigint, { on = '2026-06-01', periods = null as number | null, targetId = null as string | null, id = 'off' } = {}) =>
  aComponent('amount-discount', [[on, { ...TAXED, amountMinor, periods }]], { id, targetId });
const cap = (amountMinor: bigint, { on = '2026-06-01', targetId = null as string | null } = {}) => aComponent('cap', [[on, { ...TAXED, amountMinor, per: 'period' }]], { targetId });
const commitment = (amountMinor: bigint, { on = '2026-06-01', per = 'period' as 'period' | 'term' } = {}) =>
  aComponent('commitment', [[on, { ...TAXED, amountMinor, per }]], { timing: 'arrears' });

describe('a minimum commitment', () => {
  it('is trued up by 2,167.80 for 20 of 91 days of 10,000.00 with fees of 30.00', () => {
    const [owing] = owed([fee(3409n, 'fee', '2024-03-12'), commitment(1_000_000n, { on: '2024-03-12' })], {
      from: '2024-03-12', months: 3, anchorDay: 1, anchorOn: '2024-01-01', through: '2024-03-31',
    })('commitment');
    // Fees of 34.09 a month, 102.27 a quarter, earn 22.48; so with fees of 30.00 exactly instead:
    expect(shape([owing!])).toEqual([['2024-03-12', '2024-04-01', 219_780n - 2_248n]]);
    const setUp = aComponent('one-off', [['2024-03-12', { ...TAXED, unitPriceMinor: 3000n, quantity: 1 }]]);
    const exact = owed([setUp, commitment(1_000_000n, { on: '2024-03-12' })], { from: '2024-03-12', months: 3, anchorDay: 1, anchorOn: '2024-01-01', through: '2024-03-31' })('commitment');
    expect(shape(exact)).toEqual([['2024-03-12', '2024-04-01', 216_780n]]);
    expect(exact[0]).toMatchObject({ dueOn: '2024-04-01', period: { start: '2024-03-12', end: '2024-04-01' }, facts: { base: '3000' } });
    expect(exact[0]!.rate.words).toBe('fees of 30.00 fall short of the commitment of 2197.80 (20 of 91 days of 10000.00)');
  });

  it('owes nothing when the fees reach it', () => {
    expect(owed([fee(10_000n), commitment(10_000n)])('commitment')).toEqual([]);
  });

  it('looks at the days in force only: it ends with the contract', () => {
    // 15 of 30 days: 100.00 less fees of 15.00.
    expect(shape(owed([fee(3000n), commitment(20_000n)], { end: '2026-06-16' })('commitment'))).toEqual([['2026-06-01', '2026-06-16', 8_500n]]);
  });

  it('ramps: each amount counts for its own days', () => {
    const ramp = aComponent('commitment', [['2026-06-01', { ...TAXED, amountMinor: 3000n, per: 'period' }], ['2026-06-11', { ...TAXED, amountMinor: 6000n, per: 'period' }]], { timing: 'arrears' });
    // 10 of 30 days of 30.00 and 20 of 30 of 60.00.
    expect(amounts(owed([ramp])('commitment'))).toEqual([5_000n]);
  });

  it('is, per term, trued up once, when the term has ended', () => {
    const of: Dated<ContractChange>[] = [['2026-06-01', { kind: 'term', termEndsOn: day('2026-09-01') }]];
    const components = [fee(3000n), commitment(50_000n, { per: 'term' })];
    expect(owed(components, { of, through: '2026-08-31' })('commitment')).toEqual([]);
    // Three months of 30.00.
    expect(shape(owed(components, { of, through: '2026-09-01' })('commitment'))).toEqual([['2026-06-01', '2026-09-01', 41_000n]]);
  });

  it('counts, per term, what was off or capped in its periods', () => {
    const of: Dated<ContractChange>[] = [['2026-06-01', { kind: 'term', termEndsOn: day('2026-08-01') }]];
    expect(amounts(owed([fee(3000n), off(1000n), commitment(50_000n, { per: 'term' })], { of, through: '2026-08-01' })('commitment'))).toEqual([46_000n]);
  });

  it('looks, for a term that was trued up, as far as the term now reaches', () => {
    const contract = aContract('2026-06-01', {}, ['2026-06-01', { kind: 'term', termEndsOn: day('2026-12-01') }]);
    const charged = [{ start: day('2026-06-01'), end: day('2026-09-01') }];
    expect(lookedAtThrough({ contract, components: [commitment(1n, { per: 'term' })] }, () => charged, day('2026-09-01'))).toBe('2026-12-01');
    expect(lookedAtThrough({ contract, components: [fee(1n)] }, () => charged, day('2026-07-01'))).toBe('2026-08-31');
  });
});

describe('an amount off', () => {
  it('is at most what the fees come to', () => {
    expect(shape(owed([fee(3000n), off(1000n)])('off'))).toEqual([['2026-06-01', '2026-07-01', -1000n]]);
    expect(amounts(owed([fee(3000n), off(5000n)])('off'))).toEqual([-3000n]);
    expect(owed([off(5000n)])('off')).toEqual([]);
  });

  it('is a share of it on a part of a period, and lasts for so many periods', () => {
    // 10 of 30 days of 10.00, then July whole.
    const owing = owed([fee(3000n), off(1000n, { on: '2026-06-21', periods: 2 })], { through: '2026-09-30' })('off');
    expect(shape(owing)).toEqual([['2026-06-21', '2026-07-01', -333n], ['2026-07-01', '2026-08-01', -1000n]]);
  });

  it('takes off one fee before all, and never the same money twice', () => {
    const of = owed([fee(10_000n, 'a'), fee(1000n, 'b'), off(9_000n), off(5_000n, { targetId: 'a', id: 'off-a' })]);
    // 50.00 off a; then 60.00 are left, of which 60.00 and not 90.00 can go.
    expect([amounts(of('off-a')), amounts(of('off'))]).toEqual([[-5_000n], [-6_000n]]);
  });

  it('is one charge a period that says quantity −1 at a price', () => {
    expect(owed([fee(3000n), off(1000n)])('off')[0]).toMatchObject({ rate: { totalMinor: -1000n, quantity: '-1', unitPriceMinor: 1000n, words: '10.00 off fees of 30.00' }, dueOn: '2026-06-01' });
  });
});

describe('a cap', () => {
  it('counts a one-off fee of a later day of the period from the first day of the period on', () => {
    const setUp = aComponent('one-off', [['2026-06-20', { ...TAXED, unitPriceMinor: 1000n, quantity: 1 }]]);
    for (const through of ['2026-06-01', '2026-06-19', '2026-06-20', '2026-06-30']) {
      const of = owed([fee(3000n), setUp, cap(2000n)], { through });
      expect(shape(of('cap'))).toEqual([['2026-06-01', '2026-07-01', -2000n]]);
      expect(of('one-off')).toMatchObject([{ start: '2026-06-20', dueOn: '2026-06-20' }]);
    }
    expect(owed([setUp], { from: '2026-05-01', through: '2026-05-31' })('one-off')).toEqual([]);
  });

  it('takes off what lies above it, after amounts off', () => {
    expect(amounts(owed([fee(3000n), cap(2500n)])('cap'))).toEqual([-500n]);
    expect(amounts(owed([fee(3000n), off(200n), cap(2500n)])('cap'))).toEqual([-300n]);
    expect(owed([fee(3000n), off(500n), cap(2500n)])('cap')).toEqual([]);
  });

  it('of one fee never takes more than is left of all', () => {
    const of = owed([fee(10_000n, 'a'), off(8_000n), cap(5_000n, { targetId: 'a' })]);
    expect([amounts(of('off')), amounts(of('cap'))]).toEqual([[-8_000n], []]);
  });

  it('stays below the commitment that follows it', () => {
    const of = owed([fee(9_000n), cap(6_000n), commitment(7_000n)]);
    expect(sum([...amounts(of('fee')), ...amounts(of('cap')), ...amounts(of('commitment'))])).toBe(7_000n);
  });
});
