// Billing the difference on a real database: once, whoever asks and however often; corrected by pairs; the others go on.
import { ContractId } from '@countinghouse/kernel';
import { newId } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { ChargesDoNotOverlap } from '../proofs/charges-do-not-overlap';
import { day, World } from '../../test/world';

describe('ChargeDifference', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
  });
  afterAll(() => world.test.drop());
  afterEach(async () => {
    const proof = await world.test.database.read((reader) => new ChargesDoNotOverlap().prove(reader));
    expect(proof).toEqual({ ok: true, detail: expect.any(String) });
  });

  it('charges both parts of an enrolment, and the second time nothing', async () => {
    const company = await world.company();
    const [member] = await world.members(company, 1);
    const contract = await world.contract(company);
    const plan = await world.plan('BASIC', '30.00');
    await world.percentSubsidy(contract, plan, 40);
    const [enrolment] = await world.enrolments(contract, [member!], plan, '2026-06-16');

    expect(await world.charge({ enrolmentIds: [enrolment!], through: '2026-06-01' })).toEqual({ charges: 2, parked: [] });
    expect(await world.onRecord(enrolment!)).toEqual([
      { type: 'enrolment-company', kind: 'charge', start: '2026-06-16', end: '2026-07-01', amountMinor: 600n },
      { type: 'enrolment-member', kind: 'charge', start: '2026-06-16', end: '2026-07-01', amountMinor: 900n },
    ]);
    expect(await world.charge({ enrolmentIds: [enrolment!], through: '2026-06-01' })).toEqual({ charges: 0, parked: [] });
  });

  it('credits 33.33 and charges 66.66 after 20 people more and 30 fewer, in a June charged in advance', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    const fee = await world.accessFee(contract, 1000n);
    await world.headcount(company, [['2026-01-01', 100]]);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });

    await world.headcount(company, [['2026-06-11', 20], ['2026-06-21', -30]]);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });
    expect((await world.onRecord(fee)).map(({ kind, start, end, amountMinor }) => [kind, start, end, amountMinor])).toEqual([
      ['charge', '2026-06-01', '2026-07-01', 100_000n],
      ['credit', '2026-06-11', '2026-06-21', -33_334n],
      ['charge', '2026-06-11', '2026-06-21', 40_000n],
      ['credit', '2026-06-21', '2026-07-01', -33_333n],
      ['charge', '2026-06-21', '2026-07-01', 30_000n],
    ]);
    const lines = await world.test.database.transaction((tx) => world.subscriptions.unbilled(tx, [{ type: 'company', id: company }], world.issuerId));
    expect(lines.map(({ amountMinor, servicePeriod }) => [amountMinor, servicePeriod.start, servicePeriod.end])).toEqual([
      [100_000n, '2026-06-01', '2026-07-01'],
      [6_666n, '2026-06-11', '2026-06-21'],
      [-3_333n, '2026-06-21', '2026-07-01'],
    ]);
  });

  it('charges a fee in arrears when its period has ended', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    const fee = await world.accessFee(contract, 200n, 'arrears');
    await world.headcount(company, [['2026-06-01', 3], ['2026-06-16', 3]]);
    expect((await world.charge({ contractIds: [contract], through: '2026-06-30' })).charges).toBe(0);
    await world.charge({ contractIds: [contract], through: '2026-07-01' });
    expect((await world.onRecord(fee)).map((one) => one.amountMinor)).toEqual([300n, 600n]);
  });

  it('takes back what was charged when an enrolment turns out to have ended', async () => {
    const company = await world.company();
    const [member] = await world.members(company, 1);
    const contract = await world.contract(company);
    const enrolments = await world.enrolments(contract, [member!], await world.plan('ENDED', '30.00'));
    await world.charge({ enrolmentIds: enrolments, through: '2026-07-01' });
    await world.change(enrolments, 2, 'end', '2026-06-21');
    await world.charge({ enrolmentIds: enrolments, through: '2026-07-01' });
    expect((await world.onRecord(enrolments[0]!)).map(({ kind, start, end, amountMinor }) => [kind, start, end, amountMinor])).toEqual([
      ['charge', '2026-06-01', '2026-07-01', 3000n],
      ['charge', '2026-07-01', '2026-08-01', 3000n],
      ['credit', '2026-06-21', '2026-07-01', -1000n],
      ['credit', '2026-07-01', '2026-08-01', -3000n],
    ]);
  });

  it('leaves later periods alone when the bill-through day goes back', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    await world.accessFee(contract, 1000n);
    await world.headcount(company, [['2026-01-01', 1]]);
    await world.charge({ contractIds: [contract], through: '2026-09-01' });
    expect((await world.charge({ contractIds: [contract], through: '2026-06-01' })).charges).toBe(0);
  });

  it('charges the payer of the company from then on, and corrects with the one who was charged', async () => {
    const payer = await world.company();
    const child = await world.company();
    const contract = await world.contract(child);
    const fee = await world.accessFee(contract, 1000n);
    await world.headcount(child, [['2026-01-01', 10]]);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });
    await world.movePayer(child, payer, '2026-07-11');
    await world.headcount(child, [['2026-06-16', 2]]);
    await world.charge({ contractIds: [contract], through: '2026-07-01' });
    const rows = await world.test.database.query<{ payer_id: string; amount_minor: bigint }>(
      'SELECT payer_id, amount_minor FROM subscriptions.charge WHERE component_id = $1 ORDER BY id',
      [fee],
    );
    expect(rows).toEqual([
      { payer_id: child, amount_minor: 10_000n },
      { payer_id: child, amount_minor: -5_000n },
      { payer_id: child, amount_minor: 6_000n },
      { payer_id: child, amount_minor: 3_871n },
      { payer_id: payer, amount_minor: 8_129n },
    ]);
  });

  it('rates fees, discounts and a true-up of one contract together, each once, with their facts', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    const fee = await world.accessFee(contract, 1000n);
    const terms = { seq: 1, kind: 'terms', effective_on: '2026-06-01', tax_inclusive: false, tax_category: 'standard' };
    const off = await world.component(contract, 'amount-discount', 'advance', { ...terms, amount_minor: 5_000n });
    const commitment = await world.component(contract, 'commitment', 'arrears', { ...terms, amount_minor: 100_000n, per: 'period' });
    await world.component(contract, 'percent-discount', 'advance', { seq: 1, kind: 'terms', effective_on: '2026-06-01', percent: '10' });
    await world.headcount(company, [['2026-01-01', 50]]);

    expect(await world.charge({ contractIds: [contract], through: '2026-06-01' })).toEqual({ charges: 2, parked: [] });
    expect(await world.charge({ contractIds: [contract], through: '2026-07-01' })).toEqual({ charges: 3, parked: [] });
    expect(await world.charge({ contractIds: [contract], through: '2026-07-01' })).toEqual({ charges: 0, parked: [] });
    const june = async (id: string) => {
      const [row] = await world.test.database.query<{ type: string; quantity: string; minor: bigint; explanation: string; facts: object }>(
        `SELECT component_type AS type, quantity, amount_minor AS minor, explanation, facts FROM subscriptions.charge
          WHERE component_id = $1 AND period_start = '2026-06-01'`,
        [id],
      );
      return row;
    };
    // 50 × 10.00 less 10 % is 450.00; less 50.00; 600.00 short of 1,000.00.
    expect(await june(fee)).toMatchObject({ type: 'fee', quantity: '50', minor: 45_000n, explanation: '50 people × 10.00, less 10 %', facts: { changes: [1] } });
    expect(await june(off)).toMatchObject({ type: 'adjustment', quantity: '-1', minor: -5_000n, explanation: '50.00 off fees of 450.00' });
    expect(await june(commitment)).toEqual({
      type: 'adjustment', quantity: '1', minor: 60_000n, explanation: 'fees of 400.00 fall short of the commitment of 1000.00', facts: { base: '40000', changes: [1] },
    });
  });

  it('corrects an adjustment when the fees that it is computed on turn out otherwise', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    await world.accessFee(contract, 1000n);
    const terms = { seq: 1, kind: 'terms', effective_on: '2026-06-01', tax_inclusive: false, tax_category: 'standard' };
    const cap = await world.component(contract, 'cap', 'advance', { ...terms, amount_minor: 90_000n, per: 'period' });
    await world.headcount(company, [['2026-01-01', 100]]);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });
    await world.headcount(company, [['2026-06-16', -40]]);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });
    // 1,000.00 is 100.00 above the cap; 500.00 and 300.00 are below it.
    expect((await world.onRecord(cap)).map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([['charge', -10_000n], ['credit', 10_000n]]);
    const words = await world.test.database.query(`SELECT explanation FROM subscriptions.charge WHERE component_id = $1 ORDER BY id`, [cap]);
    expect(words).toEqual([{ explanation: 'fees of 1000.00 are capped at 900.00' }, { explanation: 'nothing owed from 1 June: without the 100.00 off' }]);
  });

  it('charges an average with its decimals', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    const terms = { seq: 1, kind: 'terms', effective_on: '2026-06-01', tax_inclusive: false, tax_category: 'standard', counted: 'eligible', on_decrease: 'credit' };
    const fee = await world.component(contract, 'access-fee', 'arrears', { ...terms, price_model: 'perUnit', measure: 'average', interval_months: 1, unit_price_minor: 1000n });
    await world.headcount(company, [['2026-01-01', 100], ['2026-06-11', 20], ['2026-06-21', -30]]);
    await world.charge({ contractIds: [contract], through: '2026-07-01' });
    const [row] = await world.test.database.query('SELECT quantity, amount_minor AS minor, explanation FROM subscriptions.charge WHERE component_id = $1', [fee]);
    expect(row).toEqual({ quantity: '103.3333', minor: 103_333n, explanation: '103.3333 people on average × 10.00' });
  });

  it('counts the enrolled, or the people of one cost centre, if a fee says so', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    const terms = { seq: 1, kind: 'terms', effective_on: '2026-06-01', tax_inclusive: false, tax_category: 'standard', on_decrease: 'credit' };
    const price = { price_model: 'perUnit', measure: 'daily', interval_months: 1, unit_price_minor: 1000n };
    const ofEnrolled = await world.component(contract, 'access-fee', 'advance', { ...terms, ...price, counted: 'enrolled' });
    const ofLab = await world.component(contract, 'access-fee', 'advance', { ...terms, ...price, counted: 'eligible', cost_centre: 'LAB' });
    await world.headcount(company, [['2026-01-01', 100]]);
    await world.headcount(company, [['2026-01-01', 7]], { measure: 'enrolled' });
    await world.headcount(company, [['2026-01-01', 12]], { costCentre: 'LAB' });
    await world.charge({ contractIds: [contract], through: '2026-06-01' });
    const minors = async (id: string) => (await world.onRecord(id)).map(({ amountMinor }) => amountMinor);
    expect([await minors(ofEnrolled), await minors(ofLab)]).toEqual([[7_000n], [12_000n]]);
  });

  it('credits the member and charges the company when the member goes over to payroll', async () => {
    const company = await world.company();
    const [member] = await world.members(company, 1);
    const contract = await world.contract(company);
    const enrolments = await world.enrolments(contract, [member!], await world.plan('PAYROLL', '30.00'));
    await world.charge({ enrolmentIds: enrolments, through: '2026-06-01' });
    await world.change(enrolments, 2, 'payroll', '2026-06-16');
    await world.charge({ enrolmentIds: enrolments, through: '2026-06-01' });
    const rows = await world.test.database.query(
      'SELECT component_id AS component, payer_type AS type, payer_id AS payer, amount_minor AS minor FROM subscriptions.charge WHERE component_id = $1 ORDER BY id',
      [enrolments[0]],
    );
    const component = enrolments[0];
    expect(rows).toEqual([
      { component, type: 'member', payer: member, minor: 3000n },
      { component, type: 'member', payer: member, minor: -1500n },
      { component, type: 'company', payer: company, minor: 1500n },
    ]);
    const lines = await world.test.database.transaction((tx) => world.subscriptions.unbilled(tx, [{ type: 'company', id: company }], world.issuerId));
    expect(lines.map(({ description, amountMinor }) => [description, amountMinor])).toEqual([["Correction: Plans, members' part through payroll, 2026-06-16 to 2026-06-30", 1500n]]);
  });

  it('charges a component that nobody has terms for, and a drafted contract, nothing', async () => {
    const company = await world.company();
    const contract = await world.contract(company);
    await world.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES (gen_random_uuid(), $1, 'access-fee', 'Later', 'advance')`, [contract]);
    const drafted = newId<ContractId>();
    await world.execute(`INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency) VALUES ($1, 'K-DRAFT', $2, $3, 'EUR')`, [drafted, world.issuerId, company]);
    expect(await world.charge({ contractIds: [contract, drafted], through: '2026-09-01' })).toEqual({ charges: 0, parked: [] });
  });

  it('parks what has no price, with the reason, and charges the others', async () => {
    const company = await world.company();
    const [one, other] = await world.members(company, 2);
    const contract = await world.contract(company);
    const [priced] = await world.enrolments(contract, [one!], await world.plan('PRICED', '10.00'));
    const [unpriced] = await world.enrolments(contract, [other!], await world.plan('ONLY-JPY', '1000', 'JPY'));
    expect(await world.charge({ enrolmentIds: [priced!, unpriced!], through: '2026-06-01' })).toEqual({
      charges: 1,
      parked: [
        {
          item: `enrolment ${unpriced}`,
          code: 'PRICE_MISSING',
          reason: 'Plan ONLY-JPY has no price in EUR on 2026-06-01. Publish a price of the plan in EUR that is effective on or before 2026-06-01.',
        },
      ],
    });
  });

  it('makes one set of charges when ten charge the same contracts and enrolments at once', async () => {
    const company = await world.company();
    const members = await world.members(company, 40);
    const contracts = [await world.contract(company), await world.contract(company)];
    for (const contract of contracts) await world.accessFee(contract, 1000n);
    await world.headcount(company, [['2026-01-01', 40]]);
    const plan = await world.plan('RACED', '30.00');
    await world.percentSubsidy(contracts[0]!, plan, 50);
    const enrolmentIds = await world.enrolments(contracts[0]!, members, plan);

    const racing = Array.from({ length: 10 }, () => world.charge({ contractIds: contracts, enrolmentIds, through: '2026-06-01' }));
    const charged = (await Promise.all(racing)).map((one) => one.charges).filter((count) => count > 0);
    expect(charged).toEqual([82]);
  });

  it('uses as many statements for forty contracts as for one', async () => {
    const contracts = await Promise.all(
      Array.from({ length: 41 }, async () => {
        const company = await world.company();
        await world.headcount(company, [['2026-01-01', 5]]);
        const contract = await world.contract(company);
        await world.accessFee(contract, 1000n);
        return contract;
      }),
    );
    const few = await world.statements(() => world.charge({ contractIds: contracts.slice(0, 1), through: '2026-06-01' }));
    const many = await world.statements(() => world.charge({ contractIds: contracts.slice(1), through: '2026-06-01' }));
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(10);
  });

  it('uses as many statements for a hundred enrolments as for one', async () => {
    const company = await world.company();
    const members = await world.members(company, 101);
    const contract = await world.contract(company);
    const plan = await world.plan('COUNTED', '30.00');
    await world.percentSubsidy(contract, plan, 50);
    const [first, ...others] = await world.enrolments(contract, members, plan);
    const few = await world.statements(() => world.charge({ enrolmentIds: [first!], through: '2026-06-01' }));
    const many = await world.statements(() => world.charge({ enrolmentIds: others, through: '2026-06-01' }));
    expect(many).toBe(few);
    expect(many).toBeLessThanOrEqual(10);
  });

  it('charges nothing before the contract begins', async () => {
    const company = await world.company();
    const contract = await world.contract(company, { startsOn: '2026-09-01' });
    await world.accessFee(contract, 1000n);
    expect(await world.charge({ contractIds: [contract], through: day('2026-08-31') })).toEqual({ charges: 0, parked: [] });
  });
});
