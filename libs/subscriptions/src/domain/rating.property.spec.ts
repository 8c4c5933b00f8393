// Whatever changes and whenever it is billed, the record adds up to what is owed. The oracle goes day by day.
import * as fc from 'fast-check';
import { addDays, LocalDate } from '@countinghouse/kernel';
import { Business, ContractRow, DayByDay, EnrolmentRow, FeeRow, OracleDay, PriceRow, SubsidyRow, TermsRow } from '../../test/day-by-day';
import { daysBetween, Ledger, timelinesOf } from '../../test/rated-business';
import { amountOf } from './rated-stretch';

const DAY_ONE = '2026-01-01' as LocalDate;
/** Changes and runs fall into the first 200 days; then so much later that every period any of them touched has ended. */
const [CHANGES_UNTIL, LAST] = [200, addDays(DAY_ONE, 400)];
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
  onDecrease: fc.constantFrom('credit', 'credit', 'none'),
  amount: anAmount,
  size: fc.integer({ min: 1, max: 60 }),
  tiers: fc.constantFrom(
    [{ upTo: null, unit: 700n, flat: 0n }],
    [{ upTo: 50, unit: 1000n, flat: 0n }, { upTo: 110, unit: 799n, flat: 500n }, { upTo: null, unit: 333n, flat: 0n }],
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

type Act =
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
const enrolmentRow: fc.Arbitrary<EnrolmentRow> = fc.oneof(
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
const anAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: contractRow.map((row): Act => ({ type: 'contract', row })) },
  { weight: 3, arbitrary: enrolmentRow.map((row): Act => ({ type: 'enrolment', row })) },
  { weight: 4, arbitrary: feeRow.map((row): Act => ({ type: 'fee', row })) },
  { weight: 3, arbitrary: onDay(fc.record({ change: fc.integer({ min: -9, max: 30 }) })).map((row): Act => ({ type: 'headcount', row })) },
  { weight: 1, arbitrary: priceRow.map((row): Act => ({ type: 'price', row })) },
  { weight: 1, arbitrary: subsidyRow.map((row): Act => ({ type: 'subsidy', row })) },
  { weight: 4, arbitrary: aDay.map((through): Act => ({ type: 'bill', through })) },
);
const timing = fc.constantFrom('advance' as const, 'arrears' as const);
const aStart = fc.record({
  on: fc.integer({ min: 0, max: 30 }).map((days) => addDays(DAY_ONE, days)),
  cycle: aCycle,
  timings: fc.array(timing, { minLength: 7, maxLength: 7 }),
  plan: fc.constantFrom(...PLANS),
  fees: fc.array(fc.record({ component: fc.constantFrom(...ids), terms }), { minLength: 2, maxLength: 8 }),
  prices: fc.tuple(anAmount, anAmount),
});

function begin({ on, cycle, timings, plan, fees, prices }: typeof aStart extends fc.Arbitrary<infer T> ? T : never): Business {
  return {
    contract: [{ on, ...cycle }, { on, kind: 'start' }],
    enrolment: [{ on, kind: 'start', plan }],
    components: COMPONENTS(timings),
    fees: fees.map((fee) => ({ on, ...fee })),
    headcount: [{ on: DAY_ONE, change: 100 }],
    prices: PLANS.map((name, index) => ({ plan: name, from: '2025-01-01', months: 1, appliesTo: 'all-from-date', amount: prices[index]! })),
    taxes: PLANS.map((name) => ({ plan: name, from: '2025-01-01', category: 'standard' })),
    subsidies: [],
  };
}

