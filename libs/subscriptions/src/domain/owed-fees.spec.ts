// What fees by headcount and one-off fees owe, with percentages taken off.
import { aComponent, aContract, amounts, ContractOptions, Dated, day, EUR, flat, people, perPerson, shape, TAXED } from '../../test/timelines';
import { ContractChange } from './contract-timeline';
import { FeeComponent } from './fee-timeline';
import { HeadcountStretch } from './headcount-measure';
import { owedFees } from './owed-fees';

/** 100 people, 120 from 11 June, 90 from 21 June. */
const JUNE = people(['2026-01-01', 100], ['2026-06-11', 120], ['2026-06-21', 90]);

interface Options extends ContractOptions {
  readonly from?: string;
  readonly through?: string;
  readonly headcount?: readonly HeadcountStretch[];
  readonly of?: readonly Dated<ContractChange>[];
}
function owed(components: readonly FeeComponent[], { from = '2026-06-01', through = from, headcount = JUNE, of = [], ...options }: Options = {}) {
  const fees = owedFees({ contract: aContract(from, options, ...of), currency: EUR, components, headcount: () => headcount }, day(through));
  return (id: string) => fees.get(components.find((one) => one.id === id)!)!;
}
const fee = (...terms: Parameters<typeof aComponent<'access-fee'>>[1]) => aComponent('access-fee', terms, { id: 'fee' });
const discount = (on: string, percent: string, periods: number | null = null, targetId: string | null = null, id = 'discount') =>
  aComponent('percent-discount', [[on, { percent, periods }]], { id, targetId });

describe('owed for an access fee', () => {
  it('earns 333.33, 400.00 and 300.00 for 100, 120 and 90 people of a June at 10.00', () => {
    expect(amounts(owed([fee(['2026-06-01', perPerson(1000n)])])('fee'))).toEqual([33_333n, 40_000n, 30_000n]);
  });

  it('does not fall within a period when decreases are not credited, and starts anew in the next', () => {
    const owing = owed([fee(['2026-06-01', perPerson(1000n, { onDecrease: 'none' })])], { through: '2026-07-01' })('fee');
    // 120 people from 11 June to the end of the month, then 90.
    expect(owing.map(({ start, rate }) => [start, rate.quantity])).toEqual([['2026-06-01', '100'], ['2026-06-11', '120'], ['2026-07-01', '90']]);
  });

  it.each([['peak', 120_000n], ['average', 103_333n], ['periodStart', 100_000n], ['periodEnd', 90_000n]] as const)('charges the %s of the period for the whole of it', (measure, minor) => {
    const owing = owed([fee(['2026-06-01', perPerson(1000n, { measure })])])('fee');
    expect(shape(owing)).toEqual([['2026-06-01', '2026-07-01', minor]]);
    expect(owing[0]!.facts).toEqual({ changes: [1], people: { peak: '120', average: '103.3333', periodStart: '100', periodEnd: '90' }[measure] });
  });

  it('charges a flat fee whatever the headcount, and nothing while nobody is counted', () => {
    expect(amounts(owed([fee(['2026-06-01', flat(5000n)])], { headcount: [], through: '2026-07-01' })('fee'))).toEqual([5000n, 5000n]);
    expect(owed([fee(['2026-06-01', perPerson(1000n)])], { headcount: [] })('fee')).toEqual([]);
  });

  it('costs three months a quarter, and one quarterly price', () => {
    expect(amounts(owed([fee(['2026-06-01', flat(2000n)])], { months: 3 })('fee'))).toEqual([6000n]);
    expect(amounts(owed([fee(['2026-06-01', flat(5500n, { intervalMonths: 3 })])], { months: 3 })('fee'))).toEqual([5500n]);
    expect(() => owed([fee(['2026-06-01', flat(5500n, { intervalMonths: 3 })])])).toThrow('fee has a price for 3 months, of which a period of 1 has no whole number.');
  });

  it('ramps: each terms are owed from their day on, also within a period', () => {
    const ramp = fee(['2026-06-01', flat(3000n)], ['2026-06-16', flat(6000n)], ['2026-07-01', flat(9000n)]);
    expect(shape(owed([ramp], { through: '2026-07-01' })('fee'))).toEqual([
      ['2026-06-01', '2026-06-16', 1500n],
      ['2026-06-16', '2026-07-01', 3000n],
      ['2026-07-01', '2026-08-01', 9000n],
    ]);
  });

  it('shares the periods of its contract when it is added later, and ends on its day', () => {
    expect(shape(owed([fee(['2026-06-21', flat(3000n)], ['2026-07-02', 'end'])], { through: '2026-08-01' })('fee'))).toEqual([
      ['2026-06-21', '2026-07-01', 1000n],
      ['2026-07-01', '2026-07-02', 97n], // 1 of 31 days of 30.00
    ]);
  });

  it('is not owed while the contract is suspended without being billed, and its measure looks at the other days', () => {
    const of: Dated<ContractChange>[] = [['2026-06-11', { kind: 'suspend', bills: false }], ['2026-06-21', { kind: 'resume' }]];
    // The peak is 100: the 120 were counted on suspended days.
    expect(shape(owed([fee(['2026-06-01', perPerson(1000n, { measure: 'peak' })])], { of })('fee'))).toEqual([
      ['2026-06-01', '2026-06-11', 33_333n],
      ['2026-06-21', '2026-07-01', 33_333n],
    ]);
  });

  it('is a part of a whole period when the contract begins within it', () => {
    expect(shape(owed([fee(['2026-06-12', flat(1000n)])], { from: '2026-06-12', anchorDay: 1 })('fee'))).toEqual([['2026-06-12', '2026-07-01', 633n]]);
  });

  it('follows its tax category by day', () => {
    const owing = owed([fee(['2026-06-01', flat(3000n)], ['2026-06-16', flat(3000n, { taxCategory: 'reduced' })])])('fee');
    expect(owing.map(({ start, rate }) => [start, rate.taxCategory])).toEqual([['2026-06-01', 'standard'], ['2026-06-16', 'reduced']]);
  });
});

