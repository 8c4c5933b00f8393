// What subscriptions does when told, and every so often: members who leave, and terms that renew themselves.
import { Audit, Deliveries, JobRegistry, QueueSettings } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { actsOn } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { MembersLeftConsumer } from './members-left.consumer';
import { RenewalTick } from './renewal.tick';

describe('the jobs of subscriptions', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
  });
  afterAll(() => world.test.drop());

  it('end enrolments once the event of their members leaving arrives, however often it does', async () => {
    const { database, url } = world.test;
    const registry = JobRegistry.of(new MembersLeftConsumer(actsOn(world.test, '2026-06-10T12:00:00Z').followLeaving));
    const deliveries = new Deliveries(database, new Audit(), registry, new QueueSettings(url));
    const company = await world.company();
    const members = await world.members(company, 2);
    const contract = await world.contract(company);
    const enrolments = await world.enrolments(contract, members, await world.plan('GOLD', '10.00'));
    await world.execute(`UPDATE companies.member SET left_on = '2026-09-01', status = 'left' WHERE id = $1`, [members[0]]);
    for (let time = 0; time < 2; time++) {
      await database.transaction((tx) => deliveries.route(tx));
      for (const { consumer, eventIds } of await database.transaction((tx) => deliveries.claim(tx, ['subscriptions.follow-leaving']))) await deliveries.process(consumer, eventIds);
    }
    const ends = await database.query('SELECT enrolment_id AS id, ends_on FROM subscriptions.enrolment_state($1) WHERE enrolment_id = ANY ($2::uuid[]) ORDER BY ends_on', ['2026-06-10', enrolments]);
    expect(ends).toEqual([{ id: enrolments[0], ends_on: '2026-09-01' }, { id: enrolments[1], ends_on: null }]);
    const left = await database.query(`SELECT count(*)::int AS changes FROM subscriptions.enrolment_change WHERE recorded_by = 'system:members-left'`);
    expect(left).toEqual([{ changes: 1 }]);
  });

  it('renew the contracts of real issuers on their own day, and those of a test clock on its day', async () => {
    const acts = actsOn(world.test, '2026-11-02T12:00:00Z');
    const drafted = {
      number: 'K-RENEWS', issuerId: world.issuerId, companyId: await world.company(), currency: 'EUR' as never, startsOn: day('2026-01-01'), termEndsOn: day('2027-01-01'),
      cycleMonths: 1, policies: { autoRenew: true, renewalMonths: 12, noticeDays: 60 }, reason: 'new',
    };
    await acts.activate.execute({ contractId: await acts.draft.execute(drafted, ANA), reason: 'signed' }, ANA);
    const tick = new RenewalTick(acts.clock, world.test.database, acts.renewDue);
    expect(await tick.renew()).toBe(0);
    acts.clock.advanceTo(Date.parse('2026-11-03T12:00:00Z'));
    expect(await tick.renew()).toBe(1);
    expect(await tick.renew()).toBe(0);
    expect(await tick.perform({ issuerId: world.issuerId, day: day('2027-11-03'), actor: ANA, runId: world.runId })).toEqual({ parked: [], result: { contractsRenewed: 1 } });
  });
});