function apply(business: Business, act: Exclude<Act, { type: 'bill' }>): void {
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

const dueAt = (owed: readonly OracleDay[], through: string) => owed.filter(({ dueOn }) => dueOn <= through);
const bySum = (owed: readonly OracleDay[]) => Object.fromEntries(owed.filter(({ amount }) => amount !== 0n).map(({ day, amount }) => [day, amount]));

/** What the charges in force say of each day. */
function onRecord(ledger: Ledger, component: string): Record<string, bigint> {
  const days: Record<string, bigint> = {};
  for (const charge of ledger.inForce(component)) {
    for (const day of daysBetween(charge.start, charge.end)) {
      const amount = amountOf({ ...charge, start: day, end: addDays(day, 1) });
      if (amount !== 0n) days[day] = amount;
    }
  }
  return days;
}
const total = (ledger: Ledger, component: string) =>
  (ledger.records.get(component) ?? []).reduce((sum, one) => sum + (one.kind === 'credit' ? -amountOf(one) : amountOf(one)), 0n);

describe('billing the difference', () => {
  it('makes the record of every component what is owed on every day, whatever is changed and billed in between, and a second run finds nothing', () => {
    fc.assert(
      fc.property(aStart, fc.array(anAct, { minLength: 1, maxLength: 24 }), (start, acts) => {
        const business = begin(start);
        const ledger = new Ledger(start.timings[6]!);
        for (const act of acts) {
          if (act.type !== 'bill') apply(business, act);
          else {
            ledger.bill(business, act.through);
            expect(ledger.bill(business, act.through)).toBe(0);
          }
        }
        ledger.bill(business, LAST);
        expect(ledger.bill(business, LAST)).toBe(0);

        const oracle = new DayByDay(business, 500);
        const { company, member } = oracle.enrolment(start.timings[6]!);
        const expected = new Map<string, OracleDay[]>([['company', company], ['member', member], ...oracle.components()]);
        for (const component of ['company', 'member', ...business.components.filter(({ kind }) => kind !== 'percent-discount').map(({ id }) => id)]) {
          const owed = dueAt(expected.get(component) ?? [], LAST);
          expect([component, onRecord(ledger, component)]).toEqual([component, bySum(owed)]);
          expect([component, total(ledger, component)]).toEqual([component, owed.reduce((sum, { amount }) => sum + amount, 0n)]);
        }
        // Whoever is asked for the member's part is the one who was charged for each of its days.
        const asked = new Map(member.map(({ day, payer }) => [day as string, payer]));
        for (const charge of ledger.inForce('member')) for (const day of daysBetween(charge.start, charge.end)) expect(charge.payer.type).toBe(asked.get(day));
      }),
      { numRuns: 120 },
    );
  });

  it('makes company and member part add up to the list price on every day', () => {
    fc.assert(
      fc.property(aStart, fc.array(anAct, { maxLength: 16 }), (start, acts) => {
        const business = begin(start);
        for (const act of acts) if (act.type !== 'bill') apply(business, act);
        const ledger = new Ledger('arrears');
        ledger.bill(business, LAST);
        const [company, member] = [onRecord(ledger, 'company'), onRecord(ledger, 'member')];
        const oracle = new DayByDay(business, 500);
        const parts = oracle.enrolment('arrears');
        for (const { day } of dueAt([...parts.company, ...parts.member], LAST)) {
          expect([day, (company[day] ?? 0n) + (member[day] ?? 0n)]).toEqual([day, oracle.listPrice(day)]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('owes the same, in whatever order changes of different aspects are recorded', () => {
    const KEYS: Record<string, string> = { start: 'life', end: 'life', plan: 'plan', pause: 'pause', resume: 'pause', trial: 'trial', 'trial-end': 'trial', payroll: 'payer', card: 'payer' };
    fc.assert(
      fc.property(aStart, fc.array(enrolmentRow, { minLength: 2, maxLength: 10 }), fc.infiniteStream(fc.nat()), (start, rows, order) => {
        const inOrder = begin(start);
        // A start says two aspects, so it stays where it is.
        const changes = rows.filter((row) => row.kind !== 'start');
        inOrder.enrolment.push(...changes);
        const otherwise = begin(start);
        const aspects = [...new Set(changes.map((row) => KEYS[row.kind]!))].sort(() => (order.next().value! % 2 === 0 ? 1 : -1));
        const shuffled = aspects.flatMap((aspect) => changes.filter((row) => KEYS[row.kind] === aspect));
        otherwise.enrolment.push(...shuffled);
        const [one, other] = [new Ledger('arrears'), new Ledger('arrears')];
        one.bill(inOrder, LAST);
        other.bill(otherwise, LAST);
        for (const part of ['company', 'member']) expect(onRecord(other, part)).toEqual(onRecord(one, part));
        expect(timelinesOf(inOrder).changes).toHaveLength(timelinesOf(otherwise).changes.length);
      }),
      { numRuns: 100 },
    );
  });
});
