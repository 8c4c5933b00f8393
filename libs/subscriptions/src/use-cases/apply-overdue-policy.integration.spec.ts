// Contracts and unpaid invoices on a real database: events in any order, any number of times and at once come to the same.
import { ContractId, startOfDay, timeZone } from '@countinghouse/kernel';
import { Audit, newId, Outbox, Deliveries, JobRegistry, QueueSettings, TestClock, violatedConstraint } from '@countinghouse/platform';
import { event, InvoiceOverdue, InvoiceSettled } from '@countinghouse/contracts';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Acts, actsOn, specOpenPeriods } from '../../test/acts';
import { day, World } from '../../test/world';
import { OverdueConsumer } from '../jobs/overdue.consumer';
import { ApplyOverduePolicy } from './apply-overdue-policy';

let test: TestDatabase;
let world: World;
let policy: ApplyOverduePolicy;
let acts: Acts;
let clock: TestClock;
let deliveries: Deliveries;
beforeEach(async () => {
  test = await createTestDatabase();
  world = await World.on(test);
  acts = actsOn(test, new Date(startOfDay(timeZone('Europe/Lisbon'), day('2026-07-02'))).toISOString());
  clock = acts.clock;
  policy = new ApplyOverduePolicy(test.database, clock, specOpenPeriods(acts.books), acts.amendments);
  deliveries = new Deliveries(test.database, new Audit(), JobRegistry.of(new OverdueConsumer(policy)), new QueueSettings(test.url));
});
afterEach(() => test.drop());

interface Told {
  readonly contractIds: readonly ContractId[];
  readonly invoiceId: string;
}
const about = ({ contractIds, invoiceId }: Told) =>
  ({ invoiceId, issuerId: world.issuerId, number: 'FT 1', payerType: 'company' as const, payerId: newId(), contractIds: [...contractIds] as string[], dueOn: '2026-06-30' });
const overdue = (told: Told) => event(InvoiceOverdue, { ...about(told), overdueOn: '2026-07-01' });
const settled = (told: Told, on = '2026-07-20') => event(InvoiceSettled, { ...about(told), settledOn: on });
const tell = async (...events: Parameters<Outbox['append']>[1][number][]) => {
  await test.database.transaction((tx) => new Outbox().append(tx, events));
  await deliveries.drain();
};

async function contract(of: { policy?: string; graceDays?: number; billing?: string } = {}): Promise<ContractId> {
  const id = await world.contract(await world.company(), { startsOn: '2026-01-01' });
  await world.execute('UPDATE subscriptions.contract SET overdue_policy = $2, overdue_grace_days = $3, suspended_billing = $4 WHERE id = $1', [
    id, of.policy ?? 'suspend', of.graceDays ?? 0, of.billing ?? 'stops',
  ]);
  return id;
}
const byHand = (id: ContractId, kind: 'suspend' | 'resume', on: string) =>
  world.execute(
    `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, bills, recorded_by, reason)
     SELECT $1, max(seq) + 1, $3, $2::text, CASE $2::text WHEN 'suspend' THEN true END, 'ana', 'by hand' FROM subscriptions.contract_change WHERE contract_id = $1`,
    [id, kind, on],
  );
const life = (id: ContractId) =>
  test.database.query<{ kind: string; on: string; bills: boolean | null; by: string; reason: string }>(
    `SELECT kind, effective_on AS on, bills, recorded_by AS by, reason FROM subscriptions.contract_change WHERE contract_id = $1 AND kind IN ('suspend', 'resume') ORDER BY seq`,
    [id],
  );
const SUSPENDED = { kind: 'suspend', on: '2026-07-01', bills: false, by: 'system:overdue-policy', reason: 'FT 1 is overdue' };
const RESUMED = { kind: 'resume', on: '2026-07-20', bills: null, by: 'system:overdue-policy', reason: 'nothing is overdue any more' };

