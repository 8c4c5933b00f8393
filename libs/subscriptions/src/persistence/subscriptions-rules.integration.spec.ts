// What the database itself refuses, whoever asks and by whatever statement.
import { Client } from 'pg';
import { CompanyId, ContractId, EnrolmentId, MemberId, PlanId } from '@countinghouse/kernel';
import { newId, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { ChargesDoNotOverlap } from '../proofs/charges-do-not-overlap';
import { World } from '../../test/world';

interface ChargeColumns {
  kind: 'charge' | 'credit';
  corrects: bigint | null;
  component_type: string;
  component_id: string;
  payer_type: string;
  payer_id: string;
  plan_id: string | null;
  issuer_id: string;
  contract_id: string;
  company_id: string;
  currency: string;
  stretch_start: string;
  stretch_end: string;
  period_start: string;
  period_end: string;
  period_total_minor: bigint;
  subsidy_total_minor: bigint;
  amount_minor: bigint;
  quantity: bigint;
  unit_price_minor: bigint;
  tax_inclusive: boolean;
  tax_category: string;
  explanation: string;
  run_id: string;
}

describe('the database refuses', () => {
  let world: World;
  let company: CompanyId;
  let contract: ContractId;
  let member: MemberId;
  let plan: PlanId;
  let enrolment: EnrolmentId;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
    company = await world.company();
    contract = await world.contract(company);
    plan = await world.plan('GOLD', '30.00');
  });
  afterAll(() => world.test.drop());
  beforeEach(async () => {
    const [fresh] = await world.test.database.query<{ n: bigint }>('SELECT count(*) AS n FROM companies.member');
    member = newId<MemberId>();
    await world.execute(`INSERT INTO companies.member (id, company_id, employee_id, name, eligible_from) VALUES ($1, $2, $3, 'A', '2026-01-01')`, [member, company, `R${fresh!.n}`]);
    [enrolment] = (await world.enrolments(contract, [member], plan)) as [EnrolmentId];
  });

  const refusal = async (work: Promise<unknown>) =>
    work.then(
      () => 'nothing',
      (error: unknown) => violatedConstraint(error) ?? (error as Error).message,
    );

  const june = (columns: Partial<ChargeColumns> = {}): ChargeColumns => ({
    kind: 'charge', corrects: null, component_type: 'enrolment-member', component_id: enrolment, payer_type: 'member', payer_id: member,
    plan_id: plan, issuer_id: world.issuerId, contract_id: contract, company_id: company, currency: 'EUR',
    stretch_start: '2026-06-01', stretch_end: '2026-07-01', period_start: '2026-06-01', period_end: '2026-07-01',
    period_total_minor: 3000n, subsidy_total_minor: 0n, amount_minor: 3000n, quantity: 1n, unit_price_minor: 3000n,
    tax_inclusive: true, tax_category: 'standard', explanation: 'spec', run_id: world.runId, ...columns,
  });
  const insertSql = (rows: readonly ChargeColumns[]) => {
    const names = Object.keys(rows[0]!) as (keyof ChargeColumns)[];
    const params = rows.flatMap((row) => names.map((name) => row[name]));
    const tuples = rows.map((_, at) => `(${names.map((_name, column) => `$${at * names.length + column + 1}`).join(', ')})`);
    return { text: `INSERT INTO subscriptions.charge (${names.join(', ')}) VALUES ${tuples.join(', ')} RETURNING id`, params };
  };
  const charge = (...rows: ChargeColumns[]) =>
    world.test.database.transaction(async (tx) => {
      const { text, params } = insertSql(rows);
      return (await tx.query<{ id: bigint }>(text, params)).map(({ id }) => id);
    });
  const part = (start: string, end: string, amountMinor: bigint, columns: Partial<ChargeColumns> = {}) =>
    june({ stretch_start: start, stretch_end: end, amount_minor: amountMinor, ...columns });
  const ONE_IN_FORCE = 'one_charge_is_in_force_on_a_component_day';

  describe('of charges', () => {
    it('two in force on one component-day, in two statements or in one', async () => {
      await charge(part('2026-06-01', '2026-06-16', 1500n));
      expect(await refusal(charge(part('2026-06-15', '2026-07-01', 1600n)))).toBe(ONE_IN_FORCE);
      expect(await refusal(charge(part('2026-06-16', '2026-06-30', 1400n), part('2026-06-29', '2026-07-01', 200n)))).toBe(ONE_IN_FORCE);
      await charge(part('2026-06-16', '2026-07-01', 1500n));
    });

    it('two in force on one component-day that are recorded in two transactions at once', async () => {
      const racing = await Promise.all(Array.from({ length: 8 }, () => refusal(charge(june()))));
      expect(racing.filter((answer) => answer === 'nothing')).toHaveLength(1);
      expect(new Set(racing)).toEqual(new Set(['nothing', ONE_IN_FORCE]));
    });

    it('a day credited twice, even while another charge is in force on it', async () => {
      const [first] = await charge(june());
      const credit = part('2026-06-01', '2026-06-11', -1000n, { kind: 'credit', corrects: first! });
      await charge(credit, part('2026-06-01', '2026-06-11', 1000n, { corrects: first! }));
      expect(await refusal(charge(credit))).toBe(ONE_IN_FORCE);
      expect(await refusal(charge(credit, part('2026-06-01', '2026-06-11', 1000n)))).toBe(ONE_IN_FORCE);
    });

    it('a credit of days that its charge does not have', async () => {
      const [first] = await charge(part('2026-06-01', '2026-06-11', 1000n));
      expect(await refusal(charge(part('2026-06-11', '2026-06-12', -100n, { kind: 'credit', corrects: first! })))).toBe(ONE_IN_FORCE);
    });

    it.each([
      ['total', { period_total_minor: 2900n, amount_minor: -2900n }],
      ['period', { period_end: '2026-07-02', stretch_end: '2026-07-02' }],
      ['tax', { tax_category: 'reduced' }],
      ['payer', { payer_id: '00000000-0000-7000-8000-000000000001' }],
    ])('a credit of another %s than the charge it corrects', async (_what, columns) => {
      const [first] = await charge(june());
      const credit = june({ kind: 'credit', corrects: first!, amount_minor: -3000n, ...columns });
      expect(await refusal(charge(credit))).toBe('credit_mirrors_the_charge_it_corrects');
    });

    it('a credit of a credit, or of nothing', async () => {
      const [first] = await charge(june());
      const [credit] = await charge(june({ kind: 'credit', corrects: first!, amount_minor: -3000n }));
      expect(await refusal(charge(june({ kind: 'credit', corrects: credit!, amount_minor: -3000n })))).toBe('credit_mirrors_the_charge_it_corrects');
      expect(await refusal(charge(june({ kind: 'credit', corrects: null, amount_minor: -3000n })))).toBe('charge_kind_is_known');
    });

    it('an amount that the stretch does not earn', async () => {
      expect(await refusal(charge(part('2026-06-01', '2026-06-15', 1401n)))).toBe('charge_amount_is_what_the_stretch_earns');
      expect(await refusal(charge(june({ amount_minor: 2999n })))).toBe('charge_amount_is_what_the_stretch_earns');
    });

    it.each<[string, Partial<ChargeColumns>, string]>([
      ['a stretch outside its period', { stretch_end: '2026-07-02', amount_minor: 3100n }, 'charge_stretch_lies_in_its_period'],
      ['an empty stretch', { stretch_end: '2026-06-01', amount_minor: 0n }, 'charge_stretch_lies_in_its_period'],
      ['a total below nothing', { period_total_minor: -1n, amount_minor: -1n }, 'charge_total_is_not_negative'],
      ['a kind that is not known', { kind: 'refund' as never }, 'charge_kind_is_known'],
      ['a component that is not known', { component_type: 'gift' }, 'charge_component_is_known'],
      ['a member who pays the company part', { component_type: 'enrolment-company' }, 'charge_payer_pays_such_components'],
      ['an enrolment without a plan', { plan_id: null }, 'charge_plan_is_of_an_enrolment'],
      ['a subsidy on the company part', { component_type: 'enrolment-company', payer_type: 'company', subsidy_total_minor: 1n }, 'charge_subsidy_is_beside_the_members_part'],
      ['another currency than the contract', { currency: 'USD' }, 'charge_is_of_its_contract'],
      ['a component that does not exist', { component_id: '00000000-0000-7000-8000-000000000001' }, 'charge_is_of_its_contract'],
    ])('%s', async (_what, columns, constraint) => {
      expect(await refusal(charge(june(columns)))).toBe(constraint);
    });

    it('any change but the first document', async () => {
      const [id] = await charge(june());
      const update = (set: string, params: unknown[] = []) => refusal(world.execute(`UPDATE subscriptions.charge SET ${set} WHERE id = ${id}`, params));
      const appendOnly = (verb: string) => `${verb} of subscriptions.charge is refused: the table is append-only`;
      const columns = await world.test.database.query<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute
          WHERE attrelid = 'subscriptions.charge'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'document_id'`,
      );
      for (const { name } of columns) expect([name, await update(name === 'id' ? 'id = DEFAULT' : `${name} = ${name}`)]).toEqual([name, appendOnly('UPDATE')]);
      expect(await update('document_id = NULL')).toBe(appendOnly('UPDATE'));
      expect(await update('document_id = $1', [newId()])).toBe('nothing');
      expect(await update('document_id = $1', [newId()])).toBe(appendOnly('UPDATE'));
      expect(await refusal(world.execute('DELETE FROM subscriptions.charge'))).toBe(appendOnly('DELETE'));
      expect(await refusal(world.execute('TRUNCATE subscriptions.charge'))).toBe(appendOnly('TRUNCATE'));
    });

    it('the same under the replica role, which silences ordinary triggers', async () => {
      await charge(june());
      const client = new Client({ connectionString: world.test.url });
      await client.connect();
      await client.query(`SET session_replication_role = replica`);
      const { text, params } = insertSql([june()]);
      expect(await refusal(client.query(text, params as unknown[]))).toBe(ONE_IN_FORCE);
      expect(await refusal(client.query('DELETE FROM subscriptions.charge'))).toContain('append-only');
      await client.end();
    });

    it('charging on a snapshot that waiting does not refresh', async () => {
      const { text, params } = insertSql([june()]);
      const charging = world.test.database.transaction((tx) => tx.query(text, params), { isolation: 'REPEATABLE READ' });
      expect(await refusal(charging)).toBe('charge_is_recorded_in_read_committed');
    });

    it('nothing that the proof would then not find', async () => {
      const overlapping = await World.on(await createTestDatabase());
      const acme = await overlapping.company();
      const terms = await overlapping.contract(acme);
      const fee = await overlapping.accessFee(terms, 1000n);
      await overlapping.headcount(acme, [['2026-01-01', 3]]);
      await overlapping.charge({ contractIds: [terms], through: '2026-06-01' });
      await overlapping.execute('ALTER TABLE subscriptions.charge DISABLE TRIGGER one_charge_is_in_force_on_a_component_day');
      const columns = Object.keys(june()).join(', ');
      await overlapping.execute(`INSERT INTO subscriptions.charge (${columns}) SELECT ${columns} FROM subscriptions.charge`);
      const proof = await overlapping.test.database.read((reader) => new ChargesDoNotOverlap().prove(reader));
      await overlapping.test.drop();
      expect(proof).toEqual({ ok: false, detail: `1 component-days with two charges in force or one credited twice: fee ${fee} on 2026-06-01` });
    });
  });

  describe('of the rest', () => {
    it('an enrolment of a member of another company', async () => {
      const other = await world.company();
      const [stranger] = await world.members(other, 1);
      expect(await refusal(world.enrolments(contract, [stranger!], plan))).toBe('enrolment_is_of_its_contracts_company');
    });

    it('a change of an enrolment that does not exist, and one that neither starts a plan nor ends', async () => {
      expect(await refusal(world.change([newId<EnrolmentId>()], 1, 'start', '2026-06-01', plan))).toBe('enrolment_change_is_of_an_enrolment');
      expect(await refusal(world.change([enrolment], 2, 'start', '2026-06-01'))).toBe('enrolment_change_starts_a_plan_or_ends');
      expect(await refusal(world.change([enrolment], 0, 'end', '2026-06-01'))).toBe('enrolment_change_is_counted_from_one');
    });

    it.each(['enrolment_change', 'enrolment', 'price'])('changing or removing what is appended to %s', async (table) => {
      for (const statement of [`DELETE FROM subscriptions.${table}`, `TRUNCATE subscriptions.${table} CASCADE`]) {
        expect(await refusal(world.execute(statement))).toContain('is refused: the table is append-only');
      }
    });

    it.each([
      ['UPDATE subscriptions.contract SET ends_on = starts_on', 'contract_ends_after_it_starts'],
      ['UPDATE subscriptions.contract SET anchor_day = 32', 'contract_anchor_is_a_day_of_the_month'],
      ['UPDATE subscriptions.contract SET cycle_months = 0', 'contract_cycle_is_at_most_ten_years'],
      [`UPDATE subscriptions.contract SET enrolment_timing = 'never'`, 'contract_timing_is_known'],
      [`UPDATE subscriptions.plan SET tax_category = 'luxury'`, 'plan_tax_category_is_known'],
      [`UPDATE subscriptions.plan SET code = 'a b'`, 'plan_code_is_short'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', -1, true, '2027-01-01' FROM subscriptions.plan`, 'price_is_not_negative'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', 1, true, '2026-01-01' FROM subscriptions.plan`, 'price_is_one_per_day'],
    ])('%s', async (statement, constraint) => {
      expect(await refusal(world.execute(statement))).toBe(constraint);
    });

    it.each([
      [`kind = 'gift'`, 'fee_is_of_a_kind_that_can_be_rated'],
      [`timing = 'never'`, 'fee_timing_is_known'],
      ['unit_price_minor = -1', 'fee_is_not_negative'],
      ['ends_on = starts_on', 'fee_ends_after_it_starts'],
      [`tax_category = 'luxury'`, 'fee_tax_category_is_known'],
    ])('a fee with %s', async (set, constraint) => {
      await world.execute('DELETE FROM subscriptions.fee_component');
      await world.accessFee(contract, 1n);
      expect(await refusal(world.execute(`UPDATE subscriptions.fee_component SET ${set}`))).toBe(constraint);
      expect(await refusal(world.accessFee(contract, 1n))).toBe('fee_is_one_per_kind_and_day');
    });

    it.each([
      [`'fixed', NULL, 10, NULL`, 'subsidy_is_fixed_or_percent'],
      [`'fixed', -1, NULL, NULL`, 'subsidy_is_not_negative'],
      [`'percent', NULL, 101, NULL`, 'subsidy_is_at_most_the_whole'],
      [`'percent', NULL, 10, -1`, 'subsidy_is_not_negative'],
    ])('a subsidy of %s', async (values, constraint) => {
      const insert = `INSERT INTO subscriptions.subsidy_rule (contract_id, plan_id, effective_from, mode, amount_minor, percent, cap_minor)`;
      expect(await refusal(world.execute(`${insert} VALUES ($1, $2, '2026-01-01', ${values})`, [contract, plan]))).toBe(constraint);
    });
  });
});
