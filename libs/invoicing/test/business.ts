// A wellness business for specs: the real modules on a real database, companies with people, contracts and enrolments as rows.
import { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Books } from '@countinghouse/accounting';
import { CompanyId, ContractId, currency, EnrolmentId, InvoiceId, IssuerId, LocalDate, MemberId, PlanId, RunId, startOfDay, timeZone } from '@countinghouse/kernel';
import { AppClock, Database, Issuers, newId, PlatformModule, Proofs, Run, Runs, systemActor, TestClock, Tx } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Invoicing, InvoicingModule, OpenSeries, StartBillingRun } from '../src';

export const ACTOR = systemActor('spec');
const LISBON = timeZone('Europe/Lisbon');

export interface CompanyOptions {
  /** The real issuer unless told otherwise. */
  readonly issuerId?: IssuerId;
  readonly payerId?: CompanyId;
  readonly startsOn: LocalDate;
  readonly anchorDay?: number;
  readonly cycleMonths?: number;
  readonly timing?: 'advance' | 'arrears';
  /** Of the access fee, if it is another one than that of the enrolments. */
  readonly feeTiming?: 'advance' | 'arrears';
  readonly members?: number;
  readonly country?: string;
  readonly vatStatus?: string;
  /** Access fee per person and month. */
  readonly feeMinor?: bigint;
  /** The company's part of the plan's price, tax included: a percentage, or an amount a month. */
  readonly subsidyPercent?: number;
  readonly subsidyMinor?: bigint;
  readonly overduePolicy?: 'none' | 'suspend';
  readonly graceDays?: number;
  readonly suspendedBilling?: 'continues' | 'stops';
  readonly paymentTermsDays?: number;
}

export interface ContractedCompany {
  readonly companyId: CompanyId;
  readonly contractId: ContractId;
  readonly enrolmentIds: readonly EnrolmentId[];
}

export class Business {
  readonly planId = newId<PlanId>();
  issuerId!: IssuerId;
  private companies = 0;

  private constructor(
    readonly test: TestDatabase,
    private readonly nest: INestApplicationContext,
    readonly clock: TestClock,
  ) {}

  /** A business in Lisbon on a day, with open books from the beginning of its year, and one plan of 49.90 a month. */
  static async found(today: LocalDate): Promise<Business> {
    const test = await createTestDatabase();
    const clock = new TestClock(startOfDay(LISBON, today) + 12 * 3_600_000);
    const platform = PlatformModule.forRoot({ databaseUrl: test.url, manifests: [], role: 'cli', poolSize: 15 });
    const module = await Test.createTestingModule({ imports: [platform, InvoicingModule] }).overrideProvider(AppClock).useValue(clock).compile();
    const business = new Business(test, await module.init(), clock);
    await business.database.transaction((tx) => business.register(tx, today));
    for (const stream of ['company', 'member'] as const) {
      await business.get(OpenSeries).execute({ issuerId: business.issuerId, documentType: 'invoice', stream, year: Number(today.slice(0, 4)) }, ACTOR);
    }
    return business;
  }

  get database(): Database {
    return this.get(Database);
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.nest.get(type as never, { strict: false });
  }

  async close(): Promise<void> {
    await this.nest.close();
    await this.test.drop();
  }

