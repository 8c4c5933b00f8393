// Random businesses on record: whatever is appended and charged in between, the charges are what the oracle reads day by day.
import * as fc from 'fast-check';
import { CompanyId, ContractId, Currency, EnrolmentId, LocalDate, Money, PlanId } from '@countinghouse/kernel';
import { newId, Tx, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase } from '@countinghouse/testing';
import { Business, DayByDay, OracleDay } from '../../test/day-by-day';
import { Act, anAct, apply, aStart, begin, LAST } from '../../test/random-business';
import { contractChange, termsOf } from '../../test/rated-business';
import { ANA, World } from '../../test/world';
import { EnrolmentChange } from '../domain/enrolment-timeline';
import { FeeChange } from '../domain/fee-terms';
import { FeeComponentId } from '../persistence/rating.queries';
import { appendContractChanges, appendEnrolmentChanges, appendFeeChanges, appendSubsidies, Unrecorded } from '../persistence/timeline.queries';
import { ChargesDoNotOverlap } from '../proofs/charges-do-not-overlap';

const ORIGIN = { by: 'ana', reason: 'spec' };
type Change = Exclude<Act, { type: 'bill' }>;

describe('rating what is on record', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.on(await createTestDatabase());
  });
  afterAll(() => world.test.drop());

  it('charges what is owed on every day, whatever is appended and charged in between', async () => {
    const drawn = fc.sample(fc.tuple(aStart, fc.array(anAct, { minLength: 16, maxLength: 30 })), { numRuns: 8, seed: 20_260_101 });
    let [appended, charges] = [0, 0];
    for (const [start, acts] of drawn) {
      const onRecord = await BusinessOnRecord.begin(world, begin(start), start.timings[6]!);
      for (const act of acts) {
        if (act.type === 'bill') charges += await onRecord.bill(act.through);
        else if (await onRecord.append(act)) appended++;
      }
      charges += await onRecord.bill(LAST);
      expect(await onRecord.bill(LAST)).toBe(0);

      const oracle = new DayByDay(onRecord.business, 500);
      const { company, member } = oracle.enrolment(start.timings[6]!);
      for (const [component, owed] of [['company', company], ['member', member], ...oracle.components()] as [string, OracleDay[]][]) {
        const minor = owed.filter(({ dueOn }) => dueOn <= LAST).reduce((sum, { amount }) => sum + amount, 0n);
        expect([component, await onRecord.charged(component)]).toEqual([component, minor]);
      }
    }
    // The database refuses some of what is drawn, but not the most.
    expect(appended).toBeGreaterThan(60);
    expect(charges).toBeGreaterThan(200);
    expect(await world.test.database.read((reader) => new ChargesDoNotOverlap().prove(reader))).toEqual({ ok: true, detail: expect.any(String) });
  });
});

/** The rows of the oracle, appended to the tables as they come. */
class BusinessOnRecord {
  private readonly components = new Map<string, FeeComponentId>();
  private readonly plans = new Map<string, PlanId>();

  private constructor(
    private readonly world: World,
    /** What the tables took. */
    readonly business: Business,
    private readonly companyId: CompanyId,
    private readonly contractId: ContractId,
    private readonly enrolmentId: EnrolmentId,
  ) {}

