// What an enrolment owes: the worked examples of the domain rules, one for each kind of change, and each way a price applies.
import { addDays, decimal } from '@countinghouse/kernel';
import { aContract, amounts, anEnrolment, aPlan, ContractOptions, Dated, day, GOLD, price, shape, SILVER, sum } from '../../test/timelines';
import { ContractChange } from './contract-timeline';
import { EnrolmentChange } from './enrolment-timeline';
import { owedEnrolment } from './owed';
import { PlanTerms, PriceVersion, TaxVersion } from './rate-card';
import { Subsidy } from './subsidy';

type Changes = readonly Dated<EnrolmentChange>[];
const starts = (on: string, planId = GOLD): Dated<EnrolmentChange> => [on, { kind: 'start', planId }];
const changesPlan = (on: string, planId = SILVER): Dated<EnrolmentChange> => [on, { kind: 'plan', planId }];
const just = (on: string, kind: Exclude<EnrolmentChange['kind'], 'start' | 'plan'>): Dated<EnrolmentChange> => [on, { kind }];
const gold = (...prices: PriceVersion[]) => aPlan(GOLD, prices);
const percent = (text: string, capMinor: bigint | null = null): Subsidy => ({ mode: 'percent', percent: decimal(text), capMinor });

interface Options extends ContractOptions {
  readonly from?: string;
  readonly through?: string;
  readonly of?: readonly Dated<ContractChange>[];
}
function owed(changes: Changes, plans: readonly PlanTerms[], { from = '2026-01-01', through = from, of = [], ...options }: Options = {}) {
  return owedEnrolment(anEnrolment(aContract(from, options, ...of), plans, changes), day(through));
}

