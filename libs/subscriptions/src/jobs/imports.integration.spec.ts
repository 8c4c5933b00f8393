// Importing contracts and enrolments: what is refused and where, what is added, and what a second file changes.
import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { Companies } from '@countinghouse/companies';
import { CompanyId, ContractId, EnrolmentId, MemberId, Money, PlanId } from '@countinghouse/kernel';
import { Audit, Imports, JobRegistry, QueueSettings, Run, RunChunks, Runs } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { actsOn, SpecBooks, specOpenPeriods } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { ContractsImport } from './contracts-import';
import { EnrolmentsImport } from './enrolments-import';

const CONTRACTS =
  'number,issuer_code,company_number,currency,starts_on,ends_on,anchor_day,cycle_months,access_fee_per_person,access_fee_timing,plan_code,subsidy_mode,subsidy_value,subsidy_cap';
const ENROLMENTS = 'contract_number,employee_id,plan_code,starts_on,ends_on';

describe('the imports of subscriptions', () => {
  let world: World;
  let runs: Runs;
  let imports: Imports;
  let company: CompanyId;
  let number: string;
  const books = new SpecBooks();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    world = await World.on(await createTestDatabase());
    const { database, url } = world.test;
    const openPeriods = specOpenPeriods(books);
    const acts = actsOn(world.test, '2026-06-10T12:00:00Z');
    const registry = JobRegistry.of(new ContractsImport(openPeriods, new Companies()), new EnrolmentsImport(openPeriods, acts.recordEnrolmentChanges, acts.clock));
    runs = new Runs(database, new Audit(), new RunChunks(database, new Audit(), registry, new QueueSettings(url)));
    imports = new Imports(database, runs, registry);
    await world.plan('GOLD', '40.00');
    await world.plan('SILVER', '20.00');
    await world.plan('CHEAP', '10.00');
    const yearly = { price: Money.parse('108.00', 'EUR'), taxInclusive: true, effectiveFrom: day('2026-01-01'), intervalMonths: 12 as const };
    await acts.publishPrices.execute({ plan: 'CHEAP', prices: [yearly] }, ANA);
    await world.plan('YEN', '4000', 'JPY');
  });
  afterAll(() => world.test.drop());
  beforeEach(async () => {
    books.firstOpenDay = undefined;
    company = await world.company();
    number = await world.numberOf(company);
  });

  const run = (kind: 'contracts' | 'enrolments', ...lines: string[]) => runWith(kind, kind === 'contracts' ? CONTRACTS : ENROLMENTS, ...lines);
  const runWith = async (kind: 'contracts' | 'enrolments', header: string, ...lines: string[]): Promise<Run> => {
    const source = Readable.from([Buffer.from([header, ...lines].join('\n'))]);
    const done = await runs.drain((await imports.start({ kind: `subscriptions.${kind}`, fileName: `${kind}.csv`, source }, ANA)).id);
    expect(done.error).toBeNull();
    return done;
  };
  const rejections = async (of: Run) =>
    (await world.test.database.read((reader) => imports.rejections(reader, of.id))).map(({ line, column, code }) => [line, column, code]);
  /** A contract number of its own for each spec. */
  const K = () => number.replace('C-', 'K-9');

  describe('contracts', () => {
    it('are added with their access fee and a subsidy for each plan; the same rows again change nothing', async () => {
      const rows = [
        `${K()},PT,${number},EUR,2026-06-01,,1,1,10.00,arrears,GOLD,percent,33.5,12.00`,
        `${K()},PT,${number},EUR,2026-06-01,,1,1,,,SILVER,fixed,5.00,`,
      ];
      expect(await run('contracts', ...rows)).toMatchObject({ state: 'succeeded', result: { imported: '2', contracts: '1', accessFees: '1', subsidies: '2' } });
      expect(await run('contracts', ...rows, '')).toMatchObject({ result: { imported: '2', contracts: '0', accessFees: '0', subsidies: '0' } });
      const stored = await world.test.database.query(
        `SELECT state.time_zone, k.enrolment_timing, t.unit_price_minor, f.timing, p.code, s.mode, s.amount_minor, s.percent, s.cap_minor
           FROM subscriptions.contract k JOIN subscriptions.contract_state('2026-06-01') AS state ON state.contract_id = k.id
           JOIN subscriptions.fee_component f ON f.contract_id = k.id JOIN subscriptions.fee_change t ON t.component_id = f.id
           JOIN subscriptions.subsidy_rule s ON s.contract_id = k.id JOIN subscriptions.plan p ON p.id = s.plan_id WHERE k.number = $1 ORDER BY p.code`,
        [K()],
      );
      const contract = { time_zone: 'Europe/Lisbon', enrolment_timing: 'advance', unit_price_minor: 1000n, timing: 'arrears' };
      expect(stored).toEqual([
        { ...contract, code: 'GOLD', mode: 'percent', amount_minor: null, percent: '33.5000', cap_minor: 1200n },
        { ...contract, code: 'SILVER', mode: 'fixed', amount_minor: 500n, percent: null, cap_minor: null },
      ]);
    });

    it('are refused cell by cell, with the line', async () => {
      const row = (name: string, cells: string) => `${K()}-${name},${cells}`;
      const refused = await run(
        'contracts',
        row('1', `XX,${number},EUR,2026-06-01,,1,1,,,,,,`),
        row('2', `PT,C-404,EUR,2026-06-01,,1,1,,,,,,`),
        row('3', `PT,${number},EUR,2026-06-01,2026-06-01,1,1,,,,,,`),
        row('4', `PT,${number},EUR,2026-06-01,,1,1,-1.00,arrears,,,,`),
        row('5', `PT,${number},EUR,2026-06-01,,1,1,1.00,,,,,`),
        row('6', `PT,${number},EUR,2026-06-01,,1,1,,,BRONZE,,,`),
        row('7', `PT,${number},EUR,2026-06-01,,1,1,,,YEN,,,`),
        row('8', `PT,${number},EUR,2026-06-01,,1,1,,,GOLD,fixed,40.01,`),
        row('9', `PT,${number},EUR,2026-06-01,,1,1,,,GOLD,percent,100.1,`),
        row('10', `PT,${number},EUR,2026-06-01,,1,1,,,GOLD,percent,50,-1.00`),
        row('11', `PT,${number},EUR,2026-06-01,,1,1,,,GOLD,percent,,`),
        row('12', `PT,${number},EUR,2026-06-01,,1,1,,,GOLD,fixed,0.001,`),
        row('13', `PT,${number},JPY,2026-06-01,,32,1,,,YEN,fixed,100,`),
        row('14', `PT,${number},EUR,2026-06-01,,1,12,,,CHEAP,fixed,9.01,`),
        row('15', `PT,${number},EUR,2026-06-01,,1,1,,,CHEAP,fixed,9.01,`),
        row('16', `PT,${number},EUR,2026-06-01,,1,6,,,CHEAP,fixed,10.01,`),
      );
      expect(await rejections(refused)).toEqual([
        [2, 'issuer_code', 'ISSUER_UNKNOWN'],
        [3, 'company_number', 'COMPANY_UNKNOWN'],
        [4, 'ends_on', 'CONTRACT_ENDS_BEFORE_IT_STARTS'],
        [5, 'access_fee_per_person', 'AMOUNT_NEGATIVE'],
        [6, 'access_fee_timing', 'ACCESS_FEE_TIMING_MISSING'],
        [7, 'plan_code', 'PLAN_UNKNOWN'],
        [8, 'plan_code', 'PRICE_MISSING'],
        [9, 'subsidy_value', 'SUBSIDY_ABOVE_PRICE'],
        [10, 'subsidy_value', 'SUBSIDY_ABOVE_PRICE'],
        [11, 'subsidy_cap', 'AMOUNT_NEGATIVE'],
        [12, 'subsidy_value', 'SUBSIDY_INCOMPLETE'],
        [13, 'subsidy_value', 'MONEY_TOO_PRECISE'],
        [14, 'anchor_day', 'NUMBER_INVALID'],
        [15, 'subsidy_value', 'SUBSIDY_ABOVE_PRICE'],
        [17, 'subsidy_value', 'SUBSIDY_ABOVE_PRICE'],
      ]);
    });

    it('can have a flat fee or another measure, renew themselves, and allow payroll', async () => {
      const header = 'number,issuer_code,company_number,currency,starts_on,ends_on,anchor_day,cycle_months,access_fee_per_person,access_fee_timing,access_fee_model,access_fee_measure,renewal_months,notice_days,payroll';
      const done = await runWith('contracts', header, `${K()}-F,PT,${number},EUR,2026-06-01,2027-06-01,1,1,99.00,advance,flat,,12,90,yes`, `${K()}-P,PT,${number},EUR,2026-06-01,,1,1,5.00,arrears,perUnit,peak,,,`);
      expect(done).toMatchObject({ state: 'succeeded', result: { contracts: '2', accessFees: '2' } });
      const stored = await world.test.database.query(
        `SELECT k.number, k.auto_renew, k.renewal_months, k.notice_days, k.payroll_allowed, k.renewal_due_on, s.ends_on, t.price_model, t.measure
           FROM subscriptions.contract k JOIN subscriptions.contract_state('2026-06-01') AS s ON s.contract_id = k.id
           JOIN subscriptions.fee_component f ON f.contract_id = k.id JOIN subscriptions.fee_change t ON t.component_id = f.id WHERE k.company_id = $1 ORDER BY 1`,
        [company],
      );
      expect(stored).toEqual([
        { number: `${K()}-F`, auto_renew: true, renewal_months: 12, notice_days: 90, payroll_allowed: true, renewal_due_on: '2027-03-04', ends_on: null, price_model: 'flat', measure: 'daily' },
        { number: `${K()}-P`, auto_renew: false, renewal_months: null, notice_days: 0, payroll_allowed: false, renewal_due_on: null, ends_on: null, price_model: 'perUnit', measure: 'peak' },
      ]);
      const refused = await runWith('contracts', header, `${K()}-W,PT,${number},EUR,2026-06-01,,1,1,5.00,advance,perUnit,peak,,,`);
      expect(await rejections(refused)).toEqual([[2, 'access_fee_measure', 'MEASURE_NEEDS_ARREARS']]);
    });

    it('are not with a company that is closed', async () => {
      await world.execute(`UPDATE companies.company SET status = 'closed' WHERE id = $1`, [company]);
      expect(await rejections(await run('contracts', `${K()}-X,PT,${number},EUR,2026-06-01,,1,1,,,,,,`))).toEqual([[2, 'company_number', 'COMPANY_CLOSED']]);
    });

    it('do not start in a closed period', async () => {
      books.firstOpenDay = day('2026-06-01');
      const refused = await run('contracts', `${K()}-C,PT,${number},EUR,2026-05-31,,1,1,,,,,,`, `${K()}-O,PT,${number},EUR,2026-06-01,,1,1,,,,,,`);
      expect(await rejections(refused)).toEqual([[2, 'starts_on', 'PERIOD_CLOSED']]);
    });

    it('are not changed by a file that tells them otherwise', async () => {
      await run('contracts', `${K()},PT,${number},EUR,2026-06-01,,1,1,10.00,arrears,GOLD,percent,50,`);
      const other = await run('contracts', `${K()},PT,${number},EUR,2026-06-01,2027-06-01,1,1,11.00,arrears,GOLD,percent,60,`);
      expect(await rejections(other)).toEqual([
        [2, 'ends_on', 'CONTRACT_DIFFERS'],
        [2, 'access_fee_per_person', 'CONTRACT_DIFFERS'],
        [2, 'subsidy_value', 'SUBSIDY_DIFFERS'],
      ]);
      const twice = await run('contracts', `${K()}-B,PT,${number},EUR,2026-06-01,,1,1,,,GOLD,,,`, `${K()}-B,PT,${number},EUR,2026-07-01,,1,1,,,SILVER,,,`);
      expect(await rejections(twice)).toEqual([[3, 'starts_on', 'CONTRACT_DIFFERS']]);
    });
  });

  describe('enrolments', () => {
    beforeEach(async () => {
      await world.members(company, 5);
      await run('contracts', `${K()},PT,${number},EUR,2026-06-01,2027-06-01,1,1,,,GOLD,percent,50,`);
    });
    const timeline = () =>
      world.test.database.query(
        `SELECT m.employee_id, c.seq, c.effective_on AS on, c.kind, c.recorded_by FROM subscriptions.enrolment e
           JOIN subscriptions.enrolment_change c ON c.enrolment_id = e.id JOIN companies.member m ON m.id = e.member_id
          WHERE m.company_id = $1 ORDER BY 1, 2`,
        [company],
      );

    it('are added with their timeline, and mark their members enrolled', async () => {
      const done = await run('enrolments', `${K()},E1,GOLD,2026-06-01,`, `${K()},E2,SILVER,2026-06-10,2026-08-01`);
      expect(done).toMatchObject({ state: 'succeeded', result: { imported: '2', added: '2', changed: '0', unchanged: '0' } });
      expect(await timeline()).toEqual([
        { employee_id: 'E1', seq: 1, on: '2026-06-01', kind: 'start', recorded_by: 'ana' },
        { employee_id: 'E2', seq: 1, on: '2026-06-10', kind: 'start', recorded_by: 'ana' },
        { employee_id: 'E2', seq: 2, on: '2026-08-01', kind: 'end', recorded_by: 'ana' },
      ]);
      const enrolled = await world.test.database.query(`SELECT FROM companies.member WHERE company_id = $1 AND status = 'enrolled'`, [company]);
      // The second one's end lies ahead.
      expect(enrolled).toHaveLength(2);
    });

    it('end by a later file, and stay as they are by the same rows', async () => {
      await run('enrolments', `${K()},E1,GOLD,2026-06-01,`, `${K()},E2,GOLD,2026-06-01,`);
      const later = await run('enrolments', `${K()},E1,GOLD,2026-06-01,2026-07-15`, `${K()},E2,GOLD,2026-06-01,`);
      expect(later).toMatchObject({ result: { added: '0', changed: '1', unchanged: '1' } });
      expect((await timeline())[1]).toEqual({ employee_id: 'E1', seq: 2, on: '2026-07-15', kind: 'end', recorded_by: 'ana' });
    });

    it('are refused cell by cell, with the line', async () => {
      await run('enrolments', `${K()},E5,GOLD,2026-06-01,`);
      const refused = await run(
        'enrolments',
        `K-404,E1,GOLD,2026-06-01,`,
        `${K()},E404,GOLD,2026-06-01,`,
        `${K()},E1,BRONZE,2026-06-01,`,
        `${K()},E2,YEN,2026-06-01,`,
        `${K()},E3,GOLD,2026-06-02,2026-06-02`,
        `${K()},E4,GOLD,2026-05-31,`,
        `${K()},E5,SILVER,2026-07-01,`,
        `${K()},E4,GOLD,2026-07-01,`,
      );
      expect(await rejections(refused)).toEqual([
        [2, 'contract_number', 'CONTRACT_UNKNOWN'],
        [3, 'employee_id', 'MEMBER_UNKNOWN'],
        [4, 'plan_code', 'PLAN_UNKNOWN'],
        [5, 'plan_code', 'PRICE_MISSING'],
        [6, 'ends_on', 'ENROLMENT_ENDS_BEFORE_IT_STARTS'],
        [7, 'starts_on', 'ENROLMENT_OUTSIDE_CONTRACT'],
        [8, 'starts_on', 'ENROLMENT_OVERLAPS'],
        [9, 'employee_id', 'ROW_REPEATED'],
      ]);
    });

    const acts = () => actsOn(world.test, '2026-06-10T12:00:00Z');
    const enrolmentOf = async (employeeId: string) => {
      const [row] = await world.test.database.query<{ id: EnrolmentId; contract_id: ContractId }>(
        `SELECT e.id, e.contract_id FROM subscriptions.enrolment e JOIN companies.member m ON m.id = e.member_id WHERE m.company_id = $1 AND m.employee_id = $2`,
        [company, employeeId],
      );
      return row!;
    };

    it('stay as they are by the same rows, whatever has happened to them since', async () => {
      await run('enrolments', `${K()},E1,GOLD,2026-06-01,`, `${K()},E2,GOLD,2026-06-01,`);
      const [silver] = await world.test.database.query<{ id: PlanId }>(`SELECT id FROM subscriptions.plan WHERE code = 'SILVER'`);
      await acts().changePlan.execute({ enrolmentIds: [(await enrolmentOf('E1')).id], planId: silver!.id, when: 'now', reason: 'asked for' }, ANA);
      const [member] = await world.test.database.query<{ id: MemberId }>(`SELECT id FROM companies.member WHERE company_id = $1 AND employee_id = 'E2'`, [company]);
      await world.execute(`UPDATE companies.member SET left_on = '2026-07-01', status = 'left' WHERE id = $1`, [member!.id]);
      await world.test.database.transaction((tx) => acts().followLeaving.execute(tx, [member!.id]));
      const before = await timeline();
      // The blank line makes it another file, which would otherwise be known.
      expect(await run('enrolments', `${K()},E1,GOLD,2026-06-01,`, `${K()},E2,GOLD,2026-06-01,`, '')).toMatchObject({ result: { added: '0', changed: '0', unchanged: '2' } });
      expect(await timeline()).toEqual(before);
      await run('enrolments', `${K()},E2,GOLD,2026-06-01,2026-12-01`);
      const [state] = await world.test.database.query<{ ends_on: string }>('SELECT ends_on FROM subscriptions.enrolment_state($2) WHERE enrolment_id = $1', [(await enrolmentOf('E2')).id, '2026-06-10']);
      expect(state!.ends_on).toBe('2026-07-01');
    });

    it('have trial days and payroll, if the contract allows it', async () => {
      const header = `${ENROLMENTS},trial_days,asked_by`;
      expect(await rejections(await runWith('enrolments', header, `${K()},E1,GOLD,2026-06-01,,14,payroll`))).toEqual([[2, 'asked_by', 'PAYROLL_NOT_ALLOWED']]);
      await runWith('enrolments', header, `${K()},E2,GOLD,2026-06-01,,14,card`);
      expect((await timeline()).map((change) => { const { kind, on } = change as { kind: string; on: string }; return [kind, on]; })).toEqual([
        ['start', '2026-06-01'], ['trial', '2026-06-01'], ['trial-end', '2026-06-15'],
      ]);
    });

    it('are refused for closed periods, retired plans and contracts that are only drafted', async () => {
      await run('enrolments', `${K()},E1,GOLD,2026-06-01,`);
      await world.plan(`R-${number}`, '1.00');
      await acts().retirePlan.execute({ plan: `R-${number}`, from: day('2026-07-01'), reason: 'replaced' }, ANA);
      await acts().draft.execute({ number: `${K()}-D`, issuerId: world.issuerId, companyId: company, currency: 'EUR' as never, startsOn: day('2026-06-01'), cycleMonths: 1, reason: 'new' }, ANA);
      books.firstOpenDay = day('2026-07-01');
      const refused = await run(
        'enrolments', `${K()},E1,GOLD,2026-06-01,2026-06-20`, `${K()},E2,GOLD,2026-06-30,`, `${K()},E3,R-${number},2026-07-01,`, `${K()}-D,E4,GOLD,2026-07-01,`, `${K()},E5,GOLD,2026-07-01,`,
      );
      expect(await rejections(refused)).toEqual([
        [2, 'ends_on', 'PERIOD_CLOSED'],
        [3, 'starts_on', 'PERIOD_CLOSED'],
        [4, 'plan_code', 'PLAN_RETIRED'],
        [5, 'contract_number', 'CONTRACT_NOT_ACTIVE'],
      ]);
    });

    it('need a price that is in force on their first day', async () => {
      const prices = [{ price: Money.parse('9.00', 'EUR'), taxInclusive: true, effectiveFrom: day('2026-09-01') }];
      await world.publishPlan.execute({ code: `LATE-${number}`, name: 'Late', taxCategory: 'standard', prices }, ANA);
      const refused = await run('enrolments', `${K()},E1,LATE-${number},2026-06-01,`, `${K()},E2,LATE-${number},2026-09-01,`);
      expect(await rejections(refused)).toEqual([[2, 'plan_code', 'PRICE_MISSING']]);
    });
  });
});
