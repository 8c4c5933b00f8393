// Random businesses for the property specs: how a contract begins, and the acts that follow.
import * as fc from 'fast-check';
import { addDays, LocalDate } from '@countinghouse/kernel';
import { Business, ContractRow, EnrolmentRow, FeeRow, PriceRow, SubsidyRow, TermsRow } from './day-by-day';

export const DAY_ONE = '2026-01-01' as LocalDate;
/** Changes and runs fall into the first 200 days; then so much later that every period any of them touched has ended. */
const CHANGES_UNTIL = 200;
export const LAST = addDays(DAY_ONE, 400);
const PLANS = ['gold', 'silver'];

const aDay = fc.integer({ min: 31, max: CHANGES_UNTIL }).map((days) => addDays(DAY_ONE, days));
const anAmount = fc.bigInt({ min: 0n, max: 30_000n });
const aCycle = fc.record({
  kind: fc.constant('cycle' as const),
  day: fc.integer({ min: 1, max: 31 }),
  months: fc.constantFrom(1, 1, 1, 3),
  anchorOn: fc.option(fc.constantFrom('2026-01-31', '2024-02-01', '2025-12-15')),
});
const terms: fc.Arbitrary<TermsRow> = fc.record({
  model: fc.constantFrom('flat', 'perUnit', 'perUnit', 'graduated', 'volume', 'package'),
  measure: fc.constantFrom('daily', 'daily', 'daily', 'periodStart', 'peak', 'average', 'periodEnd'),
  onDecrease: fc.constantFrom('credit', 'none'),
  amount: anAmount,
  size: fc.integer({ min: 1, max: 60 }),
  tiers: fc.constantFrom(
    [{ upTo: null, unit: 700n, flat: 0n }],
    [{ upTo: 50, unit: 1000n, flat: 0n }, { upTo: 305, unit: 799n, flat: 500n }, { upTo: null, unit: 333n, flat: 0n }],
  ),
  permille: fc.integer({ min: 1, max: 1000 }),
  periods: fc.option(fc.integer({ min: 1, max: 4 })),
  per: fc.constantFrom('period', 'period', 'term'),
});

/** A contract of seven components, two of them access fees, that begins in January. */
const COMPONENTS = (timings: readonly ('advance' | 'arrears')[]): Business['components'] => [
  { id: 'a', kind: 'access-fee', timing: timings[0]!, target: null },
  { id: 'b', kind: 'access-fee', timing: timings[1]!, target: null },
  { id: 'set-up', kind: 'one-off', timing: 'advance', target: null },
  { id: 'percent', kind: 'percent-discount', timing: 'advance', target: null },
  { id: 'percent-of-a', kind: 'percent-discount', timing: 'advance', target: 'a' },
  { id: 'off', kind: 'amount-discount', timing: timings[2]!, target: null },
  { id: 'off-a', kind: 'amount-discount', timing: timings[3]!, target: 'a' },
  { id: 'cap', kind: 'cap', timing: timings[4]!, target: null },
  { id: 'cap-of-b', kind: 'cap', timing: timings[5]!, target: 'b' },
  { id: 'commitment', kind: 'commitment', timing: 'arrears', target: null },
];
const ids = COMPONENTS(['advance', 'advance', 'advance', 'advance', 'advance', 'advance']).map(({ id }) => id);

export type Act =
  | { type: 'contract'; row: ContractRow }
  | { type: 'enrolment'; row: EnrolmentRow }
  | { type: 'fee'; row: FeeRow }
  | { type: 'headcount'; row: { on: string; change: number } }
  | { type: 'price'; row: PriceRow }
  | { type: 'subsidy'; row: SubsidyRow }
  | { type: 'bill'; through: string };

