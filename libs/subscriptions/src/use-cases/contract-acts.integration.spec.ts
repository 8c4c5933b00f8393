// What is done to a contract from its draft to its end, as its timeline tells it; and what is refused, with a remedy.
import { CompanyId, ContractId, LocalDate } from '@countinghouse/kernel';
import { createTestDatabase } from '@countinghouse/testing';
import { Acts, actsOn } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { DraftContractInput } from './draft-contract';

const NOON_OF_10_JUNE = '2026-06-10T12:00:00Z';

describe('a contract', () => {
  let world: World;
  let acts: Acts;
  let company: CompanyId;
  let counter = 0;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
    company = await world.company();
  });
  afterAll(() => world.test.drop());
  beforeEach(() => {
    acts = actsOn(world.test, NOON_OF_10_JUNE);
  });

  const reason = 'as agreed by letter';
  const draft = (input: Partial<DraftContractInput> = {}): Promise<ContractId> =>
    acts.draft.execute(
      { number: `K-${++counter}`, issuerId: world.issuerId, companyId: company, currency: 'EUR' as never, startsOn: day('2026-01-01'), cycleMonths: 1, reason, ...input },
      ANA,
    );
  const active = async (input: Partial<DraftContractInput> = {}): Promise<ContractId> =>
    acts.activate.execute({ contractId: await draft(input), reason }, ANA);
  const state = async (contractId: ContractId, on = '2026-06-10') => {
    const [row] = await world.test.database.query<Record<string, unknown>>(
      `SELECT s.*, k.renewal_due_on FROM subscriptions.contract_state($2) s JOIN subscriptions.contract k ON k.id = s.contract_id WHERE k.id = $1`,
      [contractId, on],
    );
    return row!;
  };
  const timeline = (contractId: ContractId) =>
    world.test.database.query(
      `SELECT seq, effective_on AS on, kind, recorded_by AS by, reason FROM subscriptions.contract_change WHERE contract_id = $1 ORDER BY seq`,
      [contractId],
    );

  describe('that is drafted', () => {
    it('owes nothing until it is activated, on the day it was drafted for or on another', async () => {
      const contract = await draft({ termEndsOn: day('2027-01-01') });
      expect(await state(contract)).toMatchObject({ life: 'draft', starts_on: null, time_zone: 'Europe/Lisbon', anchor_day: 1, term_ends_on: '2027-01-01' });
      await acts.activate.execute({ contractId: contract, reason }, ANA);
      expect(await state(contract)).toMatchObject({ life: 'running', starts_on: '2026-01-01', ends_on: '2027-01-01' });

      const early = await draft({ startsOn: day('2026-06-01') });
      await acts.activate.execute({ contractId: early, on: day('2026-05-20'), reason }, ANA);
      expect(await state(early, '2026-05-20')).toMatchObject({ life: 'running', starts_on: '2026-05-20', cycle_months: 1, time_zone: 'Europe/Lisbon' });
    });

    it('says who, when and why, in its timeline and in the audit trail', async () => {
      const contract = await active();
      expect((await timeline(contract))[3]).toEqual({ seq: 4, on: '2026-01-01', kind: 'start', by: 'ana', reason });
      const audit = await world.test.database.query('SELECT action, actor, reason FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id', [contract]);
      expect(audit).toEqual([
        { action: 'subscriptions.draft-contract', actor: 'ana', reason },
        { action: 'subscriptions.activate-contract', actor: 'ana', reason },
      ]);
    });

    it.each<[string, Partial<DraftContractInput>, string]>([
      ['a number that is taken', { number: 'K-TAKEN' }, 'CONTRACT_NUMBER_TAKEN'],
      ['a number of blanks', { number: '  ' }, 'CONTRACT_NUMBER_INVALID'],
      ['a company that is not there', { companyId: '00000000-0000-7000-8000-000000000001' as CompanyId }, 'COMPANY_NOT_FOUND'],
      ['a term that ends before it starts', { termEndsOn: day('2026-01-01') }, 'TERM_ENDS_BEFORE_IT_STARTS'],
      ['an anchor that is no day of a month', { anchorDay: 32 }, 'ANCHOR_INVALID'],
      ['a cycle of no months', { cycleMonths: 0 }, 'ANCHOR_INVALID'],
      ['a zone that is not there', { timeZone: 'Europe/Atlantis' }, 'TIME_ZONE_UNKNOWN'],
      ['a renewal without a length', { policies: { autoRenew: true } }, 'POLICY_INVALID'],
      ['no reason', { reason: ' ' }, 'REASON_MISSING'],
    ])('is refused with %s', async (_what, input, code) => {
      await draft({ number: 'K-TAKEN' }).catch(() => undefined);
      await expect(draft(input)).rejects.toMatchObject({ code });
    });

    it('does not come into force, nor again, with a company that is closed', async () => {
      const [drafted, ended] = [await draft(), await active({ termEndsOn: day('2026-06-01') })];
      const close = (status: string) => world.execute('UPDATE companies.company SET status = $2 WHERE id = $1', [company, status]);
      await close('closed');
      const refused = { code: 'COMPANY_CLOSED', field: 'contractId', remedy: 'Reopen the company first.' };
      await expect(acts.activate.execute({ contractId: drafted, reason }, ANA)).rejects.toMatchObject(refused);
      await expect(acts.renew.execute({ contractId: ended, months: 6, reason }, ANA)).rejects.toMatchObject(refused);
      await acts.end.execute({ contractId: ended, when: day('2026-05-01'), reason }, ANA);
      await close('active');
      await acts.activate.execute({ contractId: drafted, reason }, ANA);
    });

    it('is activated once, and by those who may bill', async () => {
      const contract = await active();
      await expect(acts.activate.execute({ contractId: contract, reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_ALREADY_ACTIVE' });
      await expect(acts.activate.execute({ contractId: await draft(), reason }, { ...ANA, role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(acts.activate.execute({ contractId: await draft(), reason }, { ...ANA, issuers: [] })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(acts.activate.execute({ contractId: world.issuerId as unknown as ContractId, reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_NOT_FOUND' });
    });
  });

  describe('that is amended', () => {
    it('has another cycle from a day on, and another zone', async () => {
      const contract = await active();
      await acts.amendCycle.execute({ contractId: contract, effectiveOn: day('2026-06-20'), cycleMonths: 3, anchorDay: 15, anchorOn: day('2026-04-01'), reason }, ANA);
      await acts.amendZone.execute({ contractId: contract, effectiveOn: day('2026-07-01'), timeZone: 'America/Sao_Paulo', reason }, ANA);
      expect(await state(contract, '2026-06-19')).toMatchObject({ cycle_months: 1, anchor_day: 1, time_zone: 'Europe/Lisbon' });
      expect(await state(contract, '2026-07-01')).toMatchObject({ cycle_months: 3, anchor_day: 15, anchor_on: '2026-04-01', time_zone: 'America/Sao_Paulo' });
    });

    it('is suspended and resumed, billed on or not as its policy or the act says', async () => {
      const contract = await active({ policies: { suspendedBilling: 'stops' } });
      await acts.suspend.execute({ contractId: contract, reason }, ANA);
      expect(await state(contract, '2026-06-09')).toMatchObject({ suspended: false, bills: true });
      expect(await state(contract)).toMatchObject({ suspended: true, bills: false });
      await acts.suspend.execute({ contractId: contract, billing: 'continues', on: day('2026-06-15'), reason }, ANA);
      expect(await state(contract, '2026-06-15')).toMatchObject({ suspended: true, bills: true });
      await acts.resume.execute({ contractId: contract, on: day('2026-06-20'), reason }, ANA);
      expect(await state(contract, '2026-06-20')).toMatchObject({ suspended: false });
      await expect(acts.resume.execute({ contractId: contract, on: day('2026-06-25'), reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_NOT_SUSPENDED' });
      await expect(acts.suspend.execute({ contractId: contract, on: day('2025-12-31'), reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_NOT_IN_FORCE' });
    });

    it('takes back with a resumption what was to be suspended later', async () => {
      const contract = await active();
      await acts.suspend.execute({ contractId: contract, on: day('2026-09-01'), reason }, ANA);
      await acts.resume.execute({ contractId: contract, reason }, ANA);
      expect(await state(contract, '2026-09-01')).toMatchObject({ suspended: false });
    });

    it('is not amended in a closed period, and says which day is the first open one', async () => {
      const contract = await active();
      acts.books.firstOpenDay = day('2026-05-01');
      const amend = (effectiveOn: string) => acts.amendCycle.execute({ contractId: contract, effectiveOn: day(effectiveOn), cycleMonths: 3, reason }, ANA);
      await expect(amend('2026-04-30')).rejects.toMatchObject({ code: 'PERIOD_CLOSED', field: 'effectiveOn', message: expect.stringContaining('2026-05-01') as string });
      await expect(acts.end.execute({ contractId: contract, when: day('2026-03-01'), reason }, ANA)).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
      await expect(active()).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
      await amend('2026-05-01');
      expect(await draft()).toBeDefined();
    });

    it('takes what two agree at once one after the other', async () => {
      const contract = await active();
      await Promise.all(['2026-07-01', '2026-08-01', '2026-09-01', '2026-10-01'].map((on) =>
        acts.amendZone.execute({ contractId: contract, effectiveOn: day(on), timeZone: 'Europe/Madrid', reason }, ANA)));
      expect((await timeline(contract)).map((change) => (change as { seq: number }).seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });
  });

  describe('that ends', () => {
    it.each<[string, 'now' | 'periodEnd' | LocalDate, string]>([
      ['now', 'now', '2026-06-10'],
      ['with its period', 'periodEnd', '2026-07-01'],
      ['on a day', day('2026-08-15'), '2026-08-15'],
    ])('ends %s', async (_what, when, endsOn) => {
      const contract = await active();
      await acts.end.execute({ contractId: contract, when, reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: endsOn });
    });

    it('ends with its term when notice is given in time, and not when it is late', async () => {
      const terms = { termEndsOn: day('2027-01-01'), policies: { autoRenew: true, renewalMonths: 12, noticeDays: 90 } };
      const contract = await active(terms);
      expect(await state(contract)).toMatchObject({ ends_on: null, renewal_due_on: '2026-10-04' });
      await acts.end.execute({ contractId: contract, when: 'termEnd', reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: '2027-01-01', renewal_due_on: null });

      const late = await active({ ...terms, policies: { ...terms.policies, noticeDays: 365 } });
      await expect(acts.end.execute({ contractId: late, when: 'termEnd', reason }, ANA)).rejects.toMatchObject({
        code: 'NOTICE_TOO_LATE', message: 'Notice for the end of the term on 2027-01-01 had to be given by 2026-01-01.',
      });
      await expect(acts.end.execute({ contractId: await active(), when: 'termEnd', reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_HAS_NO_TERM' });
    });

    it('ends on another day when that is said later, and is withdrawn on its first', async () => {
      const contract = await active();
      for (const when of ['2026-09-01', '2026-12-01', '2026-07-01', '2026-01-01']) {
        await acts.end.execute({ contractId: contract, when: day(when), reason }, ANA);
        expect(await state(contract)).toMatchObject({ ends_on: when === '2026-01-01' ? null : when, life: when === '2026-01-01' ? 'draft' : 'running' });
      }
      await expect(acts.end.execute({ contractId: await active(), when: day('2025-12-31'), reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_ENDS_BEFORE_IT_STARTS' });
      await expect(acts.end.execute({ contractId: await draft(), when: 'now', reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_NOT_ACTIVE' });
    });
  });

  describe('that is renewed', () => {
    const yearly = { termEndsOn: day('2027-01-01'), policies: { autoRenew: true, renewalMonths: 12, noticeDays: 30 } };

    it('goes on by itself on the day after its cut-off, whatever ticks were missed or doubled', async () => {
      const contract = await active(yearly);
      const terms = async () => (await timeline(contract)).filter((change) => (change as { kind: string }).kind === 'term').length;
      const renewed = async (on: string, times = 1) => {
        const before = await terms();
        await Promise.all(Array.from({ length: times }, () => acts.renewDue.execute(world.issuerId, day(on))));
        return (await terms()) - before;
      };
      expect(await state(contract)).toMatchObject({ renewal_due_on: '2026-12-03' });
      expect(await renewed('2026-12-02')).toBe(0);
      expect(await renewed('2026-12-03', 3)).toBe(1);
      expect(await renewed('2026-12-03')).toBe(0);
      expect(await state(contract)).toMatchObject({ ends_on: null, renewal_due_on: '2027-12-03' });
      expect(await state(contract, '2027-01-01')).toMatchObject({ term_ends_on: '2028-01-01' });
      expect(await renewed('2030-06-01')).toBe(3);
      expect(await state(contract, '2030-06-01')).toMatchObject({ term_ends_on: '2031-01-01', life: 'running' });
    });

    it('takes as many statements with thirty others as alone', async () => {
      const many = async (count: number) => {
        for (let n = 0; n < count; n++) await active(yearly);
        return world.statements(() => acts.renewDue.execute(world.issuerId, day('2026-12-03')));
      };
      await acts.renewDue.execute(world.issuerId, day('2026-12-03'));
      expect(await many(30)).toBe(await many(1));
    });

    it('is told when it cannot be, and the others are renewed all the same', async () => {
      const [longer, well] = [await active(yearly), await active(yearly)];
      await acts.renewDue.execute(world.issuerId, day('2026-12-02'));
      await world.execute(`INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, recorded_by, reason) VALUES ($1, 9, '2027-06-01', 'end', 'ana', 'spec')`, [longer]);
      const { parked, result } = await acts.renewDue.execute(world.issuerId, day('2026-12-03'));
      expect(parked).toMatchObject([{ item: `contract ${longer}`, code: 'CONTRACT_ENDED_OTHERWISE' }]);
      expect(result).toEqual({ contractsRenewed: 1 });
      expect(await state(well)).toMatchObject({ renewal_due_on: '2027-12-03' });
    });

    it('goes on when a person says so, also after it has ended with its term', async () => {
      const contract = await active({ startsOn: day('2025-06-01'), termEndsOn: day('2026-06-01') });
      expect(await state(contract)).toMatchObject({ life: 'ended' });
      await acts.renew.execute({ contractId: contract, months: 6, reason }, ANA);
      expect(await state(contract)).toMatchObject({ life: 'running', ends_on: '2026-12-01', term_ends_on: '2026-12-01' });
      await acts.end.execute({ contractId: contract, when: day('2026-09-01'), reason }, ANA);
      await expect(acts.renew.execute({ contractId: contract, months: 6, reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_ENDED_OTHERWISE' });
      await expect(acts.renew.execute({ contractId: await active(), months: 6, reason }, ANA)).rejects.toMatchObject({ code: 'CONTRACT_HAS_NO_TERM' });
      await expect(acts.renew.execute({ contractId: await active({ termEndsOn: day('2027-01-01') }), reason }, ANA)).rejects.toMatchObject({ code: 'RENEWAL_LENGTH_INVALID' });
    });

    it('ends with its term once it no longer renews itself, and the other way round', async () => {
      const contract = await active(yearly);
      await acts.setPolicies.execute({ contractId: contract, policies: { autoRenew: false }, reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: '2027-01-01', renewal_due_on: null });
      await acts.setPolicies.execute({ contractId: contract, policies: { autoRenew: true, noticeDays: 60 }, reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: null, renewal_due_on: '2026-11-03' });
    });

    it('ends with a term that is agreed otherwise', async () => {
      const contract = await active({ termEndsOn: day('2027-01-01') });
      await acts.agreeTerm.execute({ contractId: contract, termEndsOn: day('2028-01-01'), reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: '2028-01-01', term_ends_on: '2028-01-01' });
      await acts.agreeTerm.execute({ contractId: contract, termEndsOn: null, reason }, ANA);
      expect(await state(contract)).toMatchObject({ ends_on: null, term_ends_on: null });
      await expect(acts.agreeTerm.execute({ contractId: contract, termEndsOn: day('2026-06-10'), reason }, ANA)).rejects.toMatchObject({ code: 'TERM_ENDS_BEFORE_IT_STARTS' });
    });
  });
});
