// The worked correction of the domain rules, that a difference once billed is none, who pays, and what is said.
import { addDays, PlanId } from '@countinghouse/kernel';
import { aComponent, aContract, anEnrolment, aPlan, Dated, day, EUR, GOLD, people, perPerson, price, SILVER } from '../../test/timelines';
import { ratedThrough } from './billing-cycle';
import { ChargeOnRecord, chargesInForce } from './charged';
import { ContractChange } from './contract-timeline';
import { difference, NewCharge } from './difference';
import { EnrolmentChange, enrolmentStretches } from './enrolment-timeline';
import { explain } from './explanation';
import { FeeComponent } from './fee-timeline';
import { HeadcountStretch } from './headcount-measure';
import { whyComponentOwesNothing, whyEnrolmentOwesNothing } from './not-owed';
import { owedEnrolment } from './owed';
import { lookedAtThrough, owedContract } from './owed-contract';
import { PaidCharge, Payers, PayerStretch, withPayers } from './payer-timeline';
import { amountOf } from './rated-stretch';

const FEE = aComponent('access-fee', [['2026-06-01', perPerson(1000n)]], { id: 'fee' });
const JUNE_AS_KNOWN_FIRST = people(['2026-01-01', 100]);
const JUNE_AS_IT_WAS = people(['2026-01-01', 100], ['2026-06-11', 120], ['2026-06-21', 90]);
const ACME: Payers = { company: [], companyItself: 'acme', member: 'ana' };

interface Options {
  readonly through?: string;
  readonly component?: FeeComponent;
  readonly of?: readonly Dated<ContractChange>[];
  readonly payers?: Payers;
}
/** What a run finds for the fee. */
function bill(headcount: readonly HeadcountStretch[], records: readonly ChargeOnRecord[] = [], { through = '2026-06-01', component = FEE, of = [], payers = ACME }: Options = {}) {
  const contract = aContract('2026-06-01', {}, ...of);
  const charged = chargesInForce(records);
  const timeline = { contract, currency: EUR, components: [component], headcount: () => headcount };
  const owed = owedContract(timeline, lookedAtThrough(timeline, () => charged, day(through))).get(component)!;
  const found = withPayers(difference(owed, charged, day(through)), payers);
  const words = found.map((charge) => explain(charge, { currency: EUR, planName: (id: PlanId) => id, whyNotOwed: (on) => whyComponentOwesNothing(contract, component, on).why }));
  return { found, words };
}
/** Puts what was found on record, as the database would. */
function record(found: readonly PaidCharge[], earlier: readonly ChargeOnRecord[] = []): ChargeOnRecord[] {
  const next = earlier.length + 1;
  // The record keeps no words.
  return [...earlier, ...found.map(({ rate: { counts: _counts, ...rate }, ...one }, index) => ({ ...one, rate: { ...rate, words: '' }, id: BigInt(next + index) }))];
}
const shape = (found: readonly NewCharge[]) => found.map(({ kind, start, end, amountMinor, corrects }) => [kind, start, end, amountMinor, corrects]);
const billed = record(bill(JUNE_AS_KNOWN_FIRST).found);