describe('owed for an enrolment', () => {
  it('earns 116.64 of 249.95 in the first 14 of 30 days', () => {
    const { member } = owed([starts('2026-06-01'), just('2026-06-15', 'end')], [gold(price('2026-01-01', 24_995n))], { from: '2026-06-01' });
    expect(shape(member)).toEqual([['2026-06-01', '2026-06-15', 11_664n]]);
  });

  it('keeps 2.71, 2.71 and 3.48 of 12.00 for a January paused from the 8th to the 10th and the 17th to the 23rd', () => {
    const pauses = [just('2026-01-08', 'pause'), just('2026-01-10', 'resume'), just('2026-01-17', 'pause'), just('2026-01-23', 'resume')];
    expect(amounts(owed([starts('2026-01-01'), ...pauses], [gold(price('2026-01-01', 1200n))]).member)).toEqual([271n, 271n, 348n]);
  });

  it('owes nothing for the days of a trial', () => {
    const { member } = owed([starts('2026-06-01'), just('2026-06-01', 'trial'), just('2026-06-16', 'trial-end')], [gold(price('2026-01-01', 3000n))], { from: '2026-06-01' });
    expect(shape(member)).toEqual([['2026-06-16', '2026-07-01', 1500n]]);
  });

  it('owes nothing for an enrolment that ends on the day it starts', () => {
    expect(owed([starts('2026-01-05'), just('2026-01-05', 'end')], [gold(price('2026-01-01', 3100n))])).toEqual({ company: [], member: [] });
  });

  it('nets to what it was when a change is made and undone on one day', () => {
    const plans = [gold(price('2026-01-01', 3100n)), aPlan(SILVER, [price('2026-01-01', 1550n)])];
    const undone = owed([starts('2026-01-01'), changesPlan('2026-01-17'), changesPlan('2026-01-17', GOLD)], plans);
    expect(shape(undone.member)).toEqual(shape(owed([starts('2026-01-01')], plans).member));
  });

  it('follows the plan from the day of the change', () => {
    const plans = [gold(price('2026-01-01', 3100n)), aPlan(SILVER, [price('2026-01-01', 1550n)])];
    const { member } = owed([starts('2026-01-01'), changesPlan('2026-01-17')], plans);
    // 16 of 31 days of 31.00, and 15 of 15.50.
    expect(member.map(({ rate }, index) => [rate.planId, amounts(member)[index]])).toEqual([[GOLD, 1600n], [SILVER, 750n]]);
  });

  it('ends with the contract even if the enrolment goes on', () => {
    const { member } = owed([starts('2026-01-01')], [gold(price('2026-01-01', 3100n))], { end: '2026-02-15', through: '2026-06-01' });
    expect(shape(member)).toEqual([['2026-01-01', '2026-02-01', 3100n], ['2026-02-01', '2026-02-15', 1550n]]);
  });

  it('is not owed while its contract is suspended, unless the suspension is billed', () => {
    const suspended = (bills: boolean) =>
      owed([starts('2026-06-01')], [gold(price('2026-01-01', 3000n))], { from: '2026-06-01', of: [['2026-06-11', { kind: 'suspend', bills }], ['2026-06-21', { kind: 'resume' }]] });
    expect(shape(suspended(false).member)).toEqual([['2026-06-01', '2026-06-11', 1000n], ['2026-06-21', '2026-07-01', 1000n]]);
    expect(sum(amounts(suspended(true).member))).toBe(3000n);
  });

  it('earns 19 of 30 days and 25 of 30 when the anchor moves from the 1st to the 15th on 20 June', () => {
    const { member } = owed([starts('2026-06-01')], [gold(price('2026-01-01', 3000n))], {
      from: '2026-06-01', through: '2026-06-20', of: [['2026-06-20', { kind: 'cycle', anchorDay: 15, cycleMonths: 1, anchorOn: null }]],
    });
    expect(shape(member)).toEqual([['2026-06-01', '2026-06-20', 1900n], ['2026-06-20', '2026-07-15', 2500n]]);
  });

  it('earns a day more in February of a leap year', () => {
    const february = (year: string) =>
      shape(owed([starts(`${year}-02-15`)], [gold(price('2020-01-01', 2900n))], { from: `${year}-02-01` }).member).map(([, , amount]) => amount);
    expect(february('2024')).toEqual([1500n]); // 15 of 29 days
    expect(february('2026')).toEqual([1450n]); // 14 of 28 days
  });

  it('works to the minor unit of currencies with none and with three decimals', () => {
    const of = (minor: bigint) => amounts(owed([starts('2026-01-01'), just('2026-01-11', 'end')], [gold(price('2026-01-01', minor))]).member);
    expect(of(5000n)).toEqual([1613n]); // JPY 5000 × 10/31 = 1612.9
    expect(of(12_345n)).toEqual([3982n]); // KWD 12.345 × 10/31 = 3.98226
  });

  it('asks the company for the member’s part on payroll days, and the member on the others', () => {
    const { member } = owed([starts('2026-06-01'), just('2026-06-11', 'payroll'), just('2026-06-21', 'card')], [gold(price('2026-01-01', 3000n))], { from: '2026-06-01' });
    expect(member.map(({ start, rate }) => [start, rate.payerType])).toEqual([['2026-06-01', 'member'], ['2026-06-11', 'company'], ['2026-06-21', 'member']]);
  });

  it('traces each stretch to the changes, the price and the subsidy that it comes from', () => {
    const plans = [aPlan(GOLD, [price('2026-01-01', 3100n)], { subsidy: percent('50') }), aPlan(SILVER, [price('2026-01-01', 1550n)])];
    const { member } = owed([starts('2026-01-01'), just('2026-01-08', 'pause'), just('2026-01-10', 'resume'), changesPlan('2026-01-17')], plans);
    expect(member.map(({ facts }) => facts)).toEqual([
      { changes: [1], price: '2026-01-01 3100', subsidy: '2000-01-01/1' },
      { changes: [1, 3], price: '2026-01-01 3100', subsidy: '2000-01-01/1' },
      { changes: [1, 3, 4], price: '2026-01-01 1550' },
    ]);
  });
});