describe('news of invoices', () => {
  it('suspend and resume every contract that has that policy, as its policy on billing says, with the reason and an audit row', async () => {
    const [stops, bills, spared] = [await contract(), await contract({ billing: 'continues' }), await contract({ policy: 'none' })];
    const told = { contractIds: [stops, bills, spared], invoiceId: newId() };
    await tell(overdue(told));
    expect(await life(stops)).toEqual([SUSPENDED]);
    expect(await life(bills)).toEqual([{ ...SUSPENDED, bills: true }]);
    await tell(settled(told));
    expect(await life(stops)).toEqual([SUSPENDED, RESUMED]);
    expect(await life(spared)).toEqual([]);
    expect(await test.database.query(`SELECT action, reason FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id`, [stops])).toEqual([
      { action: 'subscriptions.suspend-contract', reason: 'FT 1 is overdue' },
      { action: 'subscriptions.resume-contract', reason: 'nothing is overdue any more' },
    ]);
  });

  it('that come twice, replayed or told again, change nothing', async () => {
    const id = await contract();
    const told = { contractIds: [id], invoiceId: newId() };
    await tell(overdue(told), overdue(told));
    await tell(overdue(told));
    await tell(settled(told), settled(told), overdue(told));
    await test.owner.transaction((tx) => tx.execute(`UPDATE platform.delivery SET state = 'pending', due_at = now()`));
    await deliveries.drain();
    expect(await life(id)).toEqual([SUSPENDED, RESUMED]);
  });

  it('that come the wrong way round suspend nobody', async () => {
    const id = await contract();
    const told = { contractIds: [id], invoiceId: newId() };
    await tell(settled(told));
    await tell(overdue(told));
    expect(await life(id)).toEqual([]);
  });

  it('resume only when nothing overdue is left', async () => {
    const id = await contract();
    const [one, other] = [newId(), newId()].map((invoiceId) => ({ contractIds: [id], invoiceId }));
    await tell(overdue(one!), overdue(other!));
    await tell(settled(one!));
    expect(await life(id)).toEqual([{ ...SUSPENDED, reason: 'FT 1, FT 1 are overdue' }]);
    await tell(settled(other!));
    expect((await life(id)).map(({ kind }) => kind)).toEqual(['suspend', 'resume']);
  });

  it('lift no suspension by hand, whether it came before or after', async () => {
    const [before, after] = [await contract(), await contract()];
    const told = { contractIds: [before, after], invoiceId: newId() };
    await byHand(before, 'suspend', '2026-06-15');
    await tell(overdue(told));
    await byHand(after, 'suspend', '2026-07-05');
    await tell(settled(told));
    expect((await life(before)).map(({ kind, by }) => [kind, by])).toEqual([['suspend', 'ana']]);
    expect((await life(after)).map(({ kind, by }) => [kind, by])).toEqual([['suspend', 'system:overdue-policy'], ['suspend', 'ana']]);
  });

  it('worked off by many at once suspend once', async () => {
    const id = await contract();
    const news = [1, 2, 3, 4, 5, 6].map(() => ({ contractId: id, invoiceId: newId() as never, number: 'FT 1', dueOn: day('2026-06-30'), settledOn: null, day: day('2026-07-01') }));
    await Promise.all(news.map((each) => test.database.transaction((tx) => policy.takeNews(tx, [each]))));
    expect((await life(id)).filter(({ kind }) => kind === 'suspend')).toHaveLength(1);
    // It is suspended for all of them, so a person who resumes it is not overruled by one of them on the next day.
    await byHand(id, 'resume', '2026-07-02');
    clock.advanceTo(startOfDay(timeZone('Europe/Lisbon'), day('2026-07-03')));
    expect(await policy.execute()).toBe(0);
    expect((await life(id)).map(({ kind }) => kind)).toEqual(['suspend', 'resume']);
  });

  it('of contracts that are not ours, or of members, are passed over', async () => {
    await tell(overdue({ contractIds: [newId<ContractId>()], invoiceId: newId() }), overdue({ contractIds: [], invoiceId: newId() }));
    expect(await test.database.query('SELECT FROM subscriptions.overdue_invoice')).toEqual([]);
  });
});

describe('days of grace', () => {
  it('end without an event: the contract is suspended on the day after the last of them', async () => {
    const id = await contract({ graceDays: 10 });
    await tell(overdue({ contractIds: [id], invoiceId: newId() }));
    clock.advanceTo(startOfDay(timeZone('Europe/Lisbon'), day('2026-07-10')));
    expect(await policy.execute()).toBe(0);
    expect(await life(id)).toEqual([]);
    clock.advanceTo(startOfDay(timeZone('Europe/Lisbon'), day('2026-07-11')));
    expect(await policy.execute()).toBe(1);
    expect(await policy.execute()).toBe(0);
    expect(await life(id)).toEqual([{ ...SUSPENDED, on: '2026-07-11' }]);
  });

  it('that end in a closed period suspend from the first open day on', async () => {
    const id = await contract({ graceDays: 10 });
    await tell(overdue({ contractIds: [id], invoiceId: newId() }));
    acts.books.firstOpenDay = day('2026-08-01');
    clock.advanceTo(startOfDay(timeZone('Europe/Lisbon'), day('2026-07-15')));
    expect(await policy.execute()).toBe(1);
    expect(await life(id)).toEqual([{ ...SUSPENDED, on: '2026-08-01' }]);
  });

  it('are worked through by sets, however many contracts there are', async () => {
    await tell(overdue({ contractIds: [await contract({ graceDays: 1 })], invoiceId: newId() }));
    const ofOne = await world.statements(() => policy.execute());
    const ids: ContractId[] = [];
    for (let n = 0; n < 12; n++) ids.push(await contract());
    const news = ids.map((contractId) => ({ contractId, invoiceId: newId() as never, number: 'FT 1', dueOn: day('2026-06-30'), settledOn: null, day: day('2026-06-30') }));
    await test.database.transaction((tx) => policy.takeNews(tx, news));
    expect(await world.statements(() => policy.execute())).toBe(ofOne);
    for (const id of ids) expect(await life(id)).toHaveLength(1);
  });
});

it.each([
  ['takes back that one is settled', `UPDATE subscriptions.overdue_invoice SET settled_on = NULL`, 'overdue_invoice_is_acted_on_once'],
  ['makes it another invoice', `UPDATE subscriptions.overdue_invoice SET number = 'FT 2'`, 'overdue_invoice_is_acted_on_once'],
  ['forgets one', 'DELETE FROM subscriptions.overdue_invoice', undefined],
])('the database refuses whoever %s', async (_what, sql, constraint) => {
  await tell(settled({ contractIds: [await contract()], invoiceId: newId() }));
  const error: unknown = await world.execute(sql).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(violatedConstraint(error)).toBe(constraint);
});