  static async begin(world: World, drawn: Business, timing: 'advance' | 'arrears'): Promise<BusinessOnRecord> {
    const empty: Business = { ...drawn, contract: [], enrolment: [], fees: [], headcount: [], prices: [], subsidies: [] };
    const companyId = await world.company();
    const [memberId] = await world.members(companyId, 1);
    const of = new BusinessOnRecord(world, empty, companyId, newId<ContractId>(), newId<EnrolmentId>());
    await world.execute(
      `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing) VALUES ($1, $2, $3, $4, 'EUR', $5)`,
      [of.contractId, `R-${of.contractId.slice(-8)}`, world.issuerId, companyId, timing],
    );
    for (const { plan, from, amount } of drawn.prices) {
      const code = `${plan}-${of.contractId.slice(-8)}`;
      const prices = [{ price: Money.of(amount, 'EUR' as Currency), taxInclusive: true, effectiveFrom: from as LocalDate }];
      of.plans.set(plan, await world.publishPlan.execute({ code, name: code, taxCategory: 'standard', prices }, ANA));
    }
    of.business.prices.push(...drawn.prices);
    for (const { id, kind, timing: of_, target } of drawn.components) {
      of.components.set(id, newId<FeeComponentId>());
      await world.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing, target_id) VALUES ($1, $2, $3, $4, $5, $6)`, [
        of.components.get(id), of.contractId, kind, id, of_, target === null ? null : of.components.get(target),
      ]);
    }
    await world.execute(`INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id) VALUES ($1, $2, $3, $4, $5)`, [
      of.enrolmentId, world.issuerId, of.contractId, memberId, of.plans.get('gold'),
    ]);
    const first: Change[] = [
      ...drawn.contract.map((row): Change => ({ type: 'contract', row })),
      ...drawn.enrolment.map((row): Change => ({ type: 'enrolment', row })),
      ...drawn.fees.map((row): Change => ({ type: 'fee', row })),
      ...drawn.headcount.map((row): Change => ({ type: 'headcount', row })),
    ];
    for (const change of first) await of.append(change);
    return of;
  }

  /** Appends what the database takes; whether it did. What it refuses has not happened. */
  async append(change: Change): Promise<boolean> {
    if (change.type === 'headcount' && change.row.change === 0) return false;
    try {
      if (change.type === 'headcount') await this.world.headcount(this.companyId, [[change.row.on, change.row.change]]);
      else await this.world.test.database.transaction((tx) => this.write(tx, change));
    } catch (error) {
      if (violatedConstraint(error) === undefined) throw error;
      return false;
    }
    apply(this.business, change);
    return true;
  }

  private async write(tx: Tx, change: Exclude<Change, { type: 'headcount' }>): Promise<unknown> {
    const { contractId, enrolmentId } = this;
    switch (change.type) {
      case 'contract':
        return appendContractChanges(tx, [{ contractId, change: contractChange(change.row, 0), reason: ORIGIN.reason }], ORIGIN.by);
      case 'enrolment': {
        const { on, ...row } = change.row;
        const planned = 'plan' in row ? { kind: row.kind, planId: this.plans.get(row.plan)! } : row;
        return appendEnrolmentChanges(tx, [{ enrolmentId, change: { ...planned, effectiveOn: on as LocalDate } as Unrecorded<EnrolmentChange> }], ORIGIN);
      }
      case 'fee': {
        const { component, on, terms } = change.row;
        const { kind } = this.business.components.find(({ id }) => id === component)!;
        const fee = terms === null ? { kind: 'end' } : { kind: 'terms', terms: termsOf(kind, terms) };
        return appendFeeChanges(tx, [{ componentId: this.components.get(component)!, change: { ...fee, effectiveOn: on as LocalDate } as Unrecorded<FeeChange> }], ORIGIN);
      }
      case 'price': {
        const { plan, from, months, appliesTo, amount } = change.row;
        return tx.execute(
          `INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from, interval_months, applies_to)
           VALUES (gen_random_uuid(), $1, 'EUR', $2, true, $3, $4, $5)`,
          [this.plans.get(plan), amount, from, months, appliesTo],
        );
      }
      case 'subsidy': {
        const { plan, from, fixed, permille, cap } = change.row;
        const amounts = fixed === null ? { mode: 'percent' as const, amountMinor: null, percent: (permille / 10).toFixed(1) } : { mode: 'fixed' as const, amountMinor: fixed, percent: null };
        const rule = { contractId, planId: plan === null ? null : this.plans.get(plan)!, effectiveFrom: from as LocalDate, capMinor: cap, ...amounts };
        return appendSubsidies(tx, [rule], ORIGIN);
      }
    }
  }

  async bill(through: string): Promise<number> {
    const { charges, parked } = await this.world.charge({ contractIds: [this.contractId], enrolmentIds: [this.enrolmentId], through });
    expect(parked).toEqual([]);
    return charges;
  }

  async charged(component: string): Promise<bigint> {
    const fee = this.components.get(component);
    const [row] = await this.world.test.database.query<{ minor: bigint }>(
      `SELECT coalesce(sum(amount_minor), 0)::bigint AS minor FROM subscriptions.charge WHERE component_id = $1 AND ($2::text IS NULL OR component_type = $2)`,
      [fee ?? this.enrolmentId, fee === undefined ? `enrolment-${component}` : null],
    );
    return row!.minor;
  }
}
