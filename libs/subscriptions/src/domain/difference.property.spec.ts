// Whatever changes and whenever it is billed, the record adds up to what is owed. The oracle goes day by day.
import * as fc from 'fast-check';
import { addDays, anchorOn, Currency, decimal, earned, earnedBetween, LocalDate, periodContaining, PlanId } from '@countinghouse/kernel';
import { BillingCycle, Timing } from './billing-cycle';
import { ChargeOnRecord, chargesInForce, Payer } from './charged';
import { difference, ratedThrough } from './difference';
import { HeadcountStretch, owedEnrolment, owedFee } from './owed';
import { EnrolmentChange } from './enrolment-timeline';
import { PlanTerms, RateCard } from './rate-card';
import { amountOf, RatedStretch } from './rated-stretch';
import { companyShare, Subsidy } from './subsidy';

const DAY_ONE = '2026-01-01' as LocalDate;
const HORIZON_DAYS = 200;
const PLANS = ['gold', 'silver'] as PlanId[];
const [COMPANY, MEMBER] = [{ type: 'company', id: 'c' }, { type: 'member', id: 'm' }] as Payer[];

const aDay = fc.integer({ min: 0, max: HORIZON_DAYS }).map((days) => addDays(DAY_ONE, days));
const aCycle = fc.record({
  on: fc.integer({ min: 0, max: 30 }).map((days) => addDays(DAY_ONE, days)),
  anchorDay: fc.integer({ min: 1, max: 31 }),
  months: fc.constantFrom(1, 1, 1, 3),
  timing: fc.constantFrom<Timing>('advance', 'arrears'),
});
const anAmount = fc.bigInt({ min: 0n, max: 30_000n });
const aSubsidy: fc.Arbitrary<Subsidy> = fc.record({
  mode: fc.constantFrom('fixed' as const, 'percent' as const),
  amountMinor: anAmount,
  percent: fc.integer({ min: 0, max: 1000 }).map((tenths) => decimal((tenths / 10).toFixed(1))),
  capMinor: fc.option(anAmount),
});
interface PlanDraw {
  price: bigint;
  laterPrice: bigint;
  laterFrom: LocalDate;
  taxInclusive: boolean;
  subsidy: Subsidy | null;
}
const aPlan: fc.Arbitrary<PlanDraw> = fc.record({ price: anAmount, laterPrice: anAmount, laterFrom: aDay, taxInclusive: fc.boolean(), subsidy: fc.option(aSubsidy) });

/** One act of the business: a change of the timeline, or a billing run. */
type Act = { type: 'change'; on: LocalDate; plan: PlanId | null } | { type: 'bill'; through: LocalDate };
const anAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ type: fc.constant('change' as const), on: aDay, plan: fc.constantFrom<PlanId | null>(...PLANS, null) }),
  fc.record({ type: fc.constant('bill' as const), through: aDay }),
);

const sum = (minors: Iterable<bigint>) => [...minors].reduce((total, minor) => total + minor, 0n);

/** The record of one component, billed as the façade would. */
class Component {
  readonly records: ChargeOnRecord[] = [];

  constructor(private readonly cycle: BillingCycle, private readonly payer: Payer) {}

  bill(owed: (through: LocalDate) => RatedStretch[], through: LocalDate): number {
    const charged = chargesInForce(this.records);
    const found = difference(owed(ratedThrough(this.cycle, charged, through)), charged);
    for (const one of found) this.records.push({ ...one, id: BigInt(this.records.length + 1), payer: one.payer ?? this.payer });
    return found.length;
  }

  totalMinor(): bigint {
    return sum(this.records.map((one) => (one.kind === 'credit' ? -amountOf(one) : amountOf(one))));
  }
}

function termsOf(plans: readonly PlanDraw[], cycle: { on: LocalDate; anchorDay: number; months: number; timing: Timing }) {
  const anchor = anchorOn(cycle.on, cycle.months, cycle.anchorDay);
  const terms = new Map<PlanId, PlanTerms>();
  plans.forEach((plan, index) => {
    const prices = [{ effectiveFrom: '2025-01-01' as LocalDate, amountMinor: plan.price, taxInclusive: plan.taxInclusive }];
    prices.push({ effectiveFrom: plan.laterFrom, amountMinor: plan.laterPrice, taxInclusive: plan.taxInclusive });
    const subsidies = plan.subsidy === null ? [] : [{ effectiveFrom: '2025-01-01' as LocalDate, subsidy: plan.subsidy }];
    terms.set(PLANS[index]!, { planId: PLANS[index]!, code: PLANS[index]!, taxCategory: 'standard', prices, subsidies });
  });
  return { anchor, terms, billing: new BillingCycle(anchor, cycle.timing, cycle.on) };
}

/** Price and company share on a day, by the plainest reading of the timeline. */
function stateOn(changes: readonly EnrolmentChange[], terms: Map<PlanId, PlanTerms>, months: number, day: LocalDate) {
  let state: EnrolmentChange | undefined;
  for (const change of changes) {
    if (change.effectiveOn <= day && (state === undefined || change.effectiveOn >= state.effectiveOn)) state = change;
  }
  if (state === undefined || state.kind === 'end') return { whole: 0n, company: 0n };
  const plan = terms.get((state as { planId: PlanId }).planId)!;
  const whole = plan.prices.findLast((price) => price.effectiveFrom <= day)!.amountMinor * BigInt(months);
  const company = plan.subsidies[0] === undefined ? 0n : companyShare(plan.subsidies[0].subsidy, whole, months);
  return { whole, company };
}

