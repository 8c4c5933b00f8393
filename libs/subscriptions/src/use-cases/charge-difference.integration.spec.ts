// Billing the difference on a real database: once, whoever asks and however often; corrected by pairs; the others go on.
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
    expect(proof).toMatchObject({ ok: true });
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
    await world.execute('UPDATE companies.company SET payer_id = $1 WHERE id = $2', [payer, child]);
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
      { payer_id: payer, amount_minor: 12_000n },
    ]);
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
