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
      expect(racing.sort()).toEqual(['nothing', ...Array<string>(7).fill(ONE_IN_FORCE)]);
    });

    it('a day credited twice, even while another charge is in force on it', async () => {
      const [first] = await charge(june());
      const credit = part('2026-06-01', '2026-06-11', -1000n, { kind: 'credit', corrects: first! });
      await charge(credit, part('2026-06-01', '2026-06-11', 1000n, { corrects: first! }));
      expect(await refusal(charge(credit))).toBe(ONE_IN_FORCE);
      expect(await refusal(charge(credit, part('2026-06-01', '2026-06-11', 1000n)))).toBe(ONE_IN_FORCE);
    });

    it('a day charged twice among rows that touch many days, and a credit beside the days of its charge', async () => {
      const [first] = await charge(part('2026-06-01', '2026-06-11', 1000n));
      await charge(part('2026-06-11', '2026-06-21', 1000n));
      const back = part('2026-06-01', '2026-06-11', -1000n, { kind: 'credit', corrects: first! });
      // The first and the last day that are touched are free, a day between them is not.
      expect(await refusal(charge(back, part('2026-06-01', '2026-06-12', 1100n), part('2026-06-21', '2026-07-01', 1000n)))).toBe(ONE_IN_FORCE);
      expect(await refusal(charge(part('2026-06-11', '2026-06-21', -1000n, { kind: 'credit', corrects: first! })))).toBe(ONE_IN_FORCE);
      await charge(back, part('2026-06-01', '2026-06-11', 1000n), part('2026-06-21', '2026-07-01', 1000n));
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
      ['a price below nothing', { unit_price_minor: -1n }, 'charge_total_is_not_negative'],
      ['a quantity of five decimals', { quantity: '1.00001' as never }, 'charge_quantity_has_at_most_four_decimals'],
      ['a fee with a plan', { component_type: 'fee', payer_type: 'company' }, 'charge_plan_is_of_an_enrolment'],
      ['a member who pays a fee', { component_type: 'fee', plan_id: null }, 'charge_payer_pays_such_components'],
      ['a member who pays the company part', { component_type: 'enrolment-company' }, 'charge_payer_pays_such_components'],
      ['an enrolment without a plan', { plan_id: null }, 'charge_plan_is_of_an_enrolment'],
      ['a subsidy on the company part', { component_type: 'enrolment-company', payer_type: 'company', subsidy_total_minor: 1n }, 'charge_subsidy_is_beside_the_members_part'],
      ['another currency than the contract', { currency: 'USD' }, 'charge_is_of_its_contract'],
      ['a component that does not exist', { component_id: '00000000-0000-7000-8000-000000000001' }, 'charge_is_of_its_contract'],
    ])('%s', async (_what, columns, constraint) => {
      expect(await refusal(charge(june(columns)))).toBe(constraint);
    });

    describe('of components of the contract', () => {
      let fee: string;
      let discount: string;
      let commitment: string;
      const terms = { seq: 1, effective_on: '2026-06-01', kind: 'terms', amount_minor: 1000n, tax_inclusive: false, tax_category: 'standard' };

      beforeEach(async () => {
        fee = await world.accessFee(contract, 1000n);
        discount = await world.component(contract, 'amount-discount', 'advance', terms);
        commitment = await world.component(contract, 'commitment', 'arrears', { ...terms, per: 'period' });
      });
      const of = (component_id: string, columns: Partial<ChargeColumns> = {}) =>
        june({ component_id, component_type: 'adjustment', payer_type: 'company', payer_id: company, plan_id: null, ...columns });
      const less = { period_total_minor: -1001n, amount_minor: -1001n };

      it('an adjustment as a fee, a fee as an adjustment, and a charge of a percentage', async () => {
        const percent = await world.component(contract, 'percent-discount', 'advance', { seq: 1, effective_on: '2026-06-01', kind: 'terms', percent: '10' });
        for (const [id, columns] of [[fee, {}], [discount, { component_type: 'fee' }], [commitment, { component_type: 'fee' }], [percent, less], [percent, { component_type: 'fee' }]] as const) {
          expect(await refusal(charge(of(id, columns)))).toBe('charge_is_of_its_contract');
        }
        await charge(of(fee, { component_type: 'fee' }), of(discount, less), of(commitment));
      });

      it('a discount that costs, a commitment that gives, and a fee below nothing', async () => {
        expect(await refusal(charge(of(discount)))).toBe('charge_is_of_its_contract');
        expect(await refusal(charge(of(commitment, less)))).toBe('charge_is_of_its_contract');
        expect(await refusal(charge(of(fee, { component_type: 'fee', ...less })))).toBe('charge_total_is_not_negative');
      });

      it('a part of a discount that is not rounded half away from zero', async () => {
        // 15 of 30 days of −10.01: −5.005, so −5.01 and then −5.00.
        const half = (start: string, end: string, amount_minor: bigint) => of(discount, { ...less, stretch_start: start, stretch_end: end, amount_minor });
        expect(await refusal(charge(half('2026-06-01', '2026-06-16', -500n)))).toBe('charge_amount_is_what_the_stretch_earns');
        await charge(half('2026-06-01', '2026-06-16', -501n), half('2026-06-16', '2026-07-01', -500n));
      });

      it('a credit that takes less of a discount back than was given', async () => {
        const [given] = await charge(of(discount, less));
        const back = of(discount, { ...less, kind: 'credit', corrects: given! });
        expect(await refusal(charge({ ...back, amount_minor: 1000n }))).toBe('charge_amount_is_what_the_stretch_earns');
        await charge({ ...back, amount_minor: 1001n });
      });

      it('nothing of a member’s part that the company pays through payroll', async () => {
        await charge(june({ payer_type: 'company', payer_id: company }));
      });
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

    it('a change of an enrolment that does not exist, and one that does not say what its kind sets', async () => {
      expect(await refusal(world.change([newId<EnrolmentId>()], 1, 'start', '2026-06-01', plan))).toBe('enrolment_change_is_of_an_enrolment');
      expect(await refusal(world.change([enrolment], 2, 'start', '2026-06-01'))).toBe('enrolment_change_says_what_its_kind_sets');
      expect(await refusal(world.change([enrolment], 2, 'pause', '2026-06-01', plan))).toBe('enrolment_change_says_what_its_kind_sets');
      expect(await refusal(world.change([enrolment], 2, 'holiday' as never, '2026-06-01'))).toBe('enrolment_change_says_what_its_kind_sets');
      expect(await refusal(world.change([enrolment], 0, 'end', '2026-06-01'))).toBe('enrolment_change_is_counted_from_one');
    });

    it.each(['enrolment_change', 'enrolment', 'price', 'plan', 'product_tax', 'contract', 'contract_change', 'fee_component', 'fee_change', 'subsidy_rule'])(
      'removing what is in %s',
      async (table) => {
        for (const statement of [`DELETE FROM subscriptions.${table}`, `TRUNCATE subscriptions.${table} CASCADE`]) {
          expect(await refusal(world.execute(statement))).toContain('is refused: the table is append-only');
        }
      },
    );

    it.each([
      ...['enrolment_change', 'contract_change', 'fee_change'].map((table) => [table, 'effective_on = effective_on']),
      ['price', 'amount_minor = amount_minor'],
      ['product_tax', 'tax_category = tax_category'],
      ['subsidy_rule', 'cap_minor = cap_minor'],
      ['plan', 'tier = tier'],
      ['plan', 'product_id = product_id'],
      ['contract', 'currency = currency'],
      ['contract', 'company_id = company_id'],
      ['fee_component', 'timing = timing'],
    ])('a change of %s: %s', async (table, set) => {
      expect(await refusal(world.execute(`UPDATE subscriptions.${table} SET ${set}`))).toBe(`UPDATE of subscriptions.${table} is refused: the table is append-only`);
    });

    it.each([
      ['auto_renew = true', 'contract_renews_by_a_known_length'],
      ['notice_days = -1', 'contract_notice_is_at_most_three_years'],
      [`overdue_policy = 'shrug'`, 'contract_overdue_policy_is_known'],
      [`suspended_billing = 'maybe'`, 'contract_suspended_billing_is_known'],
      ['pause_days_max = -1', 'contract_pause_is_at_most_three_years'],
      [`upgrade_when = 'never'`, 'contract_plan_changes_happen_at_a_known_time'],
      ['trial_days = 400', 'contract_trial_is_at_most_a_year'],
    ])('a contract with %s', async (set, constraint) => {
      expect(await refusal(world.execute(`UPDATE subscriptions.contract SET ${set}`))).toBe(constraint);
    });

    it.each([
      [`'cycle', NULL, 32, '2026-06-01', 1, NULL, NULL`, 'contract_anchor_is_a_day_of_the_month'],
      [`'cycle', NULL, 1, '2026-06-01', 0, NULL, NULL`, 'contract_cycle_is_at_most_ten_years'],
      [`'cycle', NULL, 1, NULL, 1, NULL, NULL`, 'contract_change_says_what_its_kind_sets'],
      [`'suspend', NULL, NULL, NULL, NULL, NULL, NULL`, 'contract_change_says_what_its_kind_sets'],
      [`'resume', true, NULL, NULL, NULL, NULL, NULL`, 'contract_change_says_what_its_kind_sets'],
      [`'rest', NULL, NULL, NULL, NULL, NULL, NULL`, 'contract_change_says_what_its_kind_sets'],
      [`'zone', NULL, NULL, NULL, NULL, 'Europe/Atlantis', NULL`, 'contract_zone_is_known'],
      [`'term', NULL, NULL, NULL, NULL, NULL, '2026-06-01'`, 'contract_term_ends_after_it_begins'],
    ])('a change of a contract of %s', async (values, constraint) => {
      const insert = `INSERT INTO subscriptions.contract_change
        (contract_id, seq, effective_on, recorded_by, reason, kind, bills, anchor_day, anchor_on, cycle_months, time_zone, term_ends_on)`;
      expect(await refusal(world.execute(`${insert} VALUES ($1, 99, '2026-06-01', 'ana', 'spec', ${values})`, [contract]))).toBe(constraint);
    });

    it('a line of the timeline of nothing', async () => {
      const nobody = newId();
      const insert = (table: string, columns: string, values: string) => refusal(world.execute(`INSERT INTO subscriptions.${table} (${columns}) VALUES (${values})`, [nobody]));
      const said = `1, '2026-06-01', 'end', 'ana', 'spec'`;
      expect(await insert('contract_change', 'contract_id, seq, effective_on, kind, recorded_by, reason', `$1, 1, '2026-06-01', 'resume', 'ana', 'spec'`)).toBe('contract_change_contract_id_fkey');
      expect(await insert('fee_change', 'component_id, component_kind, component_timing, seq, effective_on, kind, recorded_by, reason', `$1, 'cap', 'arrears', ${said}`)).not.toBe('nothing');
      expect(await insert('subsidy_rule', 'contract_id, seq, effective_from, mode, percent, recorded_by, reason', `$1, 1, '2026-06-01', 'percent', 10, 'ana', 'spec'`)).toBe('subsidy_rule_contract_id_fkey');
      expect(await insert('product_tax', 'product_id, seq, effective_from, tax_category, recorded_by, reason', `$1, 1, '2026-06-01', 'standard', 'ana', 'spec'`)).toBe('product_tax_product_id_fkey');
    });

    it('a contract, an enrolment or a component that ends before it starts', async () => {
      const end = (on: string, of = contract) =>
        refusal(world.execute(`INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, recorded_by, reason) VALUES ($1, 98, $2, 'end', 'ana', 'spec')`, [of, on]));
      expect(await end('2026-05-31')).toBe('contract_ends_after_it_starts');
      expect(await refusal(world.change([enrolment], 2, 'end', '2026-05-31'))).toBe('enrolment_ends_after_it_starts');
      const fee = await world.accessFee(contract, 1n);
      expect(await refusal(world.feeChange(fee, { kind: 'end', effective_on: '2026-05-31' }))).toBe('fee_ends_after_it_starts');
      expect(await end('2026-06-01', await world.contract(company))).toBe('nothing');
    });

    it.each([
      [`UPDATE subscriptions.plan SET retired_from = 'never'`, /invalid input/],
      [`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) SELECT gen_random_uuid(), product_id, 'TWIN', 'Twin', tier FROM subscriptions.plan`, 'plan_tier_is_one_of_its_product'],
      [`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) SELECT gen_random_uuid(), product_id, 'a b', 'Blank', 9 FROM subscriptions.plan`, 'plan_code_is_short'],
      [`INSERT INTO subscriptions.product_tax SELECT id, 9, '2026-01-01', 'luxury', now(), 'ana', 'spec' FROM subscriptions.product`, 'product_tax_category_is_known'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', -1, true, '2027-01-01' FROM subscriptions.plan`, 'price_is_not_negative'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', 1, true, '2026-01-01' FROM subscriptions.plan`, 'price_is_one_per_day'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', 1, true, '2027-01-01', now(), 2 FROM subscriptions.plan`, 'price_interval_is_a_cycle_of_the_year'],
      [`INSERT INTO subscriptions.price SELECT gen_random_uuid(), id, 'EUR', 1, true, '2027-01-01', now(), 1, 'friends' FROM subscriptions.plan`, 'price_applies_in_a_known_way'],
    ])('%s', async (statement, constraint) => {
      expect(await refusal(world.execute(statement))).toEqual(typeof constraint === 'string' ? constraint : expect.stringMatching(constraint));
    });

    it.each<[string, string, Record<string, unknown>, string]>([
      ['access-fee', 'advance', { measure: null }, 'fee_terms_are_of_their_kind'],
      ['access-fee', 'advance', { amount_minor: 1 }, 'fee_terms_are_of_their_kind'],
      ['access-fee', 'advance', { price_model: 'barter' }, 'fee_price_is_of_its_model'],
      ['access-fee', 'advance', { unit_price_minor: null }, 'fee_price_is_of_its_model'],
      ['access-fee', 'advance', { price_model: 'package' }, 'fee_price_is_of_its_model'],
      ['access-fee', 'advance', { price_model: 'volume', unit_price_minor: null }, 'fee_price_is_of_its_model'],
      ['access-fee', 'advance', { measure: 'peak' }, 'fee_measured_afterwards_is_in_arrears'],
      ['access-fee', 'arrears', { measure: 'guess' }, 'fee_measure_is_known'],
      ['access-fee', 'arrears', { measure: 'peak', on_decrease: 'none' }, 'fee_policy_on_decrease_is_known'],
      ['access-fee', 'arrears', { price_model: 'flat', measure: 'peak' }, 'fee_that_is_flat_measures_nobody'],
      ['access-fee', 'advance', { interval_months: 2 }, 'fee_interval_is_a_cycle_of_the_year'],
      ['access-fee', 'advance', { interval_months: 3 }, 'fee_interval_divides_the_cycle'],
      ['access-fee', 'advance', { unit_price_minor: -1 }, 'fee_is_not_negative'],
      ['access-fee', 'advance', { tax_category: 'luxury' }, 'fee_tax_category_is_known'],
      ['access-fee', 'advance', { kind: 'pause' }, 'fee_change_is_terms_or_end'],
      ['access-fee', 'advance', { kind: 'end' }, 'fee_end_has_no_terms'],
      ['access-fee', 'advance', { seq: 0 }, 'fee_change_is_counted_from_one'],
      ['cap', 'advance', {}, 'fee_terms_are_of_their_kind'],
      ['commitment', 'advance', {}, 'fee_kind_has_its_timing'],
      ['gift', 'advance', {}, 'fee_kind_is_known'],
    ])('terms of %s in %s with %j', async (kind, timing, columns, constraint) => {
      const terms = {
        seq: 1, kind: 'terms', effective_on: '2026-06-01', price_model: 'perUnit', measure: 'daily', counted: 'eligible', on_decrease: 'credit',
        interval_months: 1, unit_price_minor: 1, tax_inclusive: false, tax_category: 'standard', ...columns,
      };
      expect(await refusal(world.component(contract, kind, timing, terms))).toBe(constraint);
    });

    it.each<[string, string]>([
      ['no tiers', '[]'],
      ['a last tier with an end', '[{"upTo": 10, "unitPriceMinor": "1", "flatMinor": "0"}]'],
      ['a tier without an end before the last', '[{"upTo": null, "unitPriceMinor": "1", "flatMinor": "0"}, {"upTo": null, "unitPriceMinor": "1", "flatMinor": "0"}]'],
      ['tiers that do not ascend', '[{"upTo": 5, "unitPriceMinor": "1", "flatMinor": "0"}, {"upTo": 5, "unitPriceMinor": "1", "flatMinor": "0"}, {"upTo": null, "unitPriceMinor": "1", "flatMinor": "0"}]'],
      ['a price that is a number', '[{"upTo": null, "unitPriceMinor": 1, "flatMinor": "0"}]'],
      ['a price below nothing', '[{"upTo": null, "unitPriceMinor": "-1", "flatMinor": "0"}]'],
      ['a tier without a flat part', '[{"upTo": null, "unitPriceMinor": "1"}]'],
      ['a tier that is a number', '[7]'],
      ['tiers that are no list', '{"upTo": null}'],
    ])('%s', async (_what, tiers) => {
      const terms = {
        seq: 1, kind: 'terms', effective_on: '2026-06-01', price_model: 'graduated', measure: 'daily', counted: 'eligible', on_decrease: 'credit',
        interval_months: 1, tiers, tax_inclusive: false, tax_category: 'standard',
      };
      expect(await refusal(world.component(contract, 'access-fee', 'advance', terms))).toBe('fee_tiers_are_sound');
    });

    it('a cycle that the price of a component does not divide', async () => {
      const quarterly = await world.contract(company);
      const cycle = (seq: number, months: number, on = '2026-06-01') =>
        refusal(world.execute(
          `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, recorded_by, reason)
           VALUES ($1, $2, $4, 'cycle', 1, $4, $3, 'ana', 'spec')`, [quarterly, seq, months, on]));
      expect(await cycle(11, 3)).toBe('nothing');
      const fee = await world.accessFee(quarterly, 1n);
      const terms = { price_model: 'perUnit', measure: 'daily', counted: 'eligible', on_decrease: 'credit', unit_price_minor: 1, tax_inclusive: false, tax_category: 'standard' };
      await world.feeChange(fee, { seq: 2, effective_on: '2026-09-01', kind: 'terms', interval_months: 3, ...terms });
      expect(await cycle(12, 2)).toBe('fee_interval_divides_the_cycle');
      expect(await cycle(12, 6)).toBe('nothing');
      await world.feeChange(fee, { seq: 3, effective_on: '2027-09-01', kind: 'end' });
      expect(await cycle(13, 1, '2027-09-01')).toBe('nothing');
    });

    it('a discount of another contract, and of what is no fee', async () => {
      const fee = await world.accessFee(contract, 1n);
      const discount = (target: string, of = contract) =>
        refusal(world.execute(
          `INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing, target_id) VALUES ($1, $2, 'percent-discount', 'Launch', 'advance', $3)`,
          [newId(), of, target]));
      expect(await discount(fee)).toBe('nothing');
      expect(await discount(fee, await world.contract(company))).toBe('fee_targets_a_component_of_its_contract');
      const [other] = await world.test.database.query<{ id: string }>(`SELECT id FROM subscriptions.fee_component WHERE kind = 'percent-discount'`);
      expect(await discount(other!.id)).toBe('fee_target_is_a_fee');
    });

    it.each([
      [`'fixed', NULL, 10, NULL`, 'subsidy_is_fixed_or_percent'],
      [`'fixed', -1, NULL, NULL`, 'subsidy_is_not_negative'],
      [`'fixed', 3001, NULL, NULL`, 'subsidy_is_at_most_the_price'],
      [`'percent', NULL, 101, NULL`, 'subsidy_is_at_most_the_whole'],
      [`'percent', NULL, 10, -1`, 'subsidy_is_not_negative'],
    ])('a subsidy of %s', async (values, constraint) => {
      const insert = `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, recorded_by, reason, mode, amount_minor, percent, cap_minor)`;
      expect(await refusal(world.execute(`${insert} VALUES ($1, 1, $2, '2026-01-01', 'ana', 'spec', ${values})`, [contract, plan]))).toBe(constraint);
    });

    describe('a second enrolment of a member in one product under one contract', () => {
      const OVERLAP = 'enrolments_of_a_member_do_not_overlap';

      it('on a day on which the first one runs', async () => {
        expect(await refusal(world.enrolments(contract, [member], plan, '2026-09-01'))).toBe(OVERLAP);
        await world.change([enrolment], 2, 'end', '2026-09-01');
        expect(await refusal(world.enrolments(contract, [member], plan, '2026-08-31'))).toBe(OVERLAP);
        expect(await refusal(world.enrolments(contract, [member], plan, '2026-09-01'))).toBe('nothing');
        expect(await refusal(world.change([enrolment], 3, 'start', '2026-09-01', plan))).toBe(OVERLAP);
      });

      it('unless the first one was withdrawn, or is of another product or contract', async () => {
        const other = await world.plan(`REDUCED-${member.slice(-12)}`, '10.00', 'EUR', 'reduced');
        expect(await refusal(world.enrolments(contract, [member], other))).toBe('nothing');
        expect(await refusal(world.enrolments(await world.contract(company), [member], plan))).toBe('nothing');
        await world.change([enrolment], 2, 'end', '2026-06-01');
        expect(await refusal(world.enrolments(contract, [member], plan))).toBe('nothing');
      });

      it('started by two at once', async () => {
        await world.change([enrolment], 2, 'end', '2026-06-01');
        const racing = await Promise.all(Array.from({ length: 6 }, () => refusal(world.enrolments(contract, [member], plan))));
        expect(racing.sort()).toEqual([...Array<string>(5).fill(OVERLAP), 'nothing']);
      });

      it('by a change to a plan of another product', async () => {
        const other = await world.plan(`OTHER-${member.slice(-12)}`, '10.00', 'EUR', 'exempt');
        expect(await refusal(world.change([enrolment], 2, 'plan', '2026-07-01', other))).toBe('enrolment_change_is_of_an_enrolment');
      });

      it('on a snapshot that waiting does not refresh', async () => {
        const starting = world.test.database.transaction(
          (tx) => tx.execute(`INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason) VALUES ($1, 9, '2026-07-01', 'start', $2, 'ana', 'spec')`, [enrolment, plan]),
          { isolation: 'REPEATABLE READ' },
        );
        expect(await refusal(starting)).toBe('enrolment_is_started_in_read_committed');
      });
    });
  });

  describe('the application, by its rights,', () => {
    const APPEND_ONLY = ['contract_change', 'fee_change', 'enrolment_change', 'subsidy_rule', 'product_tax', 'price', 'charge', 'revenue_cell'];
    const asApp = (sql: string) => world.test.database.transaction((tx) => tx.execute(sql)).then(() => 'nothing', (error: { code?: string }) => error.code);

    it.each([
      ...APPEND_ONLY.flatMap((table) => [`DELETE FROM subscriptions.${table}`, `TRUNCATE subscriptions.${table}`]),
      ...['contract_change', 'fee_change', 'enrolment_change', 'subsidy_rule', 'product_tax'].map((table) => `UPDATE subscriptions.${table} SET recorded_by = recorded_by`),
      ...['contract_change', 'fee_change', 'enrolment_change'].map((table) => `UPDATE subscriptions.${table} SET effective_on = effective_on`),
      ...['UPDATE subscriptions.price SET amount_minor = amount_minor', 'UPDATE subscriptions.charge SET amount_minor = amount_minor', 'UPDATE subscriptions.revenue_cell SET country = country'],
      ...['DELETE FROM subscriptions.contract', 'UPDATE subscriptions.contract SET company_id = company_id', 'UPDATE subscriptions.enrolment SET contract_id = contract_id'],
      ...['DELETE FROM subscriptions.enrolment', 'DELETE FROM subscriptions.fee_component', 'UPDATE subscriptions.fee_component SET kind = kind', 'UPDATE subscriptions.plan SET tier = tier'],
      ...['ALTER TABLE subscriptions.contract_change DISABLE TRIGGER USER', 'DROP TRIGGER contract_change_is_append_only ON subscriptions.contract_change'],
    ])('from %s', async (sql) => {
      expect(await asApp(sql)).toBe('42501');
    });

    it('from taking anything away, in whatever table a migration will bring', async () => {
      const tables = await world.test.database.query<{ name: string }>(
        `SELECT relname AS name FROM pg_class WHERE relnamespace = 'subscriptions'::regnamespace AND relkind IN ('r', 'p')
            AND (has_table_privilege(oid, 'DELETE') OR has_table_privilege(oid, 'TRUNCATE') OR has_table_privilege(oid, 'UPDATE')) ORDER BY 1`,
      );
      expect(tables).toEqual([]);
    });

    it('and triggers refuse the owner the same', async () => {
      const unguarded = await world.test.database.query<{ name: string }>(
        `SELECT t.name FROM unnest($1::text[]) AS t (name)
          WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = ('subscriptions.' || t.name)::regclass AND g.tgfoid = 'platform.refuse_change'::regproc AND g.tgenabled = 'A'
                              AND g.tgtype & 8 > 0 AND g.tgtype & 16 > 0 AND g.tgtype & 32 > 0)`,
        [APPEND_ONLY],
      );
      expect(unguarded).toEqual([]);
    });
  });
});