  query<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>(sql, params);
  }

  execute(sql: string, params: readonly unknown[] = []): Promise<number> {
    return this.database.transaction((tx) => tx.execute(sql, params));
  }

  /** A billing run of the real issuer that nobody has worked at yet. */
  start(through: LocalDate, key: string = newId()) {
    return this.get(StartBillingRun).execute({ idempotencyKey: key, issuerId: this.issuerId, through }, ACTOR);
  }

  /** A whole one, from start to end, which succeeds. */
  async bill(through: LocalDate) {
    return this.drained((await this.start(through)).id);
  }

  /** Works a run off in this process. @throws Error with the run's own, unless it has succeeded */
  async drained(id: RunId): Promise<Run> {
    const run = await this.get(Runs).drain(id);
    if (run.state !== 'succeeded') throw new Error(`the run ${run.kind} is ${run.state}: ${run.error}`);
    return run;
  }

  /** Every document with its totals, in the order of its number. */
  invoices() {
    return this.query<{ number: string; net: bigint; tax: bigint; gross: bigint }>(
      `SELECT number, net_minor AS net, tax_minor AS tax, gross_minor AS gross FROM invoicing.invoice ORDER BY series_id, sequence`,
    );
  }

  /** The proofs that fail; these businesses count people who are not there, so those of the headcount are left out. */
  async failingProofs(): Promise<string[]> {
    const results = await this.database.read((reader) => this.get(Proofs).all(reader));
    return results.filter((result) => !result.ok && !result.name.includes('headcount')).map((result) => `${result.name}: ${result.detail}`);
  }

  /** Money from a bank, as payments would allocate it. */
  pay(invoiceId: InvoiceId, amountMinor: bigint, on: LocalDate): Promise<void> {
    return this.database.transaction((tx) => this.get(Invoicing).allocate(tx, [{ invoiceId, sourceType: 'receipt', sourceId: newId(), amountMinor, on }]));
  }

  /** A company under contract, its people eligible and enrolled from the contract's first day on. */
  async company(options: CompanyOptions): Promise<ContractedCompany> {
    const { issuerId = this.issuerId, startsOn, anchorDay = 1, cycleMonths = 1, timing = 'advance', members = 2, feeMinor = 400n } = options;
    const { country = 'PT', vatStatus = 'valid', feeTiming = timing, subsidyMinor = null, subsidyPercent = 40 } = options;
    const [companyId, contractId, feeId] = [newId<CompanyId>(), newId<ContractId>(), newId()];
    const memberIds = Array.from({ length: members }, () => newId<MemberId>());
    const enrolmentIds = memberIds.map(() => newId<EnrolmentId>());
    const number = String(++this.companies).padStart(6, '0');
    await this.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days, payer_id)
         VALUES ($1, 'C-' || $2::text, 'Company ' || $2::text, $5::text, $5::text || $2, $6, 'EUR', 'en', 'Europe/Lisbon', $3, $4)`,
        [companyId, number, options.paymentTermsDays ?? 30, options.payerId ?? null, country, vatStatus],
      );
      await tx.execute(
        `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, enrolment_timing, overdue_policy, overdue_grace_days, suspended_billing)
         VALUES ($1, 'K-' || $2::text, $3, $4, 'EUR', $5, $6, $7, $8)`,
        [contractId, number, issuerId, companyId, timing, options.overduePolicy ?? 'none', options.graceDays ?? 0, options.suspendedBilling ?? 'continues'],
      );
      await tx.execute(
        `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, recorded_by, reason)
         VALUES ($1, 1, $2, 'start', NULL, NULL, NULL, NULL, 'spec', 'spec'), ($1, 2, $2, 'cycle', $3, $2, $4, NULL, 'spec', 'spec'),
                ($1, 3, $2, 'zone', NULL, NULL, NULL, 'Europe/Lisbon', 'spec', 'spec')`,
        [contractId, startsOn, anchorDay, cycleMonths],
      );
      await tx.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES ($1, $2, 'access-fee', 'Access fee', $3)`, [feeId, contractId, feeTiming]);
      await tx.execute(
        `INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted,
           on_decrease, interval_months, unit_price_minor, tax_inclusive, tax_category, recorded_by, reason)
         VALUES ($1, 'access-fee', $4, 1, $3, 'terms', 'perUnit', 'daily', 'eligible', 'credit', 1, $2, false, 'standard', 'spec', 'spec')`,
        [feeId, feeMinor, startsOn, feeTiming],
      );
      await tx.execute(
        `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, amount_minor, percent, recorded_by, reason)
         VALUES ($1, 1, $2, $3, $4, $5, $6, 'spec', 'spec')`,
        [contractId, this.planId, startsOn, subsidyMinor === null ? 'percent' : 'fixed', subsidyMinor, subsidyMinor === null ? subsidyPercent : null],
      );
      await tx.execute(
        `INSERT INTO companies.member (id, company_id, employee_id, name, status, eligible_from)
         SELECT m.id, $2, 'E' || m.n, 'Member ' || m.n, 'enrolled', $3 FROM unnest($1::uuid[]) WITH ORDINALITY AS m (id, n)`,
        [memberIds, companyId, startsOn],
      );
      await tx.execute(
        `INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id)
         SELECT e.id, $3, $4, e.member_id, $5 FROM unnest($1::uuid[], $2::uuid[]) AS e (id, member_id)`,
        [enrolmentIds, memberIds, issuerId, contractId, this.planId],
      );
      await tx.execute(
        `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
         SELECT id, 1, $2, 'start', $3, 'spec', 'spec' FROM unnest($1::uuid[]) AS e (id)`,
        [enrolmentIds, startsOn, this.planId],
      );
    });
    await this.headcount(companyId, startsOn, members);
    return { companyId, contractId, enrolmentIds };
  }

  /** A company that has none. */
  async companyWithoutContract(): Promise<CompanyId> {
    const id = newId<CompanyId>();
    await this.execute(
      `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days) VALUES ($1, $2, 'Company', 'PT', 'EUR', 'en', 'Europe/Lisbon', 30)`,
      [id, `C-${String(++this.companies).padStart(6, '0')}`],
    );
    return id;
  }

  /** Another component of a contract, with one set of terms as the columns say. */
  async component(contractId: ContractId, kind: string, timing: string, on: LocalDate, columns: Readonly<Record<string, unknown>>): Promise<void> {
    const id = newId();
    const terms = { component_id: id, component_kind: kind, component_timing: timing, seq: 1, effective_on: on, kind: 'terms', recorded_by: 'spec', reason: 'spec', ...columns };
    await this.database.transaction(async (tx) => {
      await tx.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES ($1, $2, $3, $3, $4)`, [id, contractId, kind, timing]);
      const names = Object.keys(terms);
      await tx.execute(`INSERT INTO subscriptions.fee_change (${names.join(', ')}) VALUES (${names.map((_, no) => `$${no + 1}`).join(', ')})`, Object.values(terms));
    });
  }

  /** So many people more, or fewer, from a day on. */
  async headcount(companyId: CompanyId, on: LocalDate, change: number): Promise<void> {
    if (change === 0) return;
    await this.execute(
      `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
       VALUES ($1, 'eligible', $2, $3, 'spec', gen_random_uuid())`,
      [companyId, on, change],
    );
  }

  /** Appends to the timelines of enrolments. */
  async change(enrolmentIds: readonly EnrolmentId[], kind: string, on: LocalDate, planId: PlanId | null = null): Promise<void> {
    await this.execute(
      `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
       SELECT e.id, (SELECT max(seq) + 1 FROM subscriptions.enrolment_change WHERE enrolment_id = e.id), $2, $3, $4, 'spec', 'spec' FROM unnest($1::uuid[]) AS e (id)`,
      [enrolmentIds, on, kind, planId],
    );
  }

  /** Appends to the timeline of a contract. */
  async changeContract(contractId: ContractId, kind: 'end' | 'suspend' | 'resume', on: LocalDate, bills: boolean | null = null): Promise<void> {
    await this.execute(
      `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, bills, recorded_by, reason)
       SELECT $1, max(seq) + 1, $3, $2, $4, 'spec', 'spec' FROM subscriptions.contract_change WHERE contract_id = $1`,
      [contractId, kind, on, bills],
    );
  }

  /** A plan of the same product that cannot be rated. */
  async planWithoutPrice(): Promise<PlanId> {
    const id = newId<PlanId>();
    await this.execute(`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) SELECT $1, product_id, 'FREE', 'Free', 2 FROM subscriptions.plan WHERE id = $2`, [id, this.planId]);
    return id;
  }

  async price(amountMinor: bigint, from: LocalDate, planId: PlanId = this.planId): Promise<void> {
    await this.execute(`INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from) VALUES ($1, $2, 'EUR', $3, true, $4)`, [
      newId(), planId, amountMinor, from,
    ]);
  }

  private async register(tx: Tx, today: LocalDate): Promise<void> {
    const from = `${today.slice(0, 4)}-01-01` as LocalDate;
    const about = { code: 'PT01', legalName: 'Bem-Estar Lda', country: 'PT', taxId: '503504564', functionalCurrency: currency('EUR'), timeZone: LISBON };
    this.issuerId = (await this.get(Issuers).create(tx, about, ACTOR)).id;
    await this.get(Books).open(tx, { issuerId: this.issuerId, country: 'PT', functionalCurrency: currency('EUR'), from }, ACTOR);
    const productId = newId();
    await tx.execute(`INSERT INTO subscriptions.product (id, code, name) VALUES ($1, 'WELLNESS', 'Wellness')`, [productId]);
    await tx.execute(
      `INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason) VALUES ($1, 1, '2024-01-01', 'standard', 'spec', 'spec')`,
      [productId],
    );
    await tx.execute(`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) VALUES ($1, $2, 'GOLD', 'Gold', 1)`, [this.planId, productId]);
    await tx.execute(
      `INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from) VALUES ($1, $2, 'EUR', 4990, true, '2024-01-01')`,
      [newId(), this.planId],
    );
  }
}
