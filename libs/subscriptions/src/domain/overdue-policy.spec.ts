// When a contract is suspended for unpaid invoices, when it goes on, and when the policy keeps its hands off.
import { addDays, LocalDate } from '@countinghouse/kernel';
import { decideOverdue, LifeChange, OverdueInvoice } from './overdue-policy';

const day = (text: string) => text as LocalDate;
const DUE = day('2026-06-30');
const POLICY = { policy: 'suspend', graceDays: 10 } as const;

const invoice = (of: Partial<OverdueInvoice> = {}): OverdueInvoice => ({ invoiceId: 'i1', number: 'FT 1', dueOn: DUE, settledOn: null, suspendedOn: null, ...of });
const timeline = (...list: [on: string, kind: LifeChange['kind'], by?: 'policy'][]): LifeChange[] =>
  list.map(([on, kind, by], index) => ({ seq: index + 1, effectiveOn: day(on), kind, byPolicy: by === 'policy' }));
const STARTED: [string, 'start'] = ['2026-01-01', 'start'];

describe('an overdue invoice', () => {
  it('suspends its contract when the days of grace are over, and not before', () => {
    expect(decideOverdue(addDays(DUE, 10), POLICY, [invoice()], timeline(STARTED))).toBeUndefined();
    expect(decideOverdue(addDays(DUE, 11), POLICY, [invoice()], timeline(STARTED))).toEqual({ kind: 'suspend', effectiveOn: '2026-07-11', because: [invoice()] });
  });

  it('suspends on the day after the due day when there is no grace', () => {
    expect(decideOverdue(addDays(DUE, 1), { ...POLICY, graceDays: 0 }, [invoice()], timeline(STARTED))).toMatchObject({ effectiveOn: '2026-07-01' });
  });

  it('does nothing where the policy is none, the contract has ended or it was settled before anybody looked', () => {
    const later = addDays(DUE, 30);
    expect(decideOverdue(later, { ...POLICY, policy: 'none' }, [invoice()], timeline(STARTED))).toBeUndefined();
    expect(decideOverdue(later, POLICY, [invoice()], timeline(STARTED, ['2026-07-15', 'end']))).toBeUndefined();
    expect(decideOverdue(later, POLICY, [invoice({ settledOn: addDays(DUE, 3) })], timeline(STARTED))).toBeUndefined();
  });

  it('suspends once: decided again, nothing is left to do', () => {
    const suspended = timeline(STARTED, ['2026-07-11', 'suspend', 'policy']);
    expect(decideOverdue(addDays(DUE, 12), POLICY, [invoice({ suspendedOn: day('2026-07-11') })], suspended)).toBeUndefined();
  });

  it('lets the contract go on when nothing overdue is left, and not while something is', () => {
    const suspended = timeline(STARTED, ['2026-07-11', 'suspend', 'policy']);
    const paid = invoice({ settledOn: day('2026-07-20'), suspendedOn: day('2026-07-11') });
    expect(decideOverdue(day('2026-07-20'), POLICY, [paid, invoice({ invoiceId: 'i2' })], suspended)).toMatchObject({ kind: 'stay' });
    expect(decideOverdue(day('2026-07-20'), POLICY, [paid], suspended)).toEqual({ kind: 'resume', effectiveOn: '2026-07-20' });
  });

  it('that comes while the contract is suspended is one that it is suspended for, so that whoever resumes it is not overruled by it', () => {
    const suspended = timeline(STARTED, ['2026-07-11', 'suspend', 'policy']);
    const [known, another] = [invoice({ suspendedOn: day('2026-07-11') }), invoice({ invoiceId: 'i2', dueOn: day('2026-07-05') })];
    expect(decideOverdue(day('2026-07-15'), POLICY, [known, another], suspended)).toBeUndefined();
    expect(decideOverdue(day('2026-07-16'), POLICY, [known, another], suspended)).toEqual({ kind: 'stay', effectiveOn: '2026-07-16', because: [known, another] });
  });

  it('lets it go on from the day of its suspension at the earliest, even if the money came with an older date', () => {
    const suspended = timeline(STARTED, ['2026-07-11', 'suspend', 'policy']);
    const paid = invoice({ settledOn: day('2026-07-05'), suspendedOn: day('2026-07-11') });
    expect(decideOverdue(day('2026-07-05'), POLICY, [paid], suspended)).toEqual({ kind: 'resume', effectiveOn: '2026-07-11' });
  });

  it('lets it go on when the policy of the contract becomes none', () => {
    const suspended = timeline(STARTED, ['2026-07-11', 'suspend', 'policy']);
    expect(decideOverdue(day('2026-07-20'), { ...POLICY, policy: 'none' }, [invoice()], suspended)).toMatchObject({ kind: 'resume' });
  });
});

describe('what a person has decided', () => {
  const paid = invoice({ settledOn: day('2026-07-20'), suspendedOn: day('2026-07-11') });

  it('stays: a suspension by hand is not lifted by a payment, whether it came before or after', () => {
    expect(decideOverdue(day('2026-07-20'), POLICY, [paid], timeline(STARTED, ['2026-07-01', 'suspend']))).toBeUndefined();
    expect(decideOverdue(day('2026-07-20'), POLICY, [paid], timeline(STARTED, ['2026-07-11', 'suspend', 'policy'], ['2026-07-12', 'suspend']))).toBeUndefined();
    expect(decideOverdue(day('2026-07-20'), POLICY, [paid], timeline(STARTED, ['2026-07-11', 'suspend', 'policy'], ['2026-07-02', 'suspend']))).toBeUndefined();
  });

  it('stays: a contract resumed by hand is not suspended again for the same invoice, but for another one', () => {
    const known = invoice({ suspendedOn: day('2026-07-11') });
    const resumed = timeline(STARTED, ['2026-07-11', 'suspend', 'policy'], ['2026-07-15', 'resume']);
    expect(decideOverdue(day('2026-07-20'), POLICY, [known], resumed)).toBeUndefined();
    const another = invoice({ invoiceId: 'i2', dueOn: day('2026-07-05') });
    expect(decideOverdue(day('2026-07-20'), POLICY, [known, another], resumed)).toEqual({ kind: 'suspend', effectiveOn: '2026-07-20', because: [known, another] });
  });

  it('passes: when a suspension by hand ends, what is still overdue suspends the contract', () => {
    const byHand = timeline(STARTED, ['2026-07-01', 'suspend'], ['2026-08-01', 'resume']);
    expect(decideOverdue(day('2026-07-31'), POLICY, [invoice()], byHand)).toBeUndefined();
    expect(decideOverdue(day('2026-08-01'), POLICY, [invoice()], byHand)).toMatchObject({ kind: 'suspend', effectiveOn: '2026-08-01' });
  });
});