describe('billing the difference', () => {
  it('makes the record of both parts of an enrolment what is owed, whatever is changed and billed in between', () => {
    fc.assert(
      fc.property(aCycle, fc.tuple(aPlan, aPlan), fc.array(anAct, { minLength: 1, maxLength: 20 }), aDay, (cycle, plans, acts, last) => {
        const { anchor, terms, billing } = termsOf(plans, cycle);
        const changes: EnrolmentChange[] = [];
        const owed = (part: 'company' | 'member') => (through: LocalDate) =>
          owedEnrolment(
            { term: { start: cycle.on, end: null }, cycle: billing, rateCard: new RateCard('EUR' as Currency, cycle.months, terms), changes },
            through,
          )[part];
        const company = new Component(billing, COMPANY!);
        const member = new Component(billing, MEMBER!);
        for (const act of [...acts, { type: 'bill' as const, through: last }]) {
          if (act.type === 'bill') {
            company.bill(owed('company'), act.through);
            member.bill(owed('member'), act.through);
          } else {
            const seq = changes.length + 1;
            changes.push(
              act.plan === null
                ? { kind: 'end', seq, effectiveOn: act.on }
                : { kind: 'start', seq, effectiveOn: act.on, planId: act.plan },
            );
          }
        }
        // A second run right after finds no difference.
        expect(company.bill(owed('company'), last) + member.bill(owed('member'), last)).toBe(0);

        const everBilled = [...acts.flatMap((act) => (act.type === 'bill' ? [act.through] : [])), last].sort();
        for (const [component, share] of [
          [company, (state: { company: bigint }) => state.company],
          [member, undefined],
        ] as const) {
          const through = ratedThrough(billing, chargesInForce(component.records), last);
          expect(through <= everBilled[everBilled.length - 1]!).toBe(true);
          let expected = 0n;
          for (const period of billing.due(through)) {
            for (let day = period.start; day < period.end; day = addDays(day, 1)) {
              if (day < cycle.on) continue;
              const state = stateOn(changes, terms, anchor.months, day);
              const oneDay = { start: day, end: addDays(day, 1) };
              const companyPart = earnedBetween(state.company, period, oneDay);
              expected += share === undefined ? earnedBetween(state.whole, period, oneDay) - companyPart : companyPart;
            }
          }
          expect(component.totalMinor()).toBe(expected);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('makes company and member part add up to the price on every day', () => {
    fc.assert(
      fc.property(aCycle, fc.tuple(aPlan, aPlan), aDay, aDay, (cycle, plans, from, until) => {
        const { billing, terms } = termsOf(plans, { ...cycle, timing: 'advance' });
        const rateCard = new RateCard('EUR' as Currency, cycle.months, terms);
        const start = from < until ? from : until;
        const changes: EnrolmentChange[] = [
          { kind: 'start', seq: 1, effectiveOn: start, planId: PLANS[0]! },
          { kind: 'end', seq: 2, effectiveOn: addDays(from < until ? until : from, 1) },
        ];
        const owed = owedEnrolment({ term: { start: cycle.on, end: null }, cycle: billing, rateCard, changes }, addDays(DAY_ONE, 400));
        const onDay = (stretches: RatedStretch[], day: LocalDate) =>
          sum(stretches.filter((one) => one.start <= day && day < one.end).map((one) => amountOf({ ...one, start: day, end: addDays(day, 1) })));
        for (let day = start > cycle.on ? start : cycle.on; day <= (from < until ? until : from); day = addDays(day, 1)) {
          const period = periodContaining(billing.anchor, day);
          const { whole } = stateOn(changes, terms, cycle.months, day);
          const expected = earned(whole, period, addDays(day, 1)) - earned(whole, period, day);
          expect(onDay(owed.company, day) + onDay(owed.member, day)).toBe(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('makes the record of an access fee what is owed, whatever the headcount turns out to have been', () => {
    const aHeadcount = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 300 })), { minLength: 1, maxLength: 12 })
      .map((steps) => {
        let start = DAY_ONE;
        return steps.map(([length, count]): HeadcountStretch => {
          const stretch = { start, end: addDays(start, length), count };
          start = stretch.end;
          return stretch;
        });
      });
    const aRun = fc.record({ headcount: aHeadcount, through: aDay });
    fc.assert(
      fc.property(aCycle, anAmount, fc.array(aRun, { minLength: 1, maxLength: 6 }), (cycle, unitPriceMinor, runs) => {
        const { billing } = termsOf([], cycle);
        const component = new Component(billing, COMPANY!);
        const timeline = (headcount: HeadcountStretch[]) => ({
          term: { start: cycle.on, end: null },
          cycle: billing,
          priceModel: 'perUnit' as const,
          unitPriceMinor,
          taxInclusive: false,
          taxCategory: 'standard' as const,
          headcount,
        });
        for (const { headcount, through } of runs) component.bill((day) => owedFee(timeline(headcount), day), through);

        const { headcount, through } = runs[runs.length - 1]!;
        expect(component.bill((day) => owedFee(timeline(headcount), day), through)).toBe(0);
        const due = ratedThrough(billing, chargesInForce(component.records), through);
        let expected = 0n;
        for (const period of billing.due(due)) {
          for (let day = period.start; day < period.end; day = addDays(day, 1)) {
            const count = headcount.find((one) => one.start <= day && day < one.end)?.count ?? 0;
            const total = BigInt(count) * unitPriceMinor * BigInt(cycle.months);
            if (day >= cycle.on) expected += earnedBetween(total, period, { start: day, end: addDays(day, 1) });
          }
        }
        expect(component.totalMinor()).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});