describe('the difference between owed and charged', () => {
  it('is +66.66 and −33.33 after 20 people more from the 11th and 30 fewer from the 21st, billed in advance', () => {
    expect(billed.map((one) => one.rate.totalMinor)).toEqual([100_000n]);
    expect(shape(bill(JUNE_AS_IT_WAS, billed).found)).toEqual([
      ['credit', '2026-06-11', '2026-06-21', -33_334n, 1n],
      ['charge', '2026-06-11', '2026-06-21', 40_000n, 1n],
      ['credit', '2026-06-21', '2026-07-01', -33_333n, 1n],
      ['charge', '2026-06-21', '2026-07-01', 30_000n, 1n],
    ]);
  });

  it('is nothing once it is on record', () => {
    const corrected = record(bill(JUNE_AS_IT_WAS, billed).found, billed);
    expect(bill(JUNE_AS_IT_WAS, corrected).found).toEqual([]);
  });

  it('takes back only the days that are no longer owed', () => {
    expect(shape(bill(JUNE_AS_KNOWN_FIRST, billed, { of: [['2026-06-16', { kind: 'end' }]] }).found)).toEqual([['credit', '2026-06-16', '2026-07-01', -50_000n, 1n]]);
  });

  it('corrects a correction', () => {
    const second = record(bill(JUNE_AS_IT_WAS, billed).found, billed);
    const third = record(bill(JUNE_AS_KNOWN_FIRST, second).found, second);
    expect(third.reduce((sum, one) => sum + (one.kind === 'credit' ? -amountOf(one) : amountOf(one)), 0n)).toBe(100_000n);
    expect(bill(JUNE_AS_KNOWN_FIRST, third).found).toEqual([]);
  });

  it('goes back over several billed periods when a change is backdated', () => {
    const quarter = record(bill(JUNE_AS_KNOWN_FIRST, [], { through: '2026-08-01' }).found);
    const found = bill(people(['2026-01-01', 100], ['2026-06-16', 110]), quarter, { through: '2026-08-01' }).found;
    // 15 of 30 days of 100.00 more, then whole months.
    expect(found.map(({ start, end, amountMinor }) => [start, end, amountMinor])).toEqual([
      ['2026-06-16', '2026-07-01', -50_000n], ['2026-06-16', '2026-07-01', 55_000n],
      ['2026-07-01', '2026-08-01', -100_000n], ['2026-07-01', '2026-08-01', 110_000n],
      ['2026-08-01', '2026-09-01', -100_000n], ['2026-08-01', '2026-09-01', 110_000n],
    ]);
  });

  it('does not take back a later period when a run has an earlier bill-through day', () => {
    const later = record(bill(JUNE_AS_KNOWN_FIRST, [], { through: '2026-08-01' }).found);
    expect(bill(JUNE_AS_KNOWN_FIRST, later, { through: '2026-06-01' }).found).toEqual([]);
  });

  it('credits a period cut otherwise and charges its days anew, but no day before it is due', () => {
    const of: Dated<ContractChange>[] = [['2026-06-01', { kind: 'cycle', anchorDay: 15, cycleMonths: 1, anchorOn: null }]];
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { of }).found.map((one) => [one.kind, one.start, one.end, one.period.start])).toEqual([
      ['credit', '2026-06-01', '2026-06-15', '2026-06-01'],
      ['charge', '2026-06-01', '2026-06-15', '2026-05-15'],
      ['credit', '2026-06-15', '2026-07-01', '2026-06-01'],
      ['charge', '2026-06-15', '2026-07-01', '2026-06-15'],
    ]);
    const moved = record(bill(JUNE_AS_KNOWN_FIRST, billed, { of }).found, billed);
    expect(bill(JUNE_AS_KNOWN_FIRST, moved, { of }).found).toEqual([]);
    expect(shape(bill(JUNE_AS_KNOWN_FIRST, moved, { of, through: '2026-06-15' }).found)).toEqual([['charge', '2026-07-01', '2026-07-15', 46_667n, null]]);
  });
});

describe('the payer of a charge', () => {
  const moves: Payers = { company: [{ start: day('2026-06-16'), end: day('9999-12-31'), payerId: 'holding' }], companyItself: 'acme', member: 'ana' };

  it('is that of the charge it corrects', () => {
    expect(new Set(bill(JUNE_AS_IT_WAS, billed, { payers: moves }).found.map(({ payer }) => payer.id))).toEqual(new Set(['acme']));
  });

  it('is, for days that nobody has been charged for, who pays for the company on them', () => {
    const { found } = bill(JUNE_AS_KNOWN_FIRST, [], { payers: moves, through: '2026-07-01' });
    expect(found.map(({ start, payer, amountMinor }) => [start, payer.id, amountMinor])).toEqual([
      ['2026-06-01', 'acme', 50_000n],
      ['2026-06-16', 'holding', 50_000n],
      ['2026-07-01', 'holding', 100_000n],
    ]);
    expect(bill(JUNE_AS_KNOWN_FIRST, record(found), { payers: moves, through: '2026-07-01' }).found).toEqual([]);
  });
});