describe('owed for a one-off fee', () => {
  const setUp = (...terms: Parameters<typeof aComponent<'one-off'>>[1]) => aComponent('one-off', terms, { id: 'set-up' });

  it('is a period of its own, on the day it begins', () => {
    const [owing] = owed([setUp(['2026-06-10', { ...TAXED, unitPriceMinor: 25_000n, quantity: 2 }])], { through: '2026-06-10' })('set-up');
    expect(owing).toMatchObject({ start: '2026-06-10', end: '2026-06-11', period: { start: '2026-06-10', end: '2026-06-11' }, dueOn: '2026-06-10' });
    expect(owing!.rate).toMatchObject({ totalMinor: 50_000n, quantity: '2', unitPriceMinor: 25_000n, words: '2 × 250.00' });
  });

  it('is due on its day, in a period that has begun, and not a second time when its terms are recorded again later', () => {
    const terms = { ...TAXED, unitPriceMinor: 25_000n, quantity: 1 };
    expect(owed([setUp(['2026-06-10', terms])], { through: '2026-05-31' })('set-up')).toEqual([]);
    expect(owed([setUp(['2026-06-10', terms])], { through: '2026-06-09' })('set-up')).toMatchObject([{ start: '2026-06-10', dueOn: '2026-06-10' }]);
    expect(shape(owed([setUp(['2026-06-10', terms], ['2026-07-10', terms])], { through: '2026-08-01' })('set-up'))).toEqual([['2026-06-10', '2026-06-11', 25_000n]]);
  });

  it('moves to another day when it is ended and begun again', () => {
    const terms = { ...TAXED, unitPriceMinor: 25_000n, quantity: 1 };
    expect(shape(owed([setUp(['2026-06-10', terms], ['2026-06-10', 'end'], ['2026-06-20', terms])], { through: '2026-08-01' })('set-up'))).toEqual([['2026-06-20', '2026-06-21', 25_000n]]);
  });

  it('is owed only if its contract owes on the day', () => {
    expect(owed([setUp(['2026-06-10', { ...TAXED, unitPriceMinor: 25_000n, quantity: 1 }])], { end: '2026-06-10', through: '2026-07-01' })('set-up')).toEqual([]);
  });
});

describe('a percentage off', () => {
  it('is taken off the full-period total, before proration', () => {
    const [owing] = owed([fee(['2026-06-21', flat(9_999n)]), discount('2026-06-01', '12.5')])('fee');
    // 12.5 % of 99.99 is 12.50 (12.49875), so 87.49 for the month; 10 of 30 days earn 29.16.
    expect([owing!.rate.totalMinor, amounts([owing!])]).toEqual([8_749n, [2_916n]]);
    expect(owing!.rate.words).toBe('99.99 flat, less 12.5 %');
  });

  it('lasts for so many periods, the one in which it begins being the first', () => {
    const owing = owed([fee(['2026-06-01', flat(3000n)]), discount('2026-06-16', '50', 2)], { through: '2026-08-01' })('fee');
    expect(shape(owing)).toEqual([
      ['2026-06-01', '2026-06-16', 1500n],
      ['2026-06-16', '2026-07-01', 750n],
      ['2026-07-01', '2026-08-01', 1500n],
      ['2026-08-01', '2026-09-01', 3000n],
    ]);
  });

  it('is for its one fee or for all, added up on the list price and at most the whole', () => {
    const other = aComponent('access-fee', [['2026-06-01', flat(1000n)]], { id: 'other' });
    const of = owed([fee(['2026-06-01', flat(3000n)]), other, discount('2026-06-01', '20'), discount('2026-06-01', '30', null, 'fee', 'more')]);
    expect([amounts(of('fee')), amounts(of('other'))]).toEqual([[1500n], [800n]]);
    expect(of('fee')[0]!.facts).toEqual({ changes: [1], discounts: ['discount', 'more'] });
    expect(owed([fee(['2026-06-01', flat(3000n)]), discount('2026-06-01', '80'), discount('2026-06-01', '70', null, null, 'more')])('fee')).toEqual([]);
  });

  it('reduces a one-off fee of its day', () => {
    const setUp = aComponent('one-off', [['2026-06-10', { ...TAXED, unitPriceMinor: 25_000n, quantity: 1 }]]);
    expect(amounts(owed([setUp, discount('2026-06-01', '10')], { through: '2026-06-10' })('one-off'))).toEqual([22_500n]);
  });
});