const onDay = <T extends object>(arbitrary: fc.Arbitrary<T>) => fc.tuple(aDay, arbitrary).map(([on, rest]) => ({ on, ...rest }));
const contractRow: fc.Arbitrary<ContractRow> = fc.oneof(
  onDay(fc.constantFrom({ kind: 'end' as const }, { kind: 'start' as const }, { kind: 'resume' as const }, { kind: 'resume' as const })),
  onDay(fc.record({ kind: fc.constant('suspend' as const), bills: fc.boolean() })),
  onDay(aCycle),
  fc.tuple(aDay, fc.option(fc.integer({ min: 1, max: 150 }))).map(([on, length]) => ({ on, kind: 'term' as const, endsOn: length === null ? null : addDays(on, length) })),
  onDay(fc.record({ kind: fc.constant('zone' as const), zone: fc.constantFrom('Asia/Tokyo', 'Europe/Lisbon') })),
);
export const enrolmentRow: fc.Arbitrary<EnrolmentRow> = fc.oneof(
  onDay(fc.record({ kind: fc.constantFrom('start' as const, 'plan' as const, 'plan' as const), plan: fc.constantFrom(...PLANS) })),
  onDay(fc.constantFrom('end', 'pause', 'resume', 'trial', 'trial-end', 'payroll', 'card').map((kind) => ({ kind }) as { kind: 'end' })),
);
const feeRow: fc.Arbitrary<FeeRow> = onDay(fc.record({ component: fc.constantFrom(...ids), terms: fc.option(terms, { freq: 4 }) }));
const priceRow: fc.Arbitrary<PriceRow> = fc.record({
  plan: fc.constantFrom(...PLANS), from: aDay, months: fc.constantFrom(1, 1, 3),
  appliesTo: fc.constantFrom('new-contracts', 'all-at-next-period', 'all-from-date'), amount: anAmount,
});
const subsidyRow: fc.Arbitrary<SubsidyRow> = fc.record({
  plan: fc.constantFrom(null, ...PLANS), from: aDay, fixed: fc.option(anAmount), permille: fc.integer({ min: 0, max: 1000 }), cap: fc.option(anAmount),
});
export const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: contractRow.map((row): Act => ({ type: 'contract', row })) },
  { weight: 3, arbitrary: enrolmentRow.map((row): Act => ({ type: 'enrolment', row })) },
  { weight: 4, arbitrary: feeRow.map((row): Act => ({ type: 'fee', row })) },
  { weight: 3, arbitrary: onDay(fc.record({ change: fc.integer({ min: -12, max: 20 }) })).map((row): Act => ({ type: 'headcount', row })) },
  { weight: 1, arbitrary: priceRow.map((row): Act => ({ type: 'price', row })) },
  { weight: 1, arbitrary: subsidyRow.map((row): Act => ({ type: 'subsidy', row })) },
  { weight: 4, arbitrary: aDay.map((through): Act => ({ type: 'bill', through })) },
);
const timing = fc.constantFrom('advance' as const, 'arrears' as const);
export const aStart = fc.record({
  on: fc.integer({ min: 0, max: 30 }).map((days) => addDays(DAY_ONE, days)),
  cycle: aCycle,
  timings: fc.array(timing, { minLength: 7, maxLength: 7 }),
  plan: fc.constantFrom(...PLANS),
  fees: fc.array(fc.record({ component: fc.constantFrom(...ids), terms }), { minLength: 2, maxLength: 8 }),
  prices: fc.tuple(anAmount, anAmount),
});

export function begin({ on, cycle, timings, plan, fees, prices }: typeof aStart extends fc.Arbitrary<infer T> ? T : never): Business {
  return {
    contract: [{ on, ...cycle }, { on, kind: 'start' }],
    enrolment: [{ on, kind: 'start', plan }],
    components: COMPONENTS(timings),
    fees: fees.map((fee) => ({ on, ...fee })),
    headcount: [{ on: DAY_ONE, change: 300 }],
    prices: PLANS.map((name, index) => ({ plan: name, from: '2025-01-01', months: 1, appliesTo: 'all-from-date', amount: prices[index]! })),
    taxes: PLANS.map((name) => ({ plan: name, from: '2025-01-01', category: 'standard' })),
    subsidies: [],
  };
}

export function apply(business: Business, act: Exclude<Act, { type: 'bill' }>): void {
  switch (act.type) {
    case 'contract':
      return void business.contract.push(act.row);
    case 'enrolment':
      return void business.enrolment.push(act.row);
    case 'fee':
      return void business.fees.push(act.row);
    case 'headcount':
      return void business.headcount.push(act.row);
    case 'subsidy':
      return void business.subsidies.push(act.row);
    case 'price': {
      const { plan, from, months } = act.row;
      if (!business.prices.some((price) => price.plan === plan && price.from === from && price.months === months)) business.prices.push(act.row);
    }
  }
}
