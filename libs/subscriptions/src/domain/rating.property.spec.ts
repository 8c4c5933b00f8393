// Whatever changes and whenever it is billed, the record adds up to what is owed. The oracle goes day by day.
import * as fc from 'fast-check';
import { addDays } from '@countinghouse/kernel';
import { DayByDay, OracleDay } from '../../test/day-by-day';
import { anAct, apply, aStart, begin, DAY_ONE, enrolmentRow, LAST } from '../../test/random-business';
import { daysBetween, Ledger, timelinesOf } from '../../test/rated-business';
import { amountOf } from './rated-stretch';

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
  it('makes the record of every component what is owed on every day, whatever is changed and billed in between, and a second or earlier run finds nothing', () => {
    fc.assert(
      fc.property(aStart, fc.array(anAct, { minLength: 1, maxLength: 24 }), (start, acts) => {
        const business = begin(start);
        const ledger = new Ledger(start.timings[6]!);
        for (const act of acts) {
          if (act.type !== 'bill') apply(business, act);
          else {
            ledger.bill(business, act.through);
            expect(ledger.bill(business, act.through)).toBe(0);
            // A day once charged stays due, whatever a later run asks for.
            expect(ledger.bill(business, DAY_ONE)).toBe(0);
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
        const wronglyAsked = ledger.inForce('member').flatMap((charge) => [...daysBetween(charge.start, charge.end)].filter((day) => asked.get(day) !== charge.payer.type));
        expect(wronglyAsked).toEqual([]);
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