describe('the subsidy of an enrolment', () => {
  const split = (subsidy: Subsidy, minor = 3000n, months = 1) => {
    const { company, member } = owed([starts('2026-01-01')], [aPlan(GOLD, [price('2026-01-01', minor)], { subsidy })], { months });
    return [sum(amounts(company)), sum(amounts(member))];
  };

  it('splits the price so that company and member add up on every stretch', () => {
    const { company, member } = owed([starts('2026-01-01'), just('2026-01-12', 'end')], [aPlan(GOLD, [price('2026-01-01', 3333n)], { subsidy: percent('33.3') })]);
    // 33.3 % of 33.33 is 11.10; 11 of 31 days earn 3.94 of it (3.9387) and 11.83 of the whole (11.8268).
    expect(company.map(({ rate }) => rate.totalMinor)).toEqual([1110n]);
    expect([amounts(company), amounts(member)]).toEqual([[394n], [789n]]);
  });

  it('never exceeds its cap or the price', () => {
    expect(split({ mode: 'fixed', amountMinor: 1000n, capMinor: null })).toEqual([1000n, 2000n]);
    expect(split({ mode: 'fixed', amountMinor: 4000n, capMinor: null })).toEqual([3000n, 0n]);
    expect(split(percent('80', 2000n))).toEqual([2000n, 1000n]);
  });

  it('is by the month, and so is its cap', () => {
    expect(split({ mode: 'fixed', amountMinor: 1000n, capMinor: null }, 3000n, 3)).toEqual([3000n, 6000n]);
    expect(split(percent('80', 2000n), 3000n, 3)).toEqual([6000n, 3000n]);
  });

  it('owes nothing, not a charge of nothing, where the other payer bears the whole price', () => {
    const { company, member } = owed([starts('2026-01-01')], [aPlan(GOLD, [price('2026-01-01', 3000n)], { subsidy: percent('100') })]);
    expect([company.length, member.length]).toEqual([1, 0]);
  });

  it('is the plan’s own from its first rule on, and before it that of all plans', () => {
    const plan: PlanTerms = { ...gold(price('2026-01-01', 3100n)), subsidies: [{ effectiveFrom: day('2026-01-11'), seq: 2, subsidy: percent('10') }] };
    const ofAll = [{ effectiveFrom: day('2026-01-01'), seq: 1, subsidy: percent('50') }, { effectiveFrom: day('2026-01-20'), seq: 3, subsidy: percent('90') }];
    const { company } = owedEnrolment(anEnrolment(aContract('2026-01-01'), [plan], [starts('2026-01-01')], 'advance', ofAll), day('2026-01-01'));
    // 10 days of 15.50, then 21 days of 3.10.
    expect(shape(company)).toEqual([['2026-01-01', '2026-01-11', 500n], ['2026-01-11', '2026-02-01', 210n]]);
  });

  it('is, of two rules for one day, the one recorded last', () => {
    const subsidies = [{ effectiveFrom: day('2026-01-01'), seq: 2, subsidy: percent('20') }, { effectiveFrom: day('2026-01-01'), seq: 1, subsidy: percent('50') }];
    expect(amounts(owed([starts('2026-01-01')], [{ ...gold(price('2026-01-01', 3000n)), subsidies }]).company)).toEqual([600n]);
  });
});

