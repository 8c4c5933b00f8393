// Publishing plans: once, with prices that are commitments.
import { Money } from '@countinghouse/kernel';
import { createTestDatabase } from '@countinghouse/testing';
import { ANA, day, World } from '../../test/world';
import { PublishPlanInput } from './publish-plan';

describe('PublishPlan', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
  });
  afterAll(() => world.test.drop());

  const price = (amount: string, currency: string, from: string) => ({ price: Money.parse(amount, currency), taxInclusive: true, effectiveFrom: day(from) });
  const gold = (input: Partial<PublishPlanInput> = {}): PublishPlanInput => ({
    code: 'GOLD', name: 'Gold', taxCategory: 'standard', prices: [price('39.90', 'EUR', '2026-01-01'), price('5000', 'JPY', '2026-01-01')], ...input,
  });
  const prices = () =>
    world.test.database.query(
      `SELECT p.currency, p.amount_minor AS minor, p.effective_from AS from FROM subscriptions.price p JOIN subscriptions.plan l ON l.id = p.plan_id
        WHERE l.code = 'GOLD' ORDER BY 1, 3`,
    );

  it('adds the plan with its prices, and later ones as they come', async () => {
    const id = await world.publishPlan.execute(gold(), ANA);
    expect(await world.publishPlan.execute(gold(), ANA)).toBe(id);
    await world.publishPlan.execute(gold({ prices: [price('42.00', 'EUR', '2027-01-01')] }), ANA);
    expect(await prices()).toEqual([
      { currency: 'EUR', minor: 3990n, from: '2026-01-01' },
      { currency: 'EUR', minor: 4200n, from: '2027-01-01' },
      { currency: 'JPY', minor: 5000n, from: '2026-01-01' },
    ]);
    const audit = await world.test.database.query<{ actor: string }>(`SELECT actor FROM platform.audit_entry WHERE action = 'subscriptions.publish-plan' AND subject_id = $1`, [id]);
    expect(audit.map(({ actor }) => actor)).toEqual(['ana', 'ana', 'ana']);
  });

  it.each<[string, Partial<PublishPlanInput>, string]>([
    ['another price for a day that has one', { prices: [price('40.00', 'EUR', '2026-01-01')] }, 'PRICE_ALREADY_PUBLISHED'],
    ['another name for the code', { name: 'Golden' }, 'PLAN_DIFFERS'],
    ['another tax category for the code', { taxCategory: 'reduced' }, 'PLAN_DIFFERS'],
    ['a price below nothing', { prices: [price('-1.00', 'EUR', '2028-01-01')] }, 'PRICE_NEGATIVE'],
    ['a code with blanks', { code: 'GOLD PLUS' }, 'PLAN_CODE_INVALID'],
    ['a plan without a name', { name: ' ' }, 'PLAN_NAME_MISSING'],
  ])('refuses %s', async (_what, input, code) => {
    await world.publishPlan.execute(gold(), ANA);
    await expect(world.publishPlan.execute(gold(input), ANA)).rejects.toMatchObject({ code });
  });

  it('is for those who may bill', async () => {
    await expect(world.publishPlan.execute(gold(), { ...ANA, role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
