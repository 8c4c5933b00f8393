// A small business for the integration specs: an issuer, companies with people, plans, contracts and enrolments, as rows.
import { DiscoveryService } from '@nestjs/core';
import { Companies } from '@countinghouse/companies';
import { CompanyId, ContractId, EnrolmentId, IssuerId, LocalDate, MemberId, Money, PlanId, RunId } from '@countinghouse/kernel';
import { Actor, Audit, Database, newId, OpenPeriods, Reader, Tx } from '@countinghouse/platform';
import { EnrolmentChange } from '../src/domain/enrolment-timeline';
import { TaxCategory } from '../src/domain/rated-stretch';
import { Subscriptions } from '../src/subscriptions.facade';
import { ChargeDifference } from '../src/use-cases/charge-difference';
import { Rating } from '../src/use-cases/rating';
import { PublishPlan } from '../src/use-cases/publish-plan';
import { PublishPrices } from '../src/use-cases/publish-prices';

export const ANA: Actor = { subject: 'ana', role: 'billing', issuers: '*' };

export const day = (text: string) => text as LocalDate;

/** What a spec gives: a database of its own. */
export interface SpecDatabase {
  readonly url: string;
  readonly database: Database;
  readonly owner: Database;
  drop(): Promise<void>;
}

export interface ContractOptions {
  readonly currency?: string;
  readonly startsOn?: string;
  readonly endsOn?: string;
  readonly enrolmentTiming?: 'advance' | 'arrears';
}

export class World {
  readonly subscriptions = new Subscriptions(new ChargeDifference(new Rating(new Companies())));
  readonly publishPlan: PublishPlan;
  readonly issuerId = newId<IssuerId>();
  readonly runId = newId<RunId>();
  private counter = 0;

  private constructor(readonly test: SpecDatabase) {
    const publishPrices = new PublishPrices(test.database, new Audit(), new OpenPeriods({ getProviders: () => [] } as unknown as DiscoveryService));
    this.publishPlan = new PublishPlan(test.database, new Audit(), publishPrices);
  }

