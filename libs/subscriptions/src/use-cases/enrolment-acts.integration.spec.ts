// What happens to enrolments: started, moved between plans, paused, asked by payroll, cancelled, and ended with the membership.
import { Companies } from '@countinghouse/companies';
import { MembersLeft } from '@countinghouse/contracts';
import { CompanyId, ContractId, EnrolmentId, isDomainError, LocalDate, MemberId, PlanId } from '@countinghouse/kernel';
import { newId, TestClock } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { Acts, actsOn } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { ContractPolicies } from '../persistence/contract.queries';
import { EnrolledHeadcount } from '../proofs/enrolled-headcount.proof';
import { AskedEnrolment } from './start-enrolments';

const reason = 'as asked for';

describe('enrolments', () => {
  let world: World;
  let acts: Acts;
  let company: CompanyId;
  let contract: ContractId;
  let members: MemberId[];
  let basic: PlanId;
  let gold: PlanId;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
    basic = await world.plan('BASIC', '20.00');
    gold = await world.plan('GOLD', '40.00');
    await world.plan('YEN', '4000', 'JPY');
    await world.plan('BOOKS', '10.00', 'EUR', 'reduced');
  });
  afterAll(() => world.test.drop());
  beforeEach(async () => {
    acts = actsOn(world.test, '2026-06-10T12:00:00Z');
    company = await world.company();
    contract = await world.contract(company, { startsOn: '2026-01-01' });
    members = await world.members(company, 3);
  });

  afterEach(async () => expect(await proven()).toMatch(/people enrolled/));

  /** What the proof of the enrolled headcount says on a day. */
  const proven = async (on = '2026-06-10') => {
    const proof = new EnrolledHeadcount(new TestClock(Date.parse(`${on}T12:00:00Z`)));
    return (await world.test.database.read((reader) => proof.prove(reader))).detail;
  };
  const planOf = async (code: string) => (await world.test.database.query<{ id: PlanId }>('SELECT id FROM subscriptions.plan WHERE code = $1', [code]))[0]!.id;
  const enrol = (asked: Partial<AskedEnrolment> = {}, more: Partial<AskedEnrolment>[] = []) =>
    acts.enrol.execute(
      { contractId: contract, enrolments: [asked, ...more].map((one) => ({ memberId: members[0]!, planId: basic, startsOn: day('2026-06-01'), ...one })), reason },
      ANA,
    );
  const enrolled = async (asked: Partial<AskedEnrolment> = {}): Promise<EnrolmentId> => (await enrol(asked)).started[0]!;
  const policies = (changed: Partial<ContractPolicies>) => acts.setPolicies.execute({ contractId: contract, policies: changed, reason }, ANA);
  const state = async (id: EnrolmentId, on = '2026-06-10') => {
    const [row] = await world.test.database.query<Record<string, unknown>>('SELECT * FROM subscriptions.enrolment_state($2) WHERE enrolment_id = $1', [id, on]);
    return row!;
  };
  const codes = (refused: readonly { error: unknown }[]) => refused.map(({ error }) => (isDomainError(error) ? error.code : error));

  describe('that start', () => {
    it('have trial days and payroll as the contract and the act say', async () => {
      await policies({ trialDays: 14, payrollAllowed: true });
      const id = await enrolled({ payroll: true });
      expect(await state(id, '2026-06-14')).toMatchObject({ life: 'running', plan_id: basic, in_trial: true, payroll: true });
      expect(await state(id, '2026-06-15')).toMatchObject({ in_trial: false });
      const other = await enrolled({ memberId: members[1]!, trialDays: 0 });
      expect(await state(other, '2026-06-01')).toMatchObject({ in_trial: false, payroll: false });
    });

    it('are what they were when they are asked for again, and mark their members enrolled', async () => {
      const id = await enrolled();
      expect(await enrol()).toEqual({ started: [], unchanged: [id], refused: [] });
      const [member] = await world.test.database.query<{ status: string }>('SELECT status FROM companies.member WHERE id = $1', [members[0]]);
      expect(member!.status).toBe('enrolled');
      const audit = await world.test.database.query('SELECT action, reason FROM platform.audit_entry WHERE subject_id = $1', [id]);
      expect(audit).toEqual([{ action: 'subscriptions.start-enrolment', reason }]);
    });

    it('are refused one by one, and the others start', async () => {
      await world.execute(`UPDATE companies.member SET left_on = '2026-05-01', status = 'left' WHERE id = $1`, [members[2]]);
      const stranger = (await world.members(await world.company(), 1))[0]!;
      const elsewhere: [Partial<AskedEnrolment>, string][] = [
        [{ memberId: stranger }, 'MEMBER_UNKNOWN'],
        [{ memberId: members[2]! }, 'MEMBER_NOT_ELIGIBLE'],
        [{ planId: newId<PlanId>() }, 'PLAN_UNKNOWN'],
        [{ planId: await planOf('YEN') }, 'PRICE_MISSING'],
        [{ startsOn: day('2025-12-31') }, 'PRICE_MISSING'],
        [{ memberId: members[1]!, trialDays: -1 }, 'TRIAL_INVALID'],
        [{ memberId: members[1]!, payroll: true }, 'MEMBER_REPEATED'],
      ];
      const done = await enrol({}, elsewhere.map(([asked]) => asked));
      expect(done.started).toHaveLength(1);
      expect(codes(done.refused)).toEqual(elsewhere.map(([, code]) => code));
      expect(codes((await enrol({ memberId: members[1]!, payroll: true })).refused)).toEqual(['PAYROLL_NOT_ALLOWED']);
      expect(codes((await enrol({ startsOn: day('2026-06-02') })).refused)).toEqual(['ENROLMENT_OVERLAPS']);
      expect((await enrol({ planId: await planOf('BOOKS') })).started).toHaveLength(1);
    });

    it('are within the contract, within open periods, and of plans that are still offered', async () => {
      await acts.end.execute({ contractId: contract, when: day('2026-09-01'), reason }, ANA);
      expect(codes((await enrol({ startsOn: day('2026-09-01') })).refused)).toEqual(['CONTRACT_NOT_IN_FORCE']);
      acts.books.firstOpenDay = day('2026-06-01');
      expect(codes((await enrol({ startsOn: day('2026-05-31') })).refused)).toEqual(['PERIOD_CLOSED']);
      await world.plan('OLD', '1.00');
      await acts.retirePlan.execute({ plan: 'OLD', from: day('2026-06-10'), reason }, ANA);
      expect(codes((await enrol({ planId: await planOf('OLD'), startsOn: day('2026-06-10') })).refused)).toEqual(['PLAN_RETIRED']);
      expect((await enrol({ planId: await planOf('OLD'), startsOn: day('2026-06-09') })).started).toHaveLength(1);
    });

    it('are one when two ask at once', async () => {
      const racing = await Promise.all([enrol({ planId: basic }), enrol({ planId: gold }), enrol({ planId: basic })]);
      expect(racing.flatMap(({ started }) => started)).toHaveLength(1);
    });
  });

  describe('that change their plan', () => {
    it('move up at once and down with the period, unless the contract or the act says otherwise', async () => {
      const ids = [await enrolled({ planId: basic }), await enrolled({ memberId: members[1]!, planId: gold })];
      const move = (id: EnrolmentId, planId: PlanId, when?: 'now' | 'periodEnd' | LocalDate) =>
        acts.changePlan.execute({ enrolmentIds: [id], planId, reason, ...(when === undefined ? {} : { when }) }, ANA);
      await move(ids[0]!, gold);
      await move(ids[1]!, basic);
      expect(await state(ids[0]!, '2026-06-10')).toMatchObject({ plan_id: gold });
      expect(await state(ids[1]!, '2026-06-30')).toMatchObject({ plan_id: gold });
      expect(await state(ids[1]!, '2026-07-01')).toMatchObject({ plan_id: basic });
      await move(ids[1]!, basic, 'now');
      expect(await state(ids[1]!, '2026-06-10')).toMatchObject({ plan_id: basic });
      await policies({ downgradeWhen: 'now', upgradeWhen: 'periodEnd' });
      await move(ids[0]!, basic);
      expect(await state(ids[0]!, '2026-06-10')).toMatchObject({ plan_id: basic });
      await move(ids[0]!, gold);
      expect(await state(ids[0]!, '2026-06-30')).toMatchObject({ plan_id: basic });
      expect(await state(ids[0]!, '2026-07-01')).toMatchObject({ plan_id: gold });
    });

    it('forget a move that was to happen later, and keep one that has happened since a day in the past', async () => {
      const id = await enrolled({ planId: gold });
      const move = (planId: PlanId, when: 'now' | 'periodEnd' | LocalDate) => acts.changePlan.execute({ enrolmentIds: [id], planId, when, reason }, ANA);
      await move(basic, 'periodEnd');
      expect(await move(gold, 'now')).toMatchObject({ changed: [id] });
      expect(await state(id, '2026-07-01')).toMatchObject({ plan_id: gold });
      await move(basic, day('2026-06-05'));
      await move(gold, day('2026-06-08'));
      await move(basic, day('2026-06-02'));
      expect(await Promise.all(['2026-06-01', '2026-06-02', '2026-06-07', '2026-06-08'].map(async (on) => (await state(id, on))['plan_id']))).toEqual([gold, basic, basic, gold]);
    });

    it('stay within their product and among what is offered', async () => {
      const id = await enrolled();
      const refused = async (planId: PlanId) => codes((await acts.changePlan.execute({ enrolmentIds: [id], planId, when: 'now', reason }, ANA)).refused);
      expect(await refused(await planOf('BOOKS'))).toEqual(['PLAN_OF_ANOTHER_PRODUCT']);
      expect(await refused(await planOf('YEN'))).toEqual(['PRICE_MISSING']);
      expect(await refused(newId<PlanId>())).toEqual(['PLAN_UNKNOWN']);
      expect(await acts.changePlan.execute({ enrolmentIds: [id], planId: basic, reason }, ANA)).toEqual({ changed: [], unchanged: [id], refused: [] });
    });
  });

  describe('that pause', () => {
    const paused = async (id: EnrolmentId, ...days: string[]) => Promise.all(days.map(async (on) => (await state(id, on))['paused']));

    it('do so for some days, and again, and resume early', async () => {
      const id = await enrolled();
      const pause = (from: string, until: string) => acts.pause.execute({ enrolmentIds: [id], from: day(from), until: day(until), reason }, ANA);
      await pause('2026-06-08', '2026-06-10');
      await pause('2026-06-17', '2026-06-23');
      expect(await paused(id, '2026-06-07', '2026-06-08', '2026-06-09', '2026-06-10', '2026-06-17', '2026-06-22', '2026-06-23')).toEqual([false, true, true, false, true, true, false]);
      await acts.resumeEnrolments.execute({ enrolmentIds: [id], on: day('2026-06-20'), reason }, ANA);
      expect(await paused(id, '2026-06-09', '2026-06-19', '2026-06-20')).toEqual([true, true, false]);
      expect(codes((await acts.resumeEnrolments.execute({ enrolmentIds: [id], on: day('2026-06-23'), reason }, ANA)).refused)).toEqual(['ENROLMENT_NOT_PAUSED']);
    });

    it('do so as long as the contract allows, however it is asked for', async () => {
      await policies({ pauseDaysMax: 30 });
      const id = await enrolled();
      const refused = async (from: string, until?: string) =>
        codes((await acts.pause.execute({ enrolmentIds: [id], from: day(from), reason, ...(until === undefined ? {} : { until: day(until) }) }, ANA)).refused);
      expect(await refused('2026-06-10', '2026-07-11')).toEqual(['PAUSE_TOO_LONG']);
      expect(await refused('2026-06-10')).toEqual([]);
      expect(await paused(id, '2026-07-09', '2026-07-10')).toEqual([true, false]);
      expect(await refused('2026-07-10', '2026-07-11')).toEqual(['PAUSE_TOO_LONG']);
      expect(await refused('2026-07-10', '2026-07-10')).toEqual(['PAUSE_ENDS_BEFORE_IT_STARTS']);
      await policies({ pauseDaysMax: 0 });
      expect(await refused('2026-09-01')).toEqual(['PAUSE_NOT_ALLOWED']);
    });
  });

  describe('that are cancelled', () => {
    it.each<[string, 'now' | 'periodEnd' | LocalDate, string]>([
      ['now', 'now', '2026-06-10'], ['with the period', 'periodEnd', '2026-07-01'], ['on a day', day('2026-06-05'), '2026-06-05'],
    ])('end %s, and go on when that is taken back', async (_what, when, endsOn) => {
      const id = await enrolled();
      await acts.cancel.execute({ enrolmentIds: [id], when, reason }, ANA);
      expect(await state(id)).toMatchObject({ ends_on: endsOn });
      await acts.cancel.execute({ enrolmentIds: [id], when: null, reason }, ANA);
      expect(await state(id)).toMatchObject({ ends_on: null, life: 'running', plan_id: basic });
    });

    it('are not ended before they start, in a closed period, or when they are not there', async () => {
      const id = await enrolled();
      const missing = newId<EnrolmentId>();
      expect(codes((await acts.cancel.execute({ enrolmentIds: [id, missing], when: day('2026-05-31'), reason }, ANA)).refused)).toEqual(['ENROLMENT_ENDS_BEFORE_IT_STARTS', 'ENROLMENT_NOT_FOUND']);
      acts.books.firstOpenDay = day('2026-06-05');
      expect(codes((await acts.cancel.execute({ enrolmentIds: [id], when: day('2026-06-04'), reason }, ANA)).refused)).toEqual(['PERIOD_CLOSED']);
      await expect(acts.cancel.execute({ enrolmentIds: [], when: 'now', reason }, ANA)).rejects.toMatchObject({ code: 'ENROLMENTS_TOO_MANY' });
      await expect(acts.cancel.execute({ enrolmentIds: [id], when: 'now', reason: '' }, ANA)).rejects.toMatchObject({ code: 'REASON_MISSING' });
      await expect(acts.cancel.execute({ enrolmentIds: [id], when: 'now', reason }, { ...ANA, issuers: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  it('are asked by payroll from a day on, and by card again, where the contract allows it', async () => {
    const id = await enrolled();
    const ask = (payer: 'payroll' | 'card', on?: string) => acts.askBy.execute({ enrolmentIds: [id], payer, reason, ...(on === undefined ? {} : { on: day(on) }) }, ANA);
    expect(codes((await ask('payroll')).refused)).toEqual(['PAYROLL_NOT_ALLOWED']);
    await policies({ payrollAllowed: true });
    await ask('payroll');
    await ask('card', '2026-07-01');
    expect(await Promise.all(['2026-06-09', '2026-06-10', '2026-07-01'].map(async (on) => (await state(id, on))['payroll']))).toEqual([false, true, false]);
  });

  it('take as many statements for a hundred as for one', async () => {
    const company = await world.company();
    contract = await world.contract(company);
    const many = await world.members(company, 101);
    const { started } = await enrol({ memberId: many[0]! }, many.slice(1).map((memberId) => ({ memberId })));
    expect(started).toHaveLength(101);
    const cancel = (enrolmentIds: readonly EnrolmentId[]) => world.statements(() => acts.cancel.execute({ enrolmentIds, when: 'now', reason }, ANA));
    expect(await cancel(started.slice(1))).toBe(await cancel(started.slice(0, 1)));
  });

  describe('under a contract that ends', () => {
    const counted = async () => {
      const range = { start: day('2026-06-01'), end: day('2028-01-01') };
      const stretches = await world.test.database.read((reader) => new Companies().headcountStretches(reader, [company], range, 'enrolled'));
      return stretches.get(company)!.map(({ start, count }) => `${start} ${count}`);
    };
    const status = async () => (await world.test.database.query<{ status: string }>('SELECT status FROM companies.member WHERE id = $1', [members[0]]))[0]!.status;
    const endContract = (when: string) => acts.end.execute({ contractId: contract, when: day(when), reason }, ANA);

    it('are counted up to its end, wherever it is moved to, and the proof sees it', async () => {
      await enrol({}, [{ memberId: members[1]! }]);
      for (const [when, turns] of [['2026-09-01', ['2026-09-01 0']], ['2026-12-01', ['2026-12-01 0']], ['2026-06-05', ['2026-06-05 0']], ['2027-01-01', ['2027-01-01 0']]] as const) {
        await endContract(when);
        expect(await counted()).toEqual(['2026-06-01 2', ...turns]);
      }
      await acts.cancel.execute({ enrolmentIds: [(await enrolled({ memberId: members[2]! }))], when: day('2026-08-01'), reason }, ANA);
      expect(await counted()).toEqual(['2026-06-01 3', '2026-08-01 2', '2027-01-01 0']);
    });

    it('are counted on when it is withdrawn and renewed, and by another contract in force', async () => {
      await enrol();
      await acts.agreeTerm.execute({ contractId: contract, termEndsOn: day('2026-09-01'), reason }, ANA);
      expect(await counted()).toEqual(['2026-06-01 1', '2026-09-01 0']);
      await acts.renew.execute({ contractId: contract, months: 3, reason }, ANA);
      expect(await counted()).toEqual(['2026-06-01 1', '2026-12-01 0']);
      const other = await world.contract(company, { startsOn: '2026-01-01' });
      await acts.enrol.execute({ contractId: other, enrolments: [{ memberId: members[0]!, planId: gold, startsOn: day('2026-11-01') }], reason }, ANA);
      expect(await counted()).toEqual(['2026-06-01 1']);
      await endContract('2026-06-01');
      expect(await counted()).toEqual(['2026-06-01 0', '2026-11-01 1']);
    });

    it('are counted once by contracts of one company whose ends are moved at the same moment', async () => {
      const contracts = [contract, await world.contract(company, { startsOn: '2026-01-01' }), await world.contract(company, { startsOn: '2026-01-01' })];
      for (const contractId of contracts) {
        await acts.enrol.execute({ contractId, enrolments: members.map((memberId) => ({ memberId, planId: basic, startsOn: day('2026-06-01') })), reason }, ANA);
      }
      const end = (when: string) => Promise.all(contracts.map((contractId) => acts.end.execute({ contractId, when: day(when), reason }, ANA)));
      // Later again, each takes up its life and holds the company for that.
      for (const when of ['2026-09-01', '2026-12-01', '2026-08-01']) {
        await end(when);
        expect(await counted()).toEqual(['2026-06-01 3', `${when} 0`]);
      }
    });

    it('leave their members enrolled until its end has come', async () => {
      await endContract('2026-09-01');
      await enrol();
      expect(await status()).toBe('enrolled');
      await acts.end.execute({ contractId: contract, when: 'now', reason }, ANA);
      expect(await status()).toBe('eligible');
      await endContract('2026-07-01');
      expect(await status()).toBe('enrolled');
    });

    it('are missed by the proof when nobody has told of the end', async () => {
      await enrol();
      const before = await proven('2026-10-01');
      await world.execute(`INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, recorded_by, reason) VALUES ($1, 9, '2026-09-01', 'end', 'ana', 'spec')`, [contract]);
      expect(before).toMatch(/people enrolled on 2026-10-01/);
      expect(await proven('2026-10-01')).toMatch(/on 2026-10-01: 0 enrolled, 1 counted/);
      expect(await proven('2026-08-01')).toMatch(/on 9999-12-31: 0 enrolled, 1 counted/);
      // Whatever is done to its life next tells of all of it.
      await endContract('2026-08-15');
    });
  });

  describe('of members who leave', () => {
    const leave = async (on: string | null, member = members[0]!) => {
      await world.execute(`UPDATE companies.member SET left_on = $2, status = CASE WHEN $2::date IS NULL THEN 'enrolled' ELSE 'left' END WHERE id = $1`, [member, on]);
      return world.test.database.transaction((tx) => acts.followLeaving.execute(tx, [member]));
    };

    it('end with them, on whatever day is said last, and go on if they stay', async () => {
      const id = await enrolled();
      for (const on of ['2026-09-01', '2026-07-15', '2026-10-01', null, '2026-08-01']) {
        expect(await leave(on)).toBe(1);
        expect(await state(id)).toMatchObject({ ends_on: on, life: 'running', plan_id: basic });
        expect(await leave(on)).toBe(0);
      }
      await leave('2026-05-01');
      expect(await state(id)).toMatchObject({ life: 'withdrawn' });
      await leave(null);
      expect(await state(id)).toMatchObject({ life: 'running', ends_on: null });
    });

    it('stay ended when they come back after a while, and enrol anew', async () => {
      const id = await enrolled();
      await leave('2026-07-01');
      await world.execute(`INSERT INTO companies.member_past_stay (member_id, eligible_from, left_on) SELECT id, eligible_from, left_on FROM companies.member WHERE id = $1`, [members[0]]);
      await world.execute(`UPDATE companies.member SET eligible_from = '2026-10-01', earlier_left_on = left_on, left_on = NULL, status = 'eligible' WHERE id = $1`, [members[0]]);
      expect(await world.test.database.transaction((tx) => acts.followLeaving.execute(tx, [members[0]!]))).toBe(0);
      expect(await state(id)).toMatchObject({ ends_on: '2026-07-01' });
      const again = await enrolled({ startsOn: day('2026-10-01') });
      expect(await state(again, '2026-10-01')).toMatchObject({ life: 'running', ends_on: null });
      expect(await state(id)).toMatchObject({ ends_on: '2026-07-01' });
    });

    it('are told of by an event whenever the day changes, a thousand members to each', async () => {
      const company = await world.company();
      const many = await world.members(company, 1_001);
      await world.test.owner.transaction((tx) => tx.execute('TRUNCATE platform.outbox_event'));
      const events = () => world.test.database.query<{ name: string; payload: { members: { memberId: MemberId; leftOn: string | null }[] } }>('SELECT name, payload FROM platform.outbox_event ORDER BY id');
      await world.execute(`UPDATE companies.member SET left_on = '2026-09-01', status = 'left' WHERE company_id = $1`, [company]);
      await world.execute(`UPDATE companies.member SET name = 'Another name' WHERE company_id = $1`, [company]);
      await world.execute(`UPDATE companies.member SET left_on = NULL, status = 'eligible' WHERE id = $1`, [many[0]]);
      const told = (await events()).map(({ name, payload }) => [name, MembersLeft.schema.parse(payload).members.length]);
      expect(told).toEqual([['companies.members-left.v1', 1_000], ['companies.members-left.v1', 1], ['companies.members-left.v1', 1]]);
      expect((await events())[2]!.payload).toEqual({ members: [{ memberId: many[0], leftOn: null }] });
    });

    it('leave the enrolled headcount on their day', async () => {
      const id = await enrolled();
      await leave('2026-09-01');
      const days = await world.test.database.query('SELECT effective_on AS on, enrolled FROM companies.member_enrolment WHERE member_id = $1 ORDER BY 1', [members[0]]);
      expect(days).toEqual([{ on: '2026-06-01', enrolled: true }, { on: '2026-09-01', enrolled: false }]);
      expect(await state(id)).toMatchObject({ ends_on: '2026-09-01' });
    });

    it('are not lengthened beyond what was cancelled', async () => {
      const id = await enrolled();
      await acts.cancel.execute({ enrolmentIds: [id], when: day('2026-07-01'), reason }, ANA);
      expect(await leave('2026-06-20')).toBe(1);
      expect(await leave('2026-09-01')).toBe(1);
      expect(await state(id)).toMatchObject({ ends_on: '2026-07-01' });
    });

    it('run up to a day of leaving that is on record when they start', async () => {
      await leave('2026-09-01');
      const id = await enrolled();
      expect(await state(id)).toMatchObject({ ends_on: '2026-09-01' });
      await leave(null);
      expect(await state(id)).toMatchObject({ ends_on: null });
    });

    it('take as many statements for many as for one', async () => {
      const company = await world.company();
      contract = await world.contract(company);
      const many = await world.members(company, 51);
      await enrol({ memberId: many[0]! }, many.slice(1).map((memberId) => ({ memberId })));
      await world.execute(`UPDATE companies.member SET left_on = '2026-09-01', status = 'left' WHERE company_id = $1`, [company]);
      const follow = (ids: readonly MemberId[]) => world.statements(() => world.test.database.transaction((tx) => acts.followLeaving.execute(tx, ids)));
      expect(await follow(many.slice(1))).toBe(await follow(many.slice(0, 1)));
    });
  });
});
