// The catalogue: products and their tax by date, plans in tiers, prices for everybody or for some, and plans that are offered no more.
import { Money } from '@countinghouse/kernel';
import { createTestDatabase } from '@countinghouse/testing';
import { Acts, actsOn } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { PublishedPrice, PublishPlanInput } from './publish-plan';

const ACCOUNTANT = { ...ANA, role: 'accountant' as const };

describe('the catalogue', () => {
  let world: World;
  let acts: Acts;
  let counter = 0;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
  });
  afterAll(() => world.test.drop());
  beforeEach(() => {
    acts = actsOn(world.test, '2026-06-10T12:00:00Z');
  });

  const aProduct = async () => {
    const code = `PRODUCT-${++counter}`;
    await acts.publishProduct.execute({ code, name: 'Wellness', taxCategory: 'standard' }, ANA);
    return code;
  };
  const publish = (input: Partial<PublishPlanInput> = {}) => world.publishPlan.execute({ code: `PLAN-${++counter}`, name: 'Plan', taxCategory: 'standard', prices: [], ...input }, ANA);
  const price = (amount: string, from: string, more: Partial<PublishedPrice> = {}): PublishedPrice => ({ price: Money.parse(amount, 'EUR'), taxInclusive: true, effectiveFrom: day(from), ...more });

  it('has products once, whoever publishes them at once, and refuses another one of the code', async () => {
    const input = { code: `TWICE-${++counter}`, name: 'Twice', taxCategory: 'standard' as const };
    const ids = await Promise.all(Array.from({ length: 4 }, () => acts.publishProduct.execute(input, ANA)));
    expect(new Set(ids).size).toBe(1);
    await expect(acts.publishProduct.execute({ ...input, name: 'Otherwise' }, ANA)).rejects.toMatchObject({ code: 'PRODUCT_DIFFERS' });
    await expect(acts.publishProduct.execute({ ...input, code: 'a b' }, ANA)).rejects.toMatchObject({ code: 'PRODUCT_CODE_INVALID' });
    await expect(acts.publishProduct.execute({ ...input, name: ' ' }, ANA)).rejects.toMatchObject({ code: 'PRODUCT_NAME_MISSING' });
  });

  it('ranks plans within a product, one to a tier', async () => {
    const product = await aProduct();
    const tiers = async () => (await world.test.database.query<{ tier: number }>('SELECT p.tier FROM subscriptions.plan p JOIN subscriptions.product o ON o.id = p.product_id WHERE o.code = $1 ORDER BY 1', [product])).map(({ tier }) => tier);
    await publish({ product });
    await publish({ product, tier: 5 });
    await publish({ product });
    expect(await tiers()).toEqual([1, 5, 6]);
    await expect(publish({ product, tier: 5 })).rejects.toMatchObject({ code: 'PLAN_TIER_TAKEN' });
    await expect(publish({ product, tier: 0 })).rejects.toMatchObject({ code: 'PLAN_TIER_INVALID' });
    await expect(publish({ product: 'NOWHERE' })).rejects.toMatchObject({ code: 'PRODUCT_UNKNOWN' });
    const racing = await Promise.all(Array.from({ length: 4 }, () => publish({ product, tier: 9 }).then(() => 'published', (error: { code?: string; message: string }) => error.code ?? error.message)));
    expect(racing.sort()).toEqual(['PLAN_TIER_TAKEN', 'PLAN_TIER_TAKEN', 'PLAN_TIER_TAKEN', 'published']);
  });

  it('taxes a product otherwise from a day on, by who may account, within open periods', async () => {
    const product = await aProduct();
    const change = (on: string, actor = ACCOUNTANT) => acts.changeProductTax.execute({ product, taxCategory: 'reduced', effectiveFrom: day(on), reason: 'the law' }, actor);
    await expect(change('2026-07-01', ANA as never)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    acts.books.firstOpenDay = day('2026-06-01');
    await expect(change('2026-05-31')).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
    await change('2026-07-01');
    const taxes = await world.test.database.query(
      'SELECT t.effective_from AS from, t.tax_category, t.recorded_by, t.reason FROM subscriptions.product_tax t JOIN subscriptions.product o ON o.id = t.product_id WHERE o.code = $1 ORDER BY t.seq', [product]);
    expect(taxes).toEqual([
      { from: '0001-01-01', tax_category: 'standard', recorded_by: 'ana', reason: 'as published' },
      { from: '2026-07-01', tax_category: 'reduced', recorded_by: 'ana', reason: 'the law' },
    ]);
    await expect(acts.changeProductTax.execute({ product: 'NOWHERE', taxCategory: 'reduced', effectiveFrom: day('2026-07-01'), reason: 'the law' }, ACCOUNTANT)).rejects.toMatchObject({ code: 'PRODUCT_UNKNOWN' });
  });

  it('follows a price by another and edits none, for everybody or for some, by the month, quarter or year', async () => {
    const plan = `PRICED-${++counter}`;
    await publish({ code: plan, prices: [price('10.00', '2026-01-01')] });
    const follow = (...prices: PublishedPrice[]) => acts.publishPrices.execute({ plan, prices }, ANA);
    await follow(price('12.00', '2026-09-01', { appliesTo: 'new-contracts' }), price('110.00', '2026-01-01', { intervalMonths: 12 }));
    await follow(price('12.00', '2026-09-01', { appliesTo: 'new-contracts' }));
    await expect(follow(price('12.00', '2026-09-01', { appliesTo: 'all-at-next-period' }))).rejects.toMatchObject({ code: 'PRICE_ALREADY_PUBLISHED' });
    await expect(follow(price('13.00', '2026-10-01'), price('14.00', '2026-10-01'))).rejects.toMatchObject({ code: 'PRICE_ALREADY_PUBLISHED' });
    await expect(follow(price('13.00', '2026-10-01', { intervalMonths: 2 as never }))).rejects.toMatchObject({ code: 'PRICE_INTERVAL_INVALID' });
    await expect(follow(...Array.from({ length: 201 }, (_, no) => price(`${no}.00`, '2026-10-01')))).rejects.toMatchObject({ code: 'PRICES_TOO_MANY' });
    await expect(acts.publishPrices.execute({ plan: 'NOWHERE', prices: [] }, ANA)).rejects.toMatchObject({ code: 'PLAN_UNKNOWN' });
    const stored = await world.test.database.query(
      `SELECT p.amount_minor AS minor, p.interval_months AS months, p.applies_to AS reach FROM subscriptions.price p JOIN subscriptions.plan l ON l.id = p.plan_id WHERE l.code = $1 ORDER BY 2, 1`, [plan]);
    expect(stored).toEqual([
      { minor: 1000n, months: 1, reach: 'all-from-date' },
      { minor: 1200n, months: 1, reach: 'new-contracts' },
      { minor: 11000n, months: 12, reach: 'all-from-date' },
    ]);
  });

  it('lets no later price reach into a closed period, while the first one of a currency may be of any day', async () => {
    const plan = `CLOSED-${++counter}`;
    await publish({ code: plan, prices: [price('10.00', '2026-01-01')] });
    acts.books.firstOpenDay = day('2026-06-01');
    await expect(acts.publishPrices.execute({ plan, prices: [price('11.00', '2026-05-01')] }, ANA)).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
    await acts.publishPrices.execute({ plan, prices: [price('11.00', '2026-06-01'), { ...price('1.00', '2026-01-01'), price: Money.parse('50.00', 'BRL') }] }, ANA);
  });

  it('offers a plan to nobody from a day on, and takes that back', async () => {
    const plan = `OLD-${++counter}`;
    await publish({ code: plan });
    const retired = async () => (await world.test.database.query<{ day: string | null }>('SELECT retired_from AS day FROM subscriptions.plan WHERE code = $1', [plan]))[0]!.day;
    await acts.retirePlan.execute({ plan, from: day('2026-07-01'), reason: 'replaced' }, ANA);
    expect(await retired()).toBe('2026-07-01');
    await acts.retirePlan.execute({ plan, from: null, reason: 'asked for after all' }, ANA);
    expect(await retired()).toBeNull();
    await expect(acts.retirePlan.execute({ plan, from: null, reason: ' ' }, ANA)).rejects.toMatchObject({ code: 'REASON_MISSING' });
  });
});