  static async on(test: SpecDatabase): Promise<World> {
    const world = new World(test);
    await world.execute(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES ($1, 'PT', 'Countinghouse Lda', 'PT', '501964843', 'EUR', 'Europe/Lisbon')`,
      [world.issuerId],
    );
    return world;
  }

  /** As the owner, so that a spec can try everything. */
  execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return this.test.owner.transaction((tx) => tx.execute(sql, params));
  }

  async company(payerId: CompanyId | null = null): Promise<CompanyId> {
    const id = newId<CompanyId>();
    await this.execute(
      `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days, payer_id)
       VALUES ($1, $2, 'Acme', 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30, $3)`,
      [id, `C-${String(++this.counter).padStart(6, '0')}`, payerId],
    );
    return id;
  }

  async numberOf(companyId: CompanyId): Promise<string> {
    const [row] = await this.test.database.query<{ number: string }>('SELECT number FROM companies.company WHERE id = $1', [companyId]);
    return row!.number;
  }

  /** People of a company, in the order of their employee ids E1, E2, …. */
  async members(companyId: CompanyId, count: number): Promise<MemberId[]> {
    const ids = Array.from({ length: count }, () => newId<MemberId>());
    await this.execute(
      `INSERT INTO companies.member (id, company_id, employee_id, name, eligible_from)
       SELECT id, $2, 'E' || row_number() OVER (), 'A person', '2026-01-01' FROM unnest($1::uuid[]) AS id`,
      [ids, companyId],
    );
    return ids;
  }

  async headcount(
    companyId: CompanyId,
    changes: readonly [on: string, change: number][],
    { measure = 'eligible', costCentre = null }: { measure?: 'eligible' | 'enrolled'; costCentre?: string | null } = {},
  ): Promise<void> {
    await this.execute(
      `INSERT INTO companies.headcount_change (company_id, measure, cost_centre, effective_on, change, source_type, source_id)
       SELECT $1, $5, $6, c.effective_on, c.change, 'run', $4 FROM unnest($2::date[], $3::int[]) AS c(effective_on, change)`,
      [companyId, changes.map(([on]) => on), changes.map(([, change]) => change), this.runId, measure, costCentre],
    );
  }

  /** From a day on, another company is invoiced for this one. */
  async movePayer(companyId: CompanyId, payerId: CompanyId, on: string): Promise<void> {
    await this.execute(
      `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by) VALUES ($1, 'payer', $3, $2, 'ana')`,
      [companyId, payerId, on],
    );
  }

  /** A plan with a tax-inclusive price in a currency from 1 January 2026. */
  async plan(code: string, amount: string, currency = 'EUR', taxCategory: TaxCategory = 'standard'): Promise<PlanId> {
    const prices = [{ price: Money.parse(amount, currency), taxInclusive: true, effectiveFrom: day('2026-01-01') }];
    return this.publishPlan.execute({ code, name: `Plan ${code}`, taxCategory, prices }, ANA);
  }

  async contract(companyId: CompanyId, options: ContractOptions = {}): Promise<ContractId> {
    const id = newId<ContractId>();
    const startsOn = options.startsOn ?? '2026-06-01';
    await this.execute(
      `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, `K-${String(++this.counter).padStart(6, '0')}`, this.issuerId, companyId, options.currency ?? 'EUR', options.enrolmentTiming ?? 'advance'],
    );
    await this.execute(
      `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, recorded_by, reason)
       SELECT $1, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, 'ana', 'spec'
         FROM (VALUES (1, $2::date, 'start', NULL, NULL, NULL, NULL), (2, $2, 'cycle', 1, $2::date, 1, NULL), (3, $2, 'zone', NULL, NULL, NULL, 'Europe/Lisbon'),
                      (4, $3::date, 'end', NULL, NULL, NULL, NULL)) AS c (seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone)
        WHERE effective_on IS NOT NULL`,
      [id, startsOn, options.endsOn ?? null],
    );
    return id;
  }

  /** By the month and eligible person, from the first day of the contract on. */
  async accessFee(contractId: ContractId, unitPriceMinor: bigint, timing: 'advance' | 'arrears' = 'advance'): Promise<string> {
    const id = newId();
    await this.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES ($1, $2, 'access-fee', 'Access fee', $3)`, [id, contractId, timing]);
    await this.execute(
      `INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted,
         on_decrease, interval_months, unit_price_minor, tax_inclusive, tax_category, recorded_by, reason)
       SELECT $1, 'access-fee', $3, 1, min(effective_on), 'terms', 'perUnit', 'daily', 'eligible', 'credit', 1, $4, false, 'standard', 'ana', 'spec'
         FROM subscriptions.contract_change WHERE contract_id = $2 AND kind = 'start'`,
      [id, contractId, timing, unitPriceMinor],
    );
    return id;
  }

  /** A component of any kind with a change of the given columns, as rows. */
  async component(contractId: ContractId, kind: string, timing: string, columns: Readonly<Record<string, unknown>>): Promise<string> {
    const id = newId();
    await this.test.database.transaction(async (tx) => {
      await tx.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES ($1, $2, $3, $3, $4)`, [id, contractId, kind, timing]);
      await this.appendFeeChange(tx, id, columns);
    });
    return id;
  }

  async feeChange(componentId: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
    await this.test.database.transaction((tx) => this.appendFeeChange(tx, componentId, { seq: 2, ...columns }));
  }

  private async appendFeeChange(tx: Tx, componentId: string, columns: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(columns);
    await tx.execute(
      `INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, recorded_by, reason, ${names.join(', ')})
       SELECT id, kind, timing, 'ana', 'spec', ${names.map((_name, at) => `$${at + 2}`).join(', ')} FROM subscriptions.fee_component WHERE id = $1`,
      [componentId, ...Object.values(columns)],
    );
  }

  async percentSubsidy(contractId: ContractId, planId: PlanId, percent: number): Promise<void> {
    await this.execute(
      `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, percent, recorded_by, reason)
       SELECT $1, count(*) + 1, $2, '2026-01-01', 'percent', $3, 'ana', 'spec' FROM subscriptions.subsidy_rule WHERE contract_id = $1`,
      [contractId, planId, percent],
    );
  }

  /** One enrolment for each member, from a day on. */
  async enrolments(contractId: ContractId, memberIds: readonly MemberId[], planId: PlanId, startsOn = '2026-06-01'): Promise<EnrolmentId[]> {
    const ids = memberIds.map(() => newId<EnrolmentId>());
    await this.execute(
      `INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id)
       SELECT e.id, $1, $2, e.member_id, $5 FROM unnest($3::uuid[], $4::uuid[]) AS e(id, member_id)`,
      [this.issuerId, contractId, ids, memberIds, planId],
    );
    await this.change(ids, 1, 'start', startsOn, planId);
    return ids;
  }

  async change(enrolmentIds: readonly EnrolmentId[], seq: number, kind: EnrolmentChange['kind'], on: string, planId: PlanId | null = null): Promise<void> {
    await this.execute(
      `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
       SELECT id, $2, $3, $4, $5, 'ana', 'spec' FROM unnest($1::uuid[]) AS id`,
      [enrolmentIds, seq, on, kind, planId],
    );
  }

  /** Rates in a transaction of its own. */
  charge(input: { contractIds?: readonly ContractId[]; enrolmentIds?: readonly EnrolmentId[]; through: string }) {
    return this.test.database.transaction((tx) =>
      this.subscriptions.chargeDifference(tx, { ...input, through: day(input.through), runId: this.runId }),
    );
  }

  /** What is on record for a component, in the order it was charged; amounts in minor units. */
  async onRecord(componentId: string): Promise<{ type: string; kind: string; start: string; end: string; amountMinor: bigint }[]> {
    return this.test.database.query(
      `SELECT component_type AS type, kind, stretch_start AS start, stretch_end AS "end", amount_minor AS "amountMinor"
         FROM subscriptions.charge WHERE component_id = $1 ORDER BY id`,
      [componentId],
    );
  }

  /** Counts the statements of one piece of work. */
  async statements(work: () => Promise<unknown>): Promise<number> {
    const spy = jest.spyOn(Reader.prototype as unknown as { run(): unknown }, 'run');
    try {
      await work();
      return spy.mock.calls.length;
    } finally {
      spy.mockRestore();
    }
  }
}
