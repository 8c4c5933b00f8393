// What invoicing asks: who is billed together, what is unbilled in a handful of lines, and the document it went on.
import { CompanyId, ContractId, EnrolmentId } from '@countinghouse/kernel';
import { newId } from '@countinghouse/platform';
import { createTestDatabase, hasToWait, TestDatabase } from '@countinghouse/testing';
import { World } from '../test/world';

describe('Subscriptions', () => {
  let test: TestDatabase;
  let world: World;
  let company: CompanyId;
  let contract: ContractId;

  beforeAll(async () => {
    test = await createTestDatabase();
    world = await World.on(test);
  });
  afterAll(() => test.drop());
  beforeEach(async () => {
    company = await world.company();
    contract = await world.contract(company);
  });

  const unbilled = (type: 'company' | 'member', ...ids: string[]) =>
    world.test.database.transaction((tx) => world.subscriptions.unbilled(tx, ids.map((id) => ({ type, id })), world.issuerId));

  it('gives a company one line for many people who pay alike', async () => {
    const members = await world.members(company, 300);
    const plan = await world.plan('GOLD', '30.00');
    await world.percentSubsidy(contract, plan, 40);
    await world.charge({ enrolmentIds: await world.enrolments(contract, members.slice(0, 290), plan), through: '2026-06-01' });
    await world.charge({ enrolmentIds: await world.enrolments(contract, members.slice(290), plan, '2026-06-16'), through: '2026-06-01' });
    const common = { payerType: 'company', payerId: company, contractId: contract, companyId: company, currency: 'EUR', taxInclusive: true, taxCategory: 'standard' };
    expect(await unbilled('company', company)).toEqual([
      {
        ...common, description: "Plan GOLD, company's part, 2026-06-01 to 2026-06-30", quantity: '290', unitPriceMinor: 1200n,
        amountMinor: 348_000n, servicePeriod: { start: '2026-06-01', end: '2026-07-01' }, chargeCount: 290,
      },
      {
        ...common, description: "Plan GOLD, company's part, 2026-06-16 to 2026-06-30", quantity: '1', unitPriceMinor: 6_000n,
        amountMinor: 6_000n, servicePeriod: { start: '2026-06-16', end: '2026-07-01' }, chargeCount: 10,
      },
    ]);
    const [line] = await unbilled('member', members[0]!, members[299]!);
    expect(line).toMatchObject({ payerId: members[0], quantity: '1', unitPriceMinor: 1800n, amountMinor: 1800n });
  });

  it('adds corrections up by period and sign, and leaves out what comes to nothing', async () => {
    const members = await world.members(company, 20);
    const gold = await world.plan('GOLD-2', '30.00');
    const gem = await world.plan('GEM', '30.00');
    const enrolments = await world.enrolments(contract, members, gold);
    await world.percentSubsidy(contract, gold, 50);
    await world.percentSubsidy(contract, gem, 50);
    await world.charge({ enrolmentIds: enrolments, through: '2026-06-01' });
    await world.change(enrolments.slice(0, 5), 2, 'end', '2026-06-16');
    await world.change(enrolments.slice(5, 9), 2, 'end', '2026-06-21');
    await world.change(enrolments.slice(9), 2, 'start', '2026-06-01', gem);
    await world.charge({ enrolmentIds: enrolments, through: '2026-06-01' });
    const lines = await unbilled('company', company);
    expect(lines.map(({ description, quantity, unitPriceMinor, amountMinor }) => [description, quantity, unitPriceMinor, amountMinor])).toEqual([
      ["Plan GOLD-2, company's part, 2026-06-01 to 2026-06-30", '20', 1500n, 30_000n],
      ["Correction: Plans, company's part, 2026-06-16 to 2026-06-30", '-1', 5_750n, -5_750n],
    ]);
  });

  it('notes the document on exactly what it had added up', async () => {
    const [member, other] = await world.members(company, 2);
    const plan = await world.plan('STAMPED', '30.00');
    await world.charge({ enrolmentIds: await world.enrolments(contract, [member!, other!], plan), through: '2026-06-01' });
    const documentId = newId();
    const stamped = await world.test.database.transaction(async (tx) => {
      await world.subscriptions.unbilled(tx, [{ type: 'member', id: member! }], world.issuerId);
      const assignment = { payerType: 'member', payerId: member!, currency: 'EUR', issuerId: world.issuerId, documentId } as const;
      return world.subscriptions.assignDocument(tx, [{ ...assignment, currency: 'EUR' as never }]);
    });
    expect(stamped).toBe(1);
    expect(await unbilled('member', member!)).toEqual([]);
    expect(await unbilled('member', other!)).toHaveLength(1);
  });

  it('lets nobody charge a payer between adding up and noting the document', async () => {
    const [member] = await world.members(company, 1);
    await world.accessFee(contract, 1000n);
    await world.headcount(company, [['2026-01-01', 5]]);
    const plan = await world.plan('HELD', '30.00');
    await world.percentSubsidy(contract, plan, 50);
    const enrolmentIds = await world.enrolments(contract, [member!], plan);
    await world.charge({ contractIds: [contract], through: '2026-06-01' });

    let charging: Promise<unknown> | undefined;
    await world.test.database.transaction(async (tx) => {
      const lines = await world.subscriptions.unbilled(tx, [{ type: 'company', id: company }], world.issuerId);
      charging = world.charge({ enrolmentIds, through: '2026-06-01' });
      expect(await hasToWait(test, charging)).toBe(true);
      const assignment = { payerType: 'company' as const, payerId: company, currency: 'EUR' as never, issuerId: world.issuerId, documentId: newId() };
      expect(await world.subscriptions.assignDocument(tx, [assignment])).toBe(lines[0]!.chargeCount);
    });
    expect(await charging).toMatchObject({ charges: 2 });
    expect(await unbilled('company', company)).toHaveLength(1);
  });

  it('plans members first, then companies, each payer together with all whom it pays for', async () => {
    const other = await World.on(await createTestDatabase());
    const payer = await other.company();
    const children = [await other.company(payer), await other.company(payer)];
    const plan = await other.plan('PLANNED', '30.00');
    const twice: [EnrolmentId, EnrolmentId][] = [];
    for (const child of children) {
      const [kept, added] = [await other.contract(child), await other.contract(child)];
      const members = await other.members(child, 3);
      const [first] = await other.enrolments(kept, members, plan);
      const [second] = await other.enrolments(added, members.slice(0, 1), plan);
      twice.push([first!, second!]);
    }
    await other.contract(await other.company(), { startsOn: '2027-01-01' });
    const chunks = await other.test.database.read((reader) =>
      other.subscriptions.billingPlan(reader, { issuerId: other.issuerId, through: '2026-06-01' as never }, 4),
    );
    await other.test.drop();
    expect(chunks.map(({ stage }) => stage)).toEqual([0, 0, 1]);
    const ofMembers = chunks.flatMap(({ input }) => ('members' in input ? input.members : []));
    for (const both of twice) expect(ofMembers).toContainEqual([...both].sort());
    expect(ofMembers.flat()).toHaveLength(8);
    const groups = chunks.flatMap(({ input }) => ('payers' in input ? input.payers : []));
    expect(groups.map((group) => new Set(group))).toEqual([new Set([payer, ...children])]);
  });

  it('bills the payers of a company that has moved together, because past days may be charged to each', async () => {
    const other = await World.on(await createTestDatabase());
    const [first, second, third, alone] = [await other.company(), await other.company(), await other.company(), await other.company()];
    const moved = await other.company(first);
    const stayed = await other.company(third);
    for (const company of [moved, stayed, alone]) await other.contract(company);
    await other.movePayer(moved, second, '2026-06-16');
    await other.movePayer(second, third, '2026-06-20');
    const chunks = await other.test.database.read((reader) =>
      other.subscriptions.billingPlan(reader, { issuerId: other.issuerId, through: '2026-07-01' as never }, 1),
    );
    await other.test.drop();
    const groups = chunks.flatMap(({ input }) => ('payers' in input ? input.payers.map((group) => [...group].sort()) : []));
    expect(groups).toHaveLength(2);
    expect(groups).toContainEqual([alone]);
    expect(groups).toContainEqual([first, second, third, moved, stayed].sort());
  });

  it('plans contracts that begin later if they were charged, with all their enrolments, for billing and preview alike', async () => {
    const other = await World.on(await createTestDatabase());
    const plan = await other.plan('LATER', '30.00');
    const [byFee, byEnrolment, untouched] = [await other.company(), await other.company(), await other.company()];
    const enrolled: EnrolmentId[] = [];
    for (const each of [byFee, byEnrolment, untouched]) {
      const later = await other.contract(each, { startsOn: '2026-06-01' });
      const [id] = await other.enrolments(later, await other.members(each, 1), plan);
      if (each !== untouched) enrolled.push(id!);
      if (each === byEnrolment) await other.charge({ enrolmentIds: [id!], through: '2026-06-01' });
      if (each !== byFee) continue;
      await other.accessFee(later, 1000n);
      await other.headcount(each, [['2026-06-01', 5]]);
      await other.charge({ contractIds: [later], through: '2026-06-01' });
    }
    const scope = { issuerId: other.issuerId, through: '2026-05-01' as never };
    const [billing, previewed] = await other.test.database.read(async (reader) => [
      await other.subscriptions.billingPlan(reader, scope, 10), await other.subscriptions.previewPlan(reader, scope, 10),
    ] as const);
    await other.test.drop();
    expect(billing.flatMap(({ input }) => ('members' in input ? input.members.flat() : [])).sort()).toEqual([...enrolled].sort());
    expect(billing.flatMap(({ input }) => ('payers' in input ? input.payers.flat() : [])).sort()).toEqual([byFee, byEnrolment].sort());
    expect(previewed.flatMap(({ input }) => input.companyIds).sort()).toEqual([byFee, byEnrolment].sort());
  });
});
