// The worked examples of the domain rules, and what is due when.
import { anchorOn, Currency, decimal, LocalDate, PlanId } from '@countinghouse/kernel';
import { BillingCycle, Timing } from './billing-cycle';
import { FeeTimeline, HeadcountStretch, owedEnrolment, owedFee } from './owed';
import { EnrolmentChange } from './enrolment-timeline';
import { amountOf, RatedStretch } from './rated-stretch';
import { PlanTerms, RateCard } from './rate-card';
import { Subsidy } from './subsidy';

const day = (text: string) => text as LocalDate;
const GOLD = 'gold' as PlanId;
const SILVER = 'silver' as PlanId;

const cycle = (on: string, timing: Timing = 'advance', months = 1) => new BillingCycle(anchorOn(day(on), months), timing, day(on));
const amounts = (owed: readonly RatedStretch[]) => owed.map(amountOf);
const shape = (owed: readonly RatedStretch[]) => owed.map((one) => [one.start, one.end, amountOf(one)]);
const sum = (minors: readonly bigint[]) => minors.reduce((total, minor) => total + minor, 0n);

function plan(planId: PlanId, prices: [from: string, minor: bigint][], subsidy?: Subsidy): PlanTerms {
  return {
    planId,
    code: planId,
    taxCategory: 'standard',
    prices: prices.map(([from, amountMinor]) => ({ effectiveFrom: day(from), amountMinor, taxInclusive: true })),
    subsidies: subsidy === undefined ? [] : [{ effectiveFrom: day(prices[0]![0]), subsidy }],
  };
}

const rateCard = (plans: PlanTerms[], months = 1) =>
  new RateCard('EUR' as Currency, months, new Map(plans.map((terms) => [terms.planId, terms])));

let seq = 0;
const starts = (on: string, planId = GOLD): EnrolmentChange => ({ kind: 'start', seq: ++seq, effectiveOn: day(on), planId });
const ends = (on: string): EnrolmentChange => ({ kind: 'end', seq: ++seq, effectiveOn: day(on) });

function enrolment(changes: EnrolmentChange[], plans: PlanTerms[], options: { from?: string; end?: string; timing?: Timing } = {}) {
  const from = options.from ?? '2026-01-01';
  return {
    term: { start: day(from), end: options.end === undefined ? null : day(options.end) },
    cycle: cycle(from, options.timing),
    rateCard: rateCard(plans),
    changes,
  };
}

function fee(headcount: HeadcountStretch[], options: Partial<FeeTimeline> = {}): FeeTimeline {
  return {
    term: { start: day('2026-06-01'), end: null },
    cycle: cycle('2026-06-01'),
    priceModel: 'perUnit',
    unitPriceMinor: 1000n,
    taxInclusive: false,
    taxCategory: 'standard',
    headcount,
    ...options,
  };
}
const people = (start: string, end: string, count: number) => ({ start: day(start), end: day(end), count });

