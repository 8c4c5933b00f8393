// Fees, discounts, caps, commitments and subsidies: agreed, changed and ended from a day on; and what contradicts itself.
import { Companies } from '@countinghouse/companies';
import { ContractId, Money, PlanId } from '@countinghouse/kernel';
import { violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { Acts, actsOn } from '../../test/acts';
import { ANA, day, World } from '../../test/world';
import { AccessFeeTerms, ComponentTerms } from '../domain/fee-terms';
import { componentsOf } from '../persistence/contract.queries';
import { AddComponentInput } from './add-component';
import { Rating } from './rating';

const perPerson: AccessFeeTerms = {
  priceModel: 'perUnit', unitPriceMinor: 500n, measure: 'daily', counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1,
  taxInclusive: false, taxCategory: 'standard',
};

describe('a component of a contract', () => {
  let world: World;
  let acts: Acts;
  let contract: ContractId;
  let gold: PlanId;
  let key = 0;

  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
    gold = await world.plan('GOLD', '40.00');
    await world.plan('YEN', '4000', 'JPY');
  });
  afterAll(() => world.test.drop());
  beforeEach(async () => {
    acts = actsOn(world.test, '2026-06-10T12:00:00Z');
    contract = await world.contract(await world.company());
  });

  const reason = 'as agreed by letter';
  const add = (input: Partial<AddComponentInput> = {}) =>
    acts.addComponent.execute(
      {
        contractId: contract, kind: 'access-fee', name: 'Access', timing: 'arrears', steps: [{ effectiveOn: day('2026-06-01'), terms: perPerson }],
        idempotencyKey: `key ${++key}`, reason, ...input,
      },
      ANA,
    );
  const step = (terms: ComponentTerms, on = '2026-06-01') => ({ steps: [{ effectiveOn: day(on), terms }] });
  const tax = { taxInclusive: false, taxCategory: 'standard' } as const;
  const onRecord = () => world.test.database.read((reader) => componentsOf(reader, contract));

  it('is agreed in steps, and read back as it was agreed', async () => {
    const tiers = [{ upTo: 100, unitPriceMinor: 500n, flatMinor: 10_000n }, { upTo: null, unitPriceMinor: 400n, flatMinor: 0n }];
    const graduated: AccessFeeTerms = { priceModel: 'graduated', tiers, measure: 'peak', counted: 'enrolled', costCentre: 'R&D', onDecrease: 'credit', intervalMonths: 1, ...tax };
    const steps = [{ effectiveOn: day('2026-06-01'), terms: perPerson }, { effectiveOn: day('2026-09-01'), terms: graduated }];
    const id = await add({ steps, endsOn: day('2027-01-01') });
    expect(await onRecord()).toEqual([
      {
        id, kind: 'access-fee', name: 'Access', timing: 'arrears', targetId: null,
        changes: [
          { seq: 1, effectiveOn: '2026-06-01', kind: 'terms', terms: perPerson },
          { seq: 2, effectiveOn: '2026-09-01', kind: 'terms', terms: graduated },
          { seq: 3, effectiveOn: '2027-01-01', kind: 'end' },
        ],
      },
    ]);
  });

  it.each<[AddComponentInput['kind'], 'advance' | 'arrears', ComponentTerms]>([
    ['access-fee', 'advance', { ...perPerson, priceModel: 'flat', unitPriceMinor: 9_900n }],
    ['access-fee', 'arrears', { priceModel: 'package', packageSize: 25, unitPriceMinor: 1_000n, measure: 'average', counted: 'eligible', costCentre: null, onDecrease: 'credit', intervalMonths: 1, ...tax }],
    ['access-fee', 'advance', { ...perPerson, onDecrease: 'none' }],
    ['one-off', 'advance', { unitPriceMinor: 150_000n, quantity: 1, ...tax }],
    ['percent-discount', 'advance', { percent: '12.5000', periods: 3 }],
    ['percent-discount', 'arrears', { percent: '100.0000', periods: null }],
    ['amount-discount', 'arrears', { amountMinor: 5_000n, periods: 2, ...tax }],
    ['cap', 'arrears', { amountMinor: 100_000n, per: 'period', ...tax }],
    ['commitment', 'arrears', { amountMinor: 1_000_000n, per: 'term', ...tax }],
  ])('can be a %s in %s of %j', async (kind, timing, terms) => {
    await add({ kind, timing, ...step(terms) });
    expect((await onRecord())[0]).toMatchObject({ kind, timing, changes: [{ terms }] });
  });

  it('is added once for one key, whoever asks at once', async () => {
    const racing = await Promise.all(Array.from({ length: 5 }, () => add({ idempotencyKey: 'the same' })));
    expect(new Set(racing).size).toBe(1);
    expect(await onRecord()).toHaveLength(1);
    acts.books.firstOpenDay = day('2026-07-01');
    expect(await add({ idempotencyKey: 'the same' })).toBe(racing[0]);
    const audit = await world.test.database.query(`SELECT FROM platform.audit_entry WHERE action = 'subscriptions.add-component' AND subject_id = $1`, [contract]);
    expect(audit).toHaveLength(1);
    await expect(add({ idempotencyKey: 'the same', name: 'Another' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('has other terms from a day on, and ends', async () => {
    const id = await add();
    await acts.changeComponent.execute({ contractId: contract, componentId: id, kind: 'access-fee', effectiveOn: day('2026-08-01'), terms: { ...perPerson, unitPriceMinor: 600n }, reason }, ANA);
    await acts.endComponent.execute({ contractId: contract, componentId: id, on: day('2026-07-01'), reason }, ANA);
    expect((await onRecord())[0]!.changes.map(({ kind, effectiveOn }) => [kind, effectiveOn])).toEqual([
      ['terms', '2026-06-01'], ['terms', '2026-08-01'], ['end', '2026-07-01'], ['end', '2026-08-01'],
    ]);
    await expect(acts.endComponent.execute({ contractId: contract, componentId: id, on: day('2026-05-31'), reason }, ANA)).rejects.toMatchObject({ code: 'COMPONENT_ENDS_BEFORE_IT_STARTS' });
    const other = await world.contract(await world.company());
    await expect(acts.endComponent.execute({ contractId: other, componentId: id, on: day('2026-07-01'), reason }, ANA)).rejects.toMatchObject({ code: 'COMPONENT_NOT_FOUND' });
    await expect(
      acts.changeComponent.execute({ contractId: contract, componentId: id, kind: 'cap', effectiveOn: day('2026-08-01'), terms: { amountMinor: 1n, per: 'period', ...tax }, reason }, ANA),
    ).rejects.toMatchObject({ code: 'COMPONENT_KIND_DIFFERS' });
  });

  it.each<[string, Partial<AddComponentInput>, string]>([
    ['a name of blanks', { name: ' ' }, 'COMPONENT_NAME_MISSING'],
    ['no terms', { steps: [] }, 'COMPONENT_WITHOUT_TERMS'],
    ['two sets of terms for one day', { steps: [...step(perPerson).steps, ...step({ ...perPerson, unitPriceMinor: 1n }).steps] }, 'TERMS_OVERLAP'],
    ['an end before its last step', { endsOn: day('2026-06-01') }, 'COMPONENT_ENDS_BEFORE_IT_STARTS'],
    ['a price below nothing', step({ ...perPerson, unitPriceMinor: -1n }), 'AMOUNT_NEGATIVE'],
    ['a measure that is known too late', { timing: 'advance', ...step({ ...perPerson, measure: 'peak' }) }, 'MEASURE_NEEDS_ARREARS'],
    ['a flat fee that measures', step({ ...perPerson, priceModel: 'flat', measure: 'peak' }), 'FLAT_FEE_MEASURES_NOBODY'],
    ['no credit on the decrease of a peak', step({ ...perPerson, measure: 'peak', onDecrease: 'none' }), 'ON_DECREASE_NEEDS_DAILY'],
    ['a price for a quarter in a month', step({ ...perPerson, intervalMonths: 3 }), 'FEE_INTERVAL_UNDIVIDED'],
    ['tiers that end', step({ ...perPerson, priceModel: 'volume', tiers: [{ upTo: 5, unitPriceMinor: 1n, flatMinor: 0n }] } as never), 'TIERS_INVALID'],
    ['tiers that do not ascend', step({ ...perPerson, priceModel: 'volume', tiers: [{ upTo: 5, unitPriceMinor: 1n, flatMinor: 0n }, { upTo: 4, unitPriceMinor: 1n, flatMinor: 0n }, { upTo: null, unitPriceMinor: 1n, flatMinor: 0n }] } as never), 'TIERS_INVALID'],
    ['a discount of nothing', { kind: 'percent-discount', ...step({ percent: '0', periods: null }) }, 'PERCENTAGE_INVALID'],
    ['a discount of more than all', { kind: 'percent-discount', ...step({ percent: '100.01', periods: null }) }, 'PERCENTAGE_INVALID'],
    ['a discount for no period', { kind: 'percent-discount', ...step({ percent: '5', periods: 0 }) }, 'PERIODS_INVALID'],
    ['a commitment in advance', { kind: 'commitment', timing: 'advance', ...step({ amountMinor: 1n, per: 'period', ...tax }) }, 'COMPONENT_TIMING_INVALID'],
    ['a target that is not of the contract', { kind: 'cap', targetId: '00000000-0000-7000-8000-000000000001' as never, ...step({ amountMinor: 1n, per: 'period', ...tax }) }, 'COMPONENT_TARGET_INVALID'],
    ['a target of a fee', { targetId: '00000000-0000-7000-8000-000000000001' as never }, 'COMPONENT_TARGET_INVALID'],
  ])('is refused with %s', async (_what, input, code) => {
    await expect(add(input)).rejects.toMatchObject({ code, remedy: expect.any(String) as string });
  });

  it('is not reduced by what is taxed otherwise, whichever of them came first', async () => {
    const reduced = { amountMinor: 5_000n, periods: null, taxInclusive: false, taxCategory: 'reduced' } as const;
    const fee = await add();
    await expect(add({ kind: 'amount-discount', ...step(reduced) })).rejects.toMatchObject({ code: 'ADJUSTMENT_TAX_DIFFERS' });
    await add({ kind: 'amount-discount', ...step({ ...reduced, taxCategory: 'standard' }), targetId: fee });
    await add({ name: 'Books', ...step({ ...perPerson, taxCategory: 'reduced' }) });
    const cap = { kind: 'cap' as const, ...step({ amountMinor: 1n, per: 'period', ...tax }) };
    await expect(add(cap)).rejects.toMatchObject({ code: 'ADJUSTMENT_TAX_DIFFERS' });
    await add({ ...cap, targetId: fee });
    await expect(
      acts.changeComponent.execute({ contractId: contract, componentId: fee, kind: 'access-fee', effectiveOn: day('2026-08-01'), terms: { ...perPerson, taxInclusive: true }, reason }, ANA),
    ).rejects.toMatchObject({ code: 'ADJUSTMENT_TAX_DIFFERS', message: expect.stringContaining('2026-08-01') as string });
  });

  it('of a quarter keeps the contract from a cycle that it does not divide', async () => {
    await acts.amendCycle.execute({ contractId: contract, effectiveOn: day('2026-06-01'), cycleMonths: 6, reason }, ANA);
    await add(step({ ...perPerson, intervalMonths: 3 }));
    const amend = (cycleMonths: number) => acts.amendCycle.execute({ contractId: contract, effectiveOn: day('2026-09-01'), cycleMonths, reason }, ANA);
    await expect(amend(4)).rejects.toMatchObject({ code: 'FEE_INTERVAL_UNDIVIDED' });
    await amend(3);
  });

  it('that is charged once is refused on a day on which its contract owes nothing, because it would never be charged', async () => {
    contract = await world.contract(await world.company(), { endsOn: '2026-12-01' });
    await acts.suspend.execute({ contractId: contract, on: day('2026-08-01'), billing: 'stops', reason }, ANA);
    await acts.resume.execute({ contractId: contract, on: day('2026-09-01'), reason }, ANA);
    const setUp = { unitPriceMinor: 150_000n, quantity: 1, ...tax };
    const once = (on: string) => add({ kind: 'one-off', name: 'Set-up', timing: 'advance', ...step(setUp, on) });
    for (const on of ['2026-05-31', '2026-08-15', '2026-12-01']) {
      await expect(once(on)).rejects.toMatchObject({
        code: 'ONE_OFF_NEVER_OWED', field: 'steps', value: on,
        remedy: 'Give a day on which it owes: from 2026-06-01 up to 2026-08-01, from 2026-09-01 up to 2026-12-01.',
      });
    }
    const componentId = await once('2026-11-30');
    const change = (effectiveOn: string) => acts.changeComponent.execute({ contractId: contract, componentId, kind: 'one-off', effectiveOn: day(effectiveOn), terms: setUp, reason }, ANA);
    await expect(change('2026-08-31')).rejects.toMatchObject({ code: 'ONE_OFF_NEVER_OWED', field: 'effectiveOn', value: '2026-08-31' });
    await change('2026-11-30');
  });

  describe('that is charged once and was drafted', () => {
    const setUp = { unitPriceMinor: 150_000n, quantity: 1, ...tax };
    const fee = { kind: 'one-off', name: 'Set-up', timing: 'advance' } as const;
    const draft = async (termEndsOn: string | null = null) => {
      const drafted = { number: `K-DRAFT-${++key}`, issuerId: world.issuerId, companyId: await world.company(), currency: 'EUR' as never, startsOn: day('2026-05-01'), cycleMonths: 1, reason };
      contract = await acts.draft.execute({ ...drafted, termEndsOn: termEndsOn === null ? null : day(termEndsOn) }, ANA);
    };
    const activate = (on: string) => acts.activate.execute({ contractId: contract, on: day(on), reason }, ANA);
    const previewed = async () => (await world.test.database.read((reader) => new Rating(new Companies()).difference(reader, { contractIds: [contract], through: day('2026-07-01') }))).charges;
    const charged = async (componentId: string) => {
      const foreseen = (await previewed()).map(({ charge: { start, amountMinor } }) => `${start} ${amountMinor}`);
      await world.charge({ contractIds: [contract], through: '2026-07-01' });
      const billed = (await world.onRecord(componentId)).map(({ start, amountMinor }) => `${start} ${amountMinor}`);
      expect(billed).toEqual(foreseen);
      return billed;
    };

    it.each<[string, string, string, string]>([
      ['is owed on the first day of a contract that begins later', '2026-05-01', '2026-06-01', '2026-06-01 150000'],
      ['is owed on its own day if the contract has begun by then', '2026-06-15', '2026-06-01', '2026-06-15 150000'],
      ['is owed on its own day of a contract that begins earlier', '2026-05-01', '2026-04-15', '2026-05-01 150000'],
    ])('%s', async (_what, on, activatedOn, owed) => {
      await draft();
      const componentId = await add({ ...fee, ...step(setUp, on) });
      await activate(activatedOn);
      expect(await charged(componentId)).toEqual([owed]);
    });

    it('is owed at the terms that were agreed last, and not at all when it was withdrawn', async () => {
      await draft();
      const [mended, withdrawn] = [await add({ ...fee, ...step(setUp, '2026-05-01') }), await add({ ...fee, ...step(setUp, '2026-05-01') })];
      await acts.changeComponent.execute({ contractId: contract, componentId: mended, kind: 'one-off', effectiveOn: day('2026-05-01'), terms: { ...setUp, unitPriceMinor: 90_000n }, reason }, ANA);
      await acts.endComponent.execute({ contractId: contract, componentId: withdrawn, on: day('2026-05-01'), reason }, ANA);
      await activate('2026-06-01');
      expect(await charged(mended)).toEqual(['2026-06-01 90000']);
      expect(await world.onRecord(withdrawn)).toEqual([]);
      const [audit] = await world.test.database.query(`SELECT change FROM platform.audit_entry WHERE action = 'subscriptions.activate-contract' AND subject_id = $1`, [contract]);
      expect(audit).toMatchObject({ change: { on: '2026-06-01', oneOffsMoved: [mended] } });
    });

    it('keeps a contract from being activated that ends before its day', async () => {
      await draft('2026-07-01');
      const componentId = await add({ ...fee, ...step(setUp, '2026-07-01') });
      await expect(activate('2026-05-01')).rejects.toMatchObject({
        code: 'ONE_OFF_NEVER_OWED', field: 'on', value: '2026-05-01', message: expect.stringContaining('Set-up') as string,
        remedy: 'End Set-up and add it for a day on which the contract owes: from 2026-05-01 up to 2026-07-01.',
      });
      await acts.endComponent.execute({ contractId: contract, componentId, on: day('2026-07-01'), reason }, ANA);
      await activate('2026-05-01');
    });
  });

  it('is not agreed for a closed period', async () => {
    acts.books.firstOpenDay = day('2026-06-02');
    await expect(add()).rejects.toMatchObject({ code: 'PERIOD_CLOSED' });
    await add(step(perPerson, '2026-06-02'));
  });

  describe('and its subsidies', () => {
    const agree = (subsidy: Parameters<Acts['agreeSubsidy']['execute']>[0]['subsidy'], plan: string | null = 'GOLD', from = '2026-06-01') =>
      acts.agreeSubsidy.execute({ contractId: contract, plan, effectiveFrom: day(from), subsidy, reason }, ANA);
    const rules = () =>
      world.test.database.query('SELECT seq, plan_id, effective_from, mode, amount_minor, percent, cap_minor, recorded_by FROM subscriptions.subsidy_rule WHERE contract_id = $1 ORDER BY seq', [contract]);

    it('are agreed for a plan, or for every plan without a rule, and mended for the same day', async () => {
      await agree({ mode: 'percent', percent: '33.5', capMinor: 1_200n });
      await agree({ mode: 'fixed', amountMinor: 500n }, null);
      await agree({ mode: 'percent', percent: '40' });
      const common = { effective_from: '2026-06-01', recorded_by: 'ana' };
      expect(await rules()).toEqual([
        { ...common, seq: 1, plan_id: gold, mode: 'percent', amount_minor: null, percent: '33.5000', cap_minor: 1200n },
        { ...common, seq: 2, plan_id: null, mode: 'fixed', amount_minor: 500n, percent: null, cap_minor: null },
        { ...common, seq: 3, plan_id: gold, mode: 'percent', amount_minor: null, percent: '40.0000', cap_minor: null },
      ]);
    });

    describe('of a plan that is cheaper by the year', () => {
      beforeAll(async () => {
        const prices = [{ price: Money.parse('40.00', 'EUR'), taxInclusive: true, effectiveFrom: day('2026-01-01') }];
        await world.publishPlan.execute({ code: 'YEARLY', name: 'Yearly', taxCategory: 'standard', prices }, ANA);
        const yearly = { price: Money.parse('400.00', 'EUR'), taxInclusive: true, effectiveFrom: day('2026-01-01'), intervalMonths: 12 as const };
        await acts.publishPrices.execute({ plan: 'YEARLY', prices: [yearly] }, ANA);
      });
      const cycle = (months: number, from: string) => acts.amendCycle.execute({ contractId: contract, effectiveOn: day(from), cycleMonths: months, reason }, ANA);
      const above = { code: 'SUBSIDY_ABOVE_PRICE', field: 'amount', value: '3334', message: expect.stringContaining('400.00 for 12 months') as string, remedy: 'Give at most 33.33 a month.' };

      it('are at most the price of their own cycle', async () => {
        await agree({ mode: 'fixed', amountMinor: 3_334n }, 'YEARLY');
        await cycle(12, '2026-06-01');
        await expect(agree({ mode: 'fixed', amountMinor: 3_334n }, 'YEARLY')).rejects.toMatchObject(above);
        await agree({ mode: 'fixed', amountMinor: 3_333n }, 'YEARLY');
      });

      it('are at most the price of a cycle that is agreed for later', async () => {
        await cycle(12, '2026-09-01');
        await expect(agree({ mode: 'fixed', amountMinor: 3_334n }, 'YEARLY')).rejects.toMatchObject(above);
      });

      it('are kept by the database, too', async () => {
        const insert = (minor: number) =>
          world.execute(`INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, amount_minor, recorded_by, reason)
             SELECT $1, 90, id, '2026-06-01', 'fixed', $2, 'ana', 'spec' FROM subscriptions.plan WHERE code = 'YEARLY'`, [contract, minor]).then(() => 'accepted', violatedConstraint);
        await cycle(12, '2026-06-01');
        expect(await insert(3_334)).toBe('subsidy_is_at_most_the_price');
        expect(await insert(3_333)).toBe('accepted');
      });
    });

    it.each<[string, Parameters<typeof agree>, string]>([
      ['a fixed one above the price', [{ mode: 'fixed', amountMinor: 4_001n }], 'SUBSIDY_ABOVE_PRICE'],
      ['more than all of it', [{ mode: 'percent', percent: '100.1' }], 'SUBSIDY_ABOVE_PRICE'],
      ['one below nothing', [{ mode: 'fixed', amountMinor: -1n }], 'AMOUNT_NEGATIVE'],
      ['a cap below nothing', [{ mode: 'percent', percent: '10', capMinor: -1n }], 'AMOUNT_NEGATIVE'],
      ['a percentage with five decimals', [{ mode: 'percent', percent: '0.00001' }], 'PERCENTAGE_TOO_PRECISE'],
      ['a percentage in words', [{ mode: 'percent', percent: 'half' }], 'DECIMAL_INVALID'],
      ['a plan that is not there', [{ mode: 'percent', percent: '10' }, 'BRONZE'], 'PLAN_UNKNOWN'],
      ['a plan without a price in the currency', [{ mode: 'percent', percent: '10' }, 'YEN'], 'PRICE_MISSING'],
      ['a plan without a price on the day', [{ mode: 'percent', percent: '10' }, 'GOLD', '2025-12-31'], 'PRICE_MISSING'],
    ])('are refused with %s', async (_what, args, code) => {
      await expect(agree(...args)).rejects.toMatchObject({ code });
    });
  });
});