describe('the price of a plan', () => {
  const member = (prices: readonly PriceVersion[], options: Options = {}) => shape(owed([starts(options.from ?? '2026-01-01')], [gold(...prices)], options).member);

  it('applies from its day, also within a period', () => {
    expect(member([price('2026-01-01', 3100n), price('2026-01-11', 6200n)], { through: '2026-02-01' })).toEqual([
      ['2026-01-01', '2026-01-11', 1000n],
      ['2026-01-11', '2026-02-01', 4200n],
      ['2026-02-01', '2026-03-01', 6200n],
    ]);
  });

  it('applies from the next period on, if it is said to', () => {
    expect(member([price('2026-01-01', 3100n), price('2026-01-11', 6200n, { appliesTo: 'all-at-next-period' })], { through: '2026-02-01' })).toEqual([
      ['2026-01-01', '2026-02-01', 3100n],
      ['2026-02-01', '2026-03-01', 6200n],
    ]);
    // On the first day of a period, that period is the next.
    expect(member([price('2026-01-01', 3100n), price('2026-02-01', 6200n, { appliesTo: 'all-at-next-period' })], { through: '2026-02-01' })[1]).toEqual(['2026-02-01', '2026-03-01', 6200n]);
  });

  it('applies to new contracts only, if it is said to', () => {
    const prices = [price('2026-01-01', 3100n), price('2026-03-01', 6200n, { appliesTo: 'new-contracts' })];
    expect(sum(member(prices, { from: '2026-02-28', anchorDay: 1, through: '2026-03-01' }).map(([, , amount]) => amount as bigint))).toBe(111n + 3100n); // 1 of 28 days, and March
    expect(member(prices, { from: '2026-03-01' })).toEqual([['2026-03-01', '2026-04-01', 6200n]]);
    // A later price for all replaces it.
    expect(member([...prices, price('2026-04-01', 3000n)], { from: '2026-03-01', through: '2026-04-01' })[1]).toEqual(['2026-04-01', '2026-05-01', 3000n]);
  });

  it('is that of the longest interval that divides the period: a yearly price for a year, a monthly one else', () => {
    const prices = [price('2026-01-01', 1000n), price('2026-01-01', 2700n, { months: 3 }), price('2026-01-01', 9600n, { months: 12 })];
    expect(member(prices)).toEqual([['2026-01-01', '2026-02-01', 1000n]]);
    expect(member(prices, { months: 3 })).toEqual([['2026-01-01', '2026-04-01', 2700n]]);
    expect(member(prices, { months: 6 })).toEqual([['2026-01-01', '2026-07-01', 5400n]]);
    expect(member(prices, { months: 12 })).toEqual([['2026-01-01', '2027-01-01', 9600n]]);
  });

  it('changes with the length of the cycle', () => {
    const prices = [price('2026-01-01', 1000n), price('2026-01-01', 9600n, { months: 12 })];
    const yearly: Dated<ContractChange> = ['2026-02-01', { kind: 'cycle', anchorDay: 1, cycleMonths: 12, anchorOn: null }];
    expect(member(prices, { of: [yearly], through: '2026-02-01' })).toEqual([['2026-01-01', '2026-02-01', 1000n], ['2026-02-01', '2027-02-01', 9600n]]);
  });

  it('carries the tax category of each day', () => {
    const taxes: TaxVersion[] = [{ effectiveFrom: day('2026-01-01'), seq: 1, taxCategory: 'standard' }, { effectiveFrom: day('2026-06-16'), seq: 2, taxCategory: 'reduced' }];
    const { member: owedBy } = owed([starts('2026-06-01')], [aPlan(GOLD, [price('2026-01-01', 3000n)], { taxes })], { from: '2026-06-01' });
    expect(owedBy.map(({ start, rate }, index) => [start, rate.taxCategory, amounts(owedBy)[index]])).toEqual([['2026-06-01', 'standard', 1500n], ['2026-06-16', 'reduced', 1500n]]);
  });

  it('is missed by name, currency, length of period and day', () => {
    expect(() => member([price('2026-02-01', 3100n)])).toThrow('Plan Gold has no price in EUR on 2026-01-01.');
    expect(() => member([price('2026-01-01', 9600n, { months: 12 })], { months: 3 })).toThrow('Plan Gold has no price in EUR for periods of 3 months on 2026-01-01.');
    const yearly: Dated<ContractChange> = ['2026-03-01', { kind: 'cycle', anchorDay: 1, cycleMonths: 1, anchorOn: null }];
    expect(() => member([price('2026-01-01', 2700n, { months: 3 })], { months: 3, of: [yearly], through: '2026-03-01' })).toThrow('Plan Gold has no price in EUR on 2026-03-01.');
  });

  it('is not missed for days that are not due', () => {
    expect(owed([starts('2026-03-05')], [gold()], { through: '2026-02-01' })).toEqual({ company: [], member: [] });
    expect(member([price(addDays(day('2026-01-01'), 0), 3100n)], { through: '2025-12-31' })).toEqual([]);
  });

  it('waits for a tax category', () => {
    const taxes: TaxVersion[] = [{ effectiveFrom: day('2026-06-01'), seq: 1, taxCategory: 'standard' }];
    expect(() => owed([starts('2026-01-01')], [aPlan(GOLD, [price('2026-01-01', 3000n)], { taxes })])).toThrow('The product of plan Gold has no tax category on 2026-01-01.');
  });
});