describe('owed for an enrolment', () => {
  it('earns 116.64 of 249.95 in the first 14 of 30 days', () => {
    const { member } = owedEnrolment(
      enrolment([starts('2026-06-01'), ends('2026-06-15')], [plan(GOLD, [['2026-01-01', 24995n]])], { from: '2026-06-01' }),
      day('2026-06-01'),
    );
    expect(shape(member)).toEqual([['2026-06-01', '2026-06-15', 11664n]]);
  });

  it('keeps 2.71, 2.71 and 3.48 of 12.00 for a January paused from the 8th to the 10th and the 17th to the 23rd', () => {
    const changes = [starts('2026-01-01'), ends('2026-01-08'), starts('2026-01-10'), ends('2026-01-17'), starts('2026-01-23')];
    const { member } = owedEnrolment(enrolment(changes, [plan(GOLD, [['2026-01-01', 1200n]])]), day('2026-01-01'));
    expect(amounts(member)).toEqual([271n, 271n, 348n]);
  });

  it('splits the price so that company and member add up on every stretch', () => {
    const terms = enrolment(
      [starts('2026-01-01'), ends('2026-01-12')],
      [plan(GOLD, [['2026-01-01', 3333n]], { mode: 'percent', percent: decimal('33.3'), capMinor: null })],
    );
    const { company, member } = owedEnrolment(terms, day('2026-01-01'));
    // 33.3 % of 33.33 is 11.10; 11 of 31 days earn 3.94 of it (3.9387) and 11.83 of the whole (11.8268).
    expect(company.map((one) => one.rate.totalMinor)).toEqual([1110n]);
    expect([amounts(company), amounts(member)]).toEqual([[394n], [789n]]);
  });

  it('never lets a subsidy exceed its cap or the price', () => {
    const owedBy = (subsidy: Subsidy) => {
      const { company, member } = owedEnrolment(
        enrolment([starts('2026-01-01')], [plan(GOLD, [['2026-01-01', 3000n]], subsidy)]),
        day('2026-01-01'),
      );
      return [sum(amounts(company)), sum(amounts(member))];
    };
    expect(owedBy({ mode: 'fixed', amountMinor: 1000n, capMinor: null })).toEqual([1000n, 2000n]);
    expect(owedBy({ mode: 'fixed', amountMinor: 4000n, capMinor: null })).toEqual([3000n, 0n]);
    expect(owedBy({ mode: 'percent', percent: decimal('80'), capMinor: 2000n })).toEqual([2000n, 1000n]);
  });

  it('owes nothing, not a charge of nothing, where the other payer bears the whole price', () => {
    const whole: Subsidy = { mode: 'percent', percent: decimal('100'), capMinor: null };
    const { company, member } = owedEnrolment(
      enrolment([starts('2026-01-01')], [plan(GOLD, [['2026-01-01', 3000n]], whole)]),
      day('2026-01-01'),
    );
    expect([company.length, member.length]).toEqual([1, 0]);
  });

  it('follows the price by its effective date, also within a period', () => {
    const prices = plan(GOLD, [
      ['2026-01-01', 3100n],
      ['2026-01-11', 6200n],
    ]);
    const { member } = owedEnrolment(enrolment([starts('2026-01-01')], [prices]), day('2026-02-01'));
    expect(shape(member)).toEqual([
      ['2026-01-01', '2026-01-11', 1000n],
      ['2026-01-11', '2026-02-01', 4200n],
      ['2026-02-01', '2026-03-01', 6200n],
    ]);
  });

  it('follows the plan from the day of the change', () => {
    const plans = [plan(GOLD, [['2026-01-01', 3100n]]), plan(SILVER, [['2026-01-01', 1550n]])];
    const { member } = owedEnrolment(enrolment([starts('2026-01-01'), starts('2026-01-17', SILVER)], plans), day('2026-01-01'));
    expect(member.map((one) => [one.rate.planId, amountOf(one)])).toEqual([
      [GOLD, 1600n],
      [SILVER, 750n],
    ]);
  });

  it('ends with the contract even if the enrolment goes on', () => {
    const { member } = owedEnrolment(
      enrolment([starts('2026-01-01')], [plan(GOLD, [['2026-01-01', 3100n]])], { end: '2026-02-15' }),
      day('2026-06-01'),
    );
    expect(shape(member)).toEqual([
      ['2026-01-01', '2026-02-01', 3100n],
      ['2026-02-01', '2026-02-15', 1550n],
    ]);
  });

  it('works to the minor unit of currencies with none and with three decimals', () => {
    const owedOf = (priceMinor: bigint) =>
      amounts(owedEnrolment(enrolment([starts('2026-01-01'), ends('2026-01-11')], [plan(GOLD, [['2026-01-01', priceMinor]])]), day('2026-01-01')).member);
    expect(owedOf(5000n)).toEqual([1613n]); // JPY 5000 × 10/31 = 1612.9
    expect(owedOf(12_345n)).toEqual([3982n]); // KWD 12.345 × 10/31 = 3.98226
  });

  it('says which plan lacks a price in which currency on which day', () => {
    const terms = enrolment([starts('2026-01-05')], [plan(GOLD, [['2026-02-01', 3100n]])]);
    expect(() => owedEnrolment(terms, day('2026-01-01'))).toThrow('Plan gold has no price in EUR on 2026-01-05.');
  });

  it('does not miss a price for days that are not due', () => {
    const terms = enrolment([starts('2026-03-05')], []);
    expect(owedEnrolment(terms, day('2026-02-01'))).toEqual({ company: [], member: [] });
  });
});

describe('owed for an access fee', () => {
  it('earns 333.33, 400.00 and 300.00 for 100, 120 and 90 people of a June at 10.00', () => {
    const june = [people('2026-06-01', '2026-06-11', 100), people('2026-06-11', '2026-06-21', 120), people('2026-06-21', '2026-07-01', 90)];
    expect(amounts(owedFee(fee(june), day('2026-06-01')))).toEqual([33333n, 40000n, 30000n]);
  });

  it('charges a flat fee whatever the headcount', () => {
    expect(amounts(owedFee(fee([], { priceModel: 'flat', unitPriceMinor: 5000n }), day('2026-07-01')))).toEqual([5000n, 5000n]);
  });

  it('costs three months a quarter', () => {
    const quarterly = fee([people('2026-06-01', '2026-12-01', 2)], { cycle: cycle('2026-06-01', 'advance', 3) });
    expect(shape(owedFee(quarterly, day('2026-06-01')))).toEqual([['2026-06-01', '2026-09-01', 6000n]]);
  });

  it('charges nothing while nobody is counted', () => {
    expect(owedFee(fee([people('2026-06-01', '2026-07-01', 0)]), day('2026-06-01'))).toEqual([]);
  });
});

describe('what is due on a bill-through day', () => {
  const open = [people('2026-01-31', '2027-01-31', 1)];
  const starts31st = (timing: Timing) => fee(open, { term: { start: day('2026-01-31'), end: null }, cycle: cycle('2026-01-31', timing) });

  it('is, in advance, every period that has begun by the midnight with which the day begins', () => {
    expect(owedFee(starts31st('advance'), day('2026-02-27')).map((one) => one.start)).toEqual(['2026-01-31']);
    expect(owedFee(starts31st('advance'), day('2026-02-28')).map((one) => one.start)).toEqual(['2026-01-31', '2026-02-28']);
  });

  it('is, in arrears, every period that has ended by then', () => {
    expect(owedFee(starts31st('arrears'), day('2026-02-27'))).toEqual([]);
    expect(shape(owedFee(starts31st('arrears'), day('2026-03-31')))).toEqual([
      ['2026-01-31', '2026-02-28', 1000n],
      ['2026-02-28', '2026-03-31', 1000n],
    ]);
  });

  it('is a part of a whole period when the contract begins within it', () => {
    const contract = fee([people('2026-06-12', '2027-01-01', 1)], { term: { start: day('2026-06-12'), end: null } });
    expect(shape(owedFee(contract, day('2026-06-12')))).toEqual([['2026-06-12', '2026-07-01', 633n]]);
  });
});