describe('the words of a charge', () => {
  it('say what was rated, and how many days of the period', () => {
    expect(bill(JUNE_AS_IT_WAS).words).toEqual(['100 people × 10.00, 10 of 30 days', '120 people × 10.00, 10 of 30 days', '90 people × 10.00, 10 of 30 days']);
    expect(bill(JUNE_AS_KNOWN_FIRST).words).toEqual(['100 people × 10.00']);
  });

  it('say first what has changed, on both sides of a correction', () => {
    expect(bill(JUNE_AS_IT_WAS, billed).words).toEqual([
      '+20 people from 11 to 20 June: less 100 × 10.00, 10 of 30 days',
      '+20 people from 11 to 20 June: 120 people × 10.00, 10 of 30 days',
      '−10 people from 21 June: less 100 × 10.00, 10 of 30 days',
      '−10 people from 21 June: 90 people × 10.00, 10 of 30 days',
    ]);
  });

  it('say why days are not owed any more', () => {
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { of: [['2026-06-16', { kind: 'end' }]] }).words).toEqual(['contract ended from 16 June: less 100 × 10.00, 15 of 30 days']);
    const suspended: Dated<ContractChange>[] = [['2026-06-16', { kind: 'suspend', bills: false }], ['2026-06-17', { kind: 'resume' }]];
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { of: suspended }).words).toEqual(['contract suspended on 16 June: less 100 × 10.00, 1 of 30 days']);
  });

  it('say that a component has ended, or that nobody is counted any more', () => {
    const ended = aComponent('access-fee', [['2026-06-01', perPerson(1000n)], ['2026-06-21', 'end']], { id: 'fee' });
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { component: ended }).words).toEqual(['ended from 21 June: less 100 × 10.00, 10 of 30 days']);
    expect(bill(people(['2026-01-01', 100], ['2026-06-30', 0]), billed).words).toEqual(['nothing owed from 30 June: less 100 × 10.00, 1 of 30 days']);
    const postponed = aComponent('access-fee', [['2026-06-01', 'end'], ['2026-06-03', perPerson(1000n)]], { id: 'fee' });
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { component: postponed }).words).toEqual(['not begun from 1 to 2 June: less 100 × 10.00, 2 of 30 days']);
  });

  it('tell of another price and another period', () => {
    const dearer = aComponent('access-fee', [['2026-06-01', perPerson(1200n)]], { id: 'fee' });
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { component: dearer }).words[1]).toBe('10.00 → 12.00 from 1 June: 100 people × 12.00');
    const of: Dated<ContractChange>[] = [['2026-06-20', { kind: 'cycle', anchorDay: 15, cycleMonths: 1, anchorOn: null }]];
    expect(bill(JUNE_AS_KNOWN_FIRST, billed, { of }).words[1]).toBe('another billing period from 20 to 30 June: 100 people × 10.00, 11 of 30 days');
  });

  describe('of an enrolment', () => {
    const plans = [aPlan(GOLD, [price('2026-01-01', 3000n)]), aPlan(SILVER, [price('2026-01-01', 1500n)])];
    const contract = aContract('2026-01-01');
    const rate = (changes: readonly Dated<EnrolmentChange>[], records: readonly ChargeOnRecord[] = [], through = '2026-06-01') => {
      const enrolment = anEnrolment(contract, plans, changes);
      const charged = chargesInForce(records);
      const { member } = owedEnrolment(enrolment, ratedThrough(contract.cycle, 'advance', charged, day(through)));
      const found = withPayers(difference(member, charged, day(through)), ACME);
      const states = enrolmentStretches(enrolment.changes);
      const words = found.map((charge) => explain(charge, { currency: EUR, planName: (id) => id, whyNotOwed: (on) => whyEnrolmentOwesNothing(contract, states, on).why }));
      return { found, words };
    };
    const start: Dated<EnrolmentChange> = ['2026-06-01', { kind: 'start', planId: SILVER }];
    const first = record(rate([start]).found);

    it('name the plans, the payer and the reason', () => {
      expect(rate([start]).words).toEqual(['Silver 15.00']);
      expect(rate([start, ['2026-06-11', { kind: 'plan', planId: GOLD }]], first).words).toEqual([
        'Silver → Gold from 11 June: less 15.00, 20 of 30 days',
        'Silver → Gold from 11 June: Gold 30.00, 20 of 30 days',
      ]);
      expect(rate([start, ['2026-06-08', { kind: 'pause' }], ['2026-06-10', { kind: 'resume' }]], first).words).toEqual(['paused from 8 to 9 June: less 15.00, 2 of 30 days']);
      expect(rate([start, ['2026-06-16', { kind: 'end' }]], first).words).toEqual(['ended from 16 June: less 15.00, 15 of 30 days']);
    });

    it('go to the company from the day of payroll: a credit to the member and a charge to the company', () => {
      const { found, words } = rate([start, ['2026-06-16', { kind: 'payroll' }]], first);
      expect(found.map(({ kind, payer, amountMinor }) => [kind, payer, amountMinor])).toEqual([
        ['credit', { type: 'member', id: 'ana' }, -750n],
        ['charge', { type: 'company', id: 'acme' }, 750n],
      ]);
      expect(words[1]).toBe('card → payroll from 16 June: Silver 15.00, through payroll, 15 of 30 days');
      expect(rate([start, ['2026-06-16', { kind: 'payroll' }]], record(found, first)).found).toEqual([]);
    });

    it('cross the turn of a year with both years’ days', () => {
      const december = record(rate([start], [], '2026-12-01').found);
      const paused: Dated<EnrolmentChange>[] = [start, ['2026-12-30', { kind: 'pause' }], ['2027-01-02', { kind: 'resume' }]];
      expect(rate(paused, december, '2027-01-01').words).toEqual(['paused from 30 December: less 15.00, 2 of 31 days', 'Silver 15.00, 30 of 31 days']);
    });
  });
});

describe('charges cut by payers', () => {
  it('add up to what was cut', () => {
    const stretches: PayerStretch[] = [3, 7, 19].map((from, index) => ({ start: addDays(day('2026-06-01'), from), end: addDays(day('2026-06-01'), [5, 11, 29][index]!), payerId: `p${index}` }));
    const { found } = bill(people(['2026-01-01', 97]), [], { payers: { ...ACME, company: stretches } });
    expect(found.map(({ payer }) => payer.id)).toEqual(['acme', 'p0', 'acme', 'p1', 'acme', 'p2', 'acme']);
    expect(found.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(97_000n);
  });
});
