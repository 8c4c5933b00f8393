// Billing runs on a real database: one set of documents however often and however many at once, numbered without a gap.
import { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Books } from '@countinghouse/accounting';
import {
  addDays, CompanyId, ContractId, currency, EnrolmentId, IssuerId, localDate, LocalDate, MemberId, PlanId, startOfDay, timeZone,
} from '@countinghouse/kernel';
import { AppClock, Database, newId, PlatformModule, Proofs, RunChunks, Runs, systemActor, TestClock, Tx } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { InvoicingModule, OpenSeries, StartBillingRun } from '..';
import { BillingRun } from '../jobs/billing.run';
import { BilledTogether, BillPayers } from './bill-payers';

const LISBON = timeZone('Europe/Lisbon');
const ACTOR = systemActor('spec');
const OCTOBER = localDate('2026-10-01');
/** Bills October in arrears and November in advance. */
const THROUGH = localDate('2026-11-01');
const TODAY = localDate('2026-11-02');

interface CompanyOptions {
  readonly members?: number;
  readonly country?: string;
  readonly vatStatus?: string;
  /** Access fee per person and month. */
  readonly feeMinor?: bigint;
  /** The company's part of the plan's 49.90 a month, tax included. */
  readonly subsidyMinor?: bigint;
}

/** A wellness business in Portugal with as many companies as a spec asks for. */
class Business {
  readonly issuerId = newId<IssuerId>();
  readonly planId = newId<PlanId>();
  private companies = 0;

  private constructor(
    readonly test: TestDatabase,
    private readonly nest: INestApplicationContext,
    readonly clock: TestClock,
  ) {}

  static async found(): Promise<Business> {
    const test = await createTestDatabase();
    const clock = new TestClock(startOfDay(LISBON, TODAY) + 12 * 3_600_000);
    const platform = PlatformModule.forRoot({ databaseUrl: test.url, manifests: [], role: 'cli', poolSize: 15 });
    const module = await Test.createTestingModule({ imports: [platform, InvoicingModule] }).overrideProvider(AppClock).useValue(clock).compile();
    const business = new Business(test, await module.init(), clock);
    await business.database.transaction((tx) => business.register(tx));
    for (const stream of ['company', 'member'] as const) {
      await business.get(OpenSeries).execute({ issuerId: business.issuerId, documentType: 'invoice', stream, year: 2026 }, ACTOR);
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

  start(key: string = newId(), through: LocalDate = THROUGH) {
    return this.get(StartBillingRun).execute({ idempotencyKey: key, issuerId: this.issuerId, through }, ACTOR);
  }

  /** A whole run, from start to end. */
  async bill(through: LocalDate = THROUGH) {
    return this.get(Runs).drain((await this.start(newId(), through)).id);
  }

  async proofs(): Promise<string[]> {
    const results = await this.database.read((reader) => this.get(Proofs).all(reader));
    return results.filter((result) => !result.ok && result.name !== 'enrolled-headcount').map((result) => `${result.name}: ${result.detail}`);
  }

  query<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>(sql, params);
  }

  /** Every document with its totals, in the order of its number. */
  invoices() {
    return this.query<{ number: string; net: bigint; tax: bigint; gross: bigint }>(
      `SELECT number, net_minor AS net, tax_minor AS tax, gross_minor AS gross FROM invoicing.invoice ORDER BY series_id, sequence`,
    );
  }

  /** A company under contract since October, its people eligible and enrolled since then. */
  async company(options: CompanyOptions = {}): Promise<{ companyId: CompanyId; contractId: ContractId }> {
    const { members = 2, country = 'PT', vatStatus = 'valid', feeMinor = 400n, subsidyMinor = 2000n } = options;
    const [companyId, contractId] = [newId<CompanyId>(), newId<ContractId>()];
    const number = String(++this.companies).padStart(6, '0');
    await this.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days)
         VALUES ($1, 'C-' || $2::text, 'Company ' || $2::text, $3::text, $3::text || $2, $4, 'EUR', 'en', 'Europe/Lisbon', 30)`,
        [companyId, number, country, vatStatus],
      );
      await tx.execute(`INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency) VALUES ($1, 'K-' || $2::text, $3, $4, 'EUR')`, [
        contractId, number, this.issuerId, companyId,
      ]);
      await tx.execute(
        `INSERT INTO subscriptions.contract_change (contract_id, seq, effective_on, kind, anchor_day, anchor_on, cycle_months, time_zone, recorded_by, reason)
         VALUES ($1, 1, $2, 'start', NULL, NULL, NULL, NULL, 'spec', 'spec'), ($1, 2, $2, 'cycle', 1, $2, 1, NULL, 'spec', 'spec'),
                ($1, 3, $2, 'zone', NULL, NULL, NULL, 'Europe/Lisbon', 'spec', 'spec')`,
        [contractId, OCTOBER],
      );
      const feeId = newId();
      await tx.execute(`INSERT INTO subscriptions.fee_component (id, contract_id, kind, name, timing) VALUES ($1, $2, 'access-fee', 'Access fee', 'arrears')`, [feeId, contractId]);
      await tx.execute(
        `INSERT INTO subscriptions.fee_change (component_id, component_kind, component_timing, seq, effective_on, kind, price_model, measure, counted,
           on_decrease, interval_months, unit_price_minor, tax_inclusive, tax_category, recorded_by, reason)
         VALUES ($1, 'access-fee', 'arrears', 1, $3, 'terms', 'perUnit', 'daily', 'eligible', 'credit', 1, $2, false, 'standard', 'spec', 'spec')`,
        [feeId, feeMinor, OCTOBER],
      );
      await tx.execute(
        `INSERT INTO subscriptions.subsidy_rule (contract_id, seq, plan_id, effective_from, mode, amount_minor, recorded_by, reason)
         VALUES ($1, 1, $2, $3, 'fixed', $4, 'spec', 'spec')`,
        [contractId, this.planId, OCTOBER, subsidyMinor],
      );
      await this.enrol(tx, companyId, contractId, members);
    });
    return { companyId, contractId };
  }

  private async enrol(tx: Tx, companyId: CompanyId, contractId: ContractId, members: number): Promise<void> {
    const memberIds = Array.from({ length: members }, () => newId<MemberId>());
    const enrolmentIds = Array.from({ length: members }, () => newId<EnrolmentId>());
    await tx.execute(
      `INSERT INTO companies.member (id, company_id, employee_id, name, status, eligible_from)
       SELECT m.id, $2, 'E' || m.n, 'Member ' || m.n, 'enrolled', $3 FROM unnest($1::uuid[]) WITH ORDINALITY AS m (id, n)`,
      [memberIds, companyId, OCTOBER],
    );
    await tx.execute(
      `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
       VALUES ($1, 'eligible', $2, $3, 'spec', gen_random_uuid())`,
      [companyId, OCTOBER, members],
    );
    await tx.execute(
      `INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id)
       SELECT e.id, $3, $4, e.member_id, $5 FROM unnest($1::uuid[], $2::uuid[]) AS e (id, member_id)`,
      [enrolmentIds, memberIds, this.issuerId, contractId, this.planId],
    );
    await tx.execute(
      `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
       SELECT id, 1, $2, 'start', $3, 'spec', 'spec' FROM unnest($1::uuid[]) AS e (id)`,
      [enrolmentIds, OCTOBER, this.planId],
    );
  }

  /** Ends the enrolments of a contract, as if said so today. */
  async endEnrolments(contractId: ContractId, on: LocalDate): Promise<void> {
    await this.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, recorded_by, reason)
         SELECT id, 2, $2, 'end', 'spec', 'spec' FROM subscriptions.enrolment WHERE contract_id = $1`,
        [contractId, on],
      ),
    );
  }

  private async register(tx: Tx): Promise<void> {
    await tx.execute(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES ($1, 'PT01', 'Bem-Estar Lda', 'PT', '503504564', 'EUR', $2)`,
      [this.issuerId, LISBON],
    );
    await this.get(Books).open(tx, { issuerId: this.issuerId, country: 'PT', functionalCurrency: currency('EUR'), from: OCTOBER }, ACTOR);
    const productId = newId();
    await tx.execute(`INSERT INTO subscriptions.product (id, code, name) VALUES ($1, 'WELLNESS', 'Wellness')`, [productId]);
    await tx.execute(
      `INSERT INTO subscriptions.product_tax (product_id, seq, effective_from, tax_category, recorded_by, reason) VALUES ($1, 1, '2026-01-01', 'standard', 'spec', 'spec')`,
      [productId],
    );
    await tx.execute(`INSERT INTO subscriptions.plan (id, product_id, code, name, tier) VALUES ($1, $2, 'GOLD', 'Gold', 1)`, [this.planId, productId]);
    await tx.execute(
      `INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from) VALUES ($1, $2, 'EUR', 4990, true, '2026-01-01')`,
      [newId(), this.planId],
    );
  }
}

let business: Business;
beforeEach(async () => (business = await Business.found()));
afterEach(() => business.close());

describe('a billing run', () => {
  it('invoices members for their part and the company for its fee and its part, each with its own tax', async () => {
    await business.company({ members: 2 });
    const run = await business.bill();
    expect(run).toMatchObject({ state: 'succeeded', parked: 0 });
    // October and November of the plan: 49.90 each, of which the company takes over 20.00. The fee is October's, 2 × 4.00.
    expect(run.result).toMatchObject({ memberInvoices: '2', companyInvoices: '1' });
    // A member sees 59.80 and pays just that; the company 4 × 20.00 with tax in it (65.04 net), and 8.00 without.
    expect(await business.invoices()).toEqual(
      expect.arrayContaining([
        { number: 'FT 2026B/1', net: 4862n, tax: 1118n, gross: 5980n },
        { number: 'FT 2026B/2', net: 4862n, tax: 1118n, gross: 5980n },
        { number: 'FT 2026A/1', net: 7304n, tax: 1680n, gross: 8984n },
      ]),
    );
    expect(run.result).toMatchObject({ 'netMinor.EUR': '17028', 'taxMinor.EUR': '3916', 'grossMinor.EUR': '20944' });
    expect(await business.proofs()).toEqual([]);
  });

  it('groups the enrolments of a company into lines that do not grow with its people', async () => {
    await business.company({ members: 50 });
    await business.bill();
    const [lines] = await business.query<{ n: bigint; charges: bigint }>(
      `SELECT count(*) AS n, sum(charge_count)::bigint AS charges
         FROM invoicing.invoice_line l JOIN invoicing.invoice i ON i.id = l.invoice_id WHERE stream = 'company'`,
    );
    expect(lines!.n).toBe(3n);
    expect(lines!.charges).toBe(101n);
  });

  it('leaves the included tax out of the part of a company under reverse charge', async () => {
    await business.company({ members: 1, country: 'DE', feeMinor: 0n });
    await business.bill();
    const [company] = await business.query<object>(
      `SELECT i.net_minor AS net, i.gross_minor AS gross, t.tax_category AS category, t.reason FROM invoicing.invoice i
         JOIN invoicing.invoice_tax t ON t.invoice_id = i.id WHERE stream = 'company'`,
    );
    expect(company).toEqual({ net: 3252n, gross: 3252n, category: 'AE', reason: 'IVA - autoliquidação' });
  });

  it('puts a company that another one pays for on its document, in lines that name it', async () => {
    const payer = await business.company({ members: 1 });
    const child = await business.company({ members: 1 });
    await business.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by) VALUES ($2, 'payer', '2025-01-01', $1, 'ana')`,
        [payer.companyId, child.companyId],
      );
      await tx.execute('UPDATE companies.company SET payer_id = $1 WHERE id = $2', [payer.companyId, child.companyId]);
    });
    const run = await business.bill();
    expect(run.result).toMatchObject({ companyInvoices: '1', memberInvoices: '2' });
    const lines = await business.query<{ description: string; company: CompanyId }>(
      `SELECT l.description, l.company_id AS company FROM invoicing.invoice_line l JOIN invoicing.invoice i ON i.id = l.invoice_id
        WHERE i.payer_id = $1 ORDER BY line_no`,
      [payer.companyId],
    );
    expect(lines.map((line) => line.company === child.companyId && line.description.startsWith('Company 000002: ')).filter(Boolean)).toHaveLength(3);
    expect(lines).toHaveLength(6);
    expect(await business.proofs()).toEqual([]);
  });

  it('tells of the buyer what was true on the day of issue, by whose terms it is due', async () => {
    const { companyId } = await business.company({ members: 1 });
    const version = (name: string, from: string, kind: string, days: number) =>
      business.database.transaction((tx) =>
        tx.execute(
          `UPDATE companies.company SET legal_name = $2, payment_terms_kind = $4, payment_terms_days = $5, city = 'Porto', version = version + 1, valid_from = $3
            WHERE id = $1`,
          [companyId, name, from, kind, days],
        ),
      );
    await version('On that day', TODAY, 'end-of-month', 10);
    await version('Later', addDays(TODAY, 1), 'net', 90);
    await business.bill();
    const [invoice] = await business.query<{ name: string; version: string; city: string; issuedOn: LocalDate; dueOn: LocalDate }>(
      `SELECT buyer ->> 'name' AS name, buyer ->> 'version' AS version, buyer ->> 'city' AS city, issued_on AS "issuedOn", due_on AS "dueOn"
         FROM invoicing.invoice WHERE payer_id = $1`,
      [companyId],
    );
    expect(invoice).toEqual({ name: 'On that day', version: '2', city: 'Porto', issuedOn: TODAY, dueOn: '2026-12-10' });
  });

  it('gives members the country and language that their company had on the day of issue', async () => {
    const { companyId } = await business.company({ members: 1 });
    const version = (country: string, language: string, from: string) =>
      business.database.transaction((tx) =>
        tx.execute('UPDATE companies.company SET country = $2, language = $3, version = version + 1, valid_from = $4 WHERE id = $1', [companyId, country, language, from]),
      );
    await version('ES', 'es', TODAY);
    await version('DE', 'de', addDays(TODAY, 1));
    await business.bill();
    expect(await business.query(`SELECT buyer FROM invoicing.invoice WHERE stream = 'member' AND company_id = $1`, [companyId])).toEqual([
      { buyer: { name: expect.any(String), email: null, country: 'ES', language: 'es' } },
    ]);
  });

  it('finds nothing to bill a second time', async () => {
    await business.company();
    await business.bill();
    const before = await business.invoices();
    const second = await business.bill();
    expect(second).toMatchObject({ state: 'succeeded' });
    expect(second.result['memberInvoices'] ?? '0').toBe('0');
    expect(await business.invoices()).toEqual(before);
  });

  it('parks a company whose tax number is not checked, bills the others, and takes it up when it is', async () => {
    const { companyId } = await business.company({ country: 'DE', vatStatus: 'unchecked' });
    await business.company();
    const run = await business.bill();
    expect(run).toMatchObject({ state: 'succeeded', parked: 1, result: { companyInvoices: '1', memberInvoices: '4' } });
    const [parked] = await business.database.read((reader) => business.get(Runs).parkedItems(reader, run.id));
    expect(parked).toMatchObject({ item: `company ${companyId}`, code: 'VAT_STATUS_UNCHECKED' });
    await business.database.transaction((tx) => tx.execute(`UPDATE companies.company SET vat_status = 'valid' WHERE id = $1`, [companyId]));
    expect((await business.bill()).result).toMatchObject({ companyInvoices: '1', memberInvoices: '0' });
    expect(await business.proofs()).toEqual([]);
  });

  it('carries a credit over and nets it against the next document', async () => {
    const { contractId } = await business.company({ members: 1, feeMinor: 10000n });
    await business.bill();
    await business.endEnrolments(contractId, localDate('2026-10-17'));
    expect((await business.bill()).result).toMatchObject({ companyInvoices: '0', memberInvoices: '0', carriedOver: '2' });
    // November's fee, less the company's part of the days from 17 October: 9.68 and 20.00 with tax, 24.13 net.
    expect((await business.bill(localDate('2026-12-01'))).result).toMatchObject({ companyInvoices: '1', carriedOver: '1' });
    expect((await business.invoices()).map(({ net, tax, gross }) => [net, tax, gross])).toContainEqual([7587n, 1745n, 9332n]);
    expect(await business.proofs()).toEqual([]);
  });

  it('makes one set of documents when it is started ten times at once', async () => {
    for (let n = 0; n < 3; n++) await business.company({ members: 3 });
    const runs = await Promise.all(Array.from({ length: 10 }, () => business.start()));
    expect(new Set(runs.map((run) => run.id)).size).toBe(1);
    await business.get(Runs).drain(runs[0]!.id);
    expect(await business.invoices()).toHaveLength(12);
    expect(await business.proofs()).toEqual([]);
  });

  it('makes one set of documents when ten different runs race over the same payers', async () => {
    for (let n = 0; n < 3; n++) await business.company({ members: 3 });
    const runs = await Promise.all(Array.from({ length: 10 }, (_, n) => business.start(newId(), addDays(THROUGH, n))));
    expect(new Set(runs.map((run) => run.id)).size).toBe(10);
    const done = await Promise.all(runs.map((run) => business.get(Runs).drain(run.id)));
    expect(done.map((run) => run.state)).toEqual(runs.map(() => 'succeeded'));
    const members = await business.query<{ n: bigint }>(`SELECT count(*) AS n FROM invoicing.invoice WHERE stream = 'member'`);
    expect(members).toEqual([{ n: 9n }]);
    const [company] = await business.query<{ net: bigint }>(`SELECT sum(net_minor)::bigint AS net FROM invoicing.invoice WHERE stream = 'company'`);
    expect(company!.net).toBeGreaterThan(0n);
    const [twice] = await business.query<{ n: bigint }>(`SELECT count(*) AS n FROM subscriptions.charge WHERE document_id IS NULL`);
    expect(twice!.n).toBe(0n);
    const [difference] = await business.query<{ charged: bigint; listed: bigint }>(
      `SELECT (SELECT sum(amount_minor) FROM subscriptions.charge)::bigint AS charged,
              (SELECT sum(listed_minor) FROM invoicing.invoice_line)::bigint AS listed`,
    );
    expect(difference!.charged).toBe(difference!.listed);
    expect(await business.proofs()).toEqual([]);
  });

  it('leaves nothing of a chunk that is rolled back, and no gap', async () => {
    await business.company({ members: 5 });
    const run = await business.start();
    const enrolmentIds = (await business.query<{ id: EnrolmentId }>('SELECT id FROM subscriptions.enrolment')).map((row) => row.id);
    const failing = business.database.transaction(async (tx) => {
      await business.get(BillPayers).execute(tx, { enrolmentIds }, { ...run.input, runId: run.id });
      throw new Error('the process died');
    });
    await expect(failing).rejects.toThrow('the process died');
    for (const table of ['invoicing.invoice', 'subscriptions.charge', 'accounting.journal_entry', 'platform.outbox_event']) {
      expect(await business.query(`SELECT count(*)::int AS n FROM ${table}`)).toEqual([{ n: 0 }]);
    }
    await business.get(Runs).drain(run.id);
    expect((await business.invoices()).map((invoice) => invoice.number)).toEqual(expect.arrayContaining(['FT 2026A/1', 'FT 2026B/1', 'FT 2026B/5']));
    expect(await business.proofs()).toEqual([]);
  });

  it('that software before this one has planned bills nothing, says so, and is started again', async () => {
    await business.company({ members: 2 });
    const run = await business.start();
    await business.get(RunChunks).process(run.kind, run.id, 0);
    // As billing was planned before payers were billed with all whom they pay for.
    await business.database.transaction((tx) => tx.execute(`UPDATE platform.run_chunk SET input = jsonb_build_object('companyIds', input -> 'payers' -> 0) WHERE run_id = $1 AND stage = 1`, [run.id]));
    expect(await business.get(Runs).drain(run.id)).toMatchObject({ state: 'failed', parked: 0, error: expect.stringMatching(/^RUN_PLAN_UNREADABLE: .*Start the run again/) });
    expect((await business.invoices()).length).toBe(2);
    expect(await business.bill()).toMatchObject({ state: 'succeeded', result: { companyInvoices: '1' } });
    expect((await business.invoices()).length).toBe(3);
    expect(await business.proofs()).toEqual([]);
  });

  it('takes as many statements for many payers as for few', async () => {
    const statementsFor = async (chunk: BilledTogether) => {
      const run = await business.start();
      return business.database.transaction(async (tx) => {
        const counted = countStatements(tx);
        await business.get(BillPayers).execute(tx, chunk, { ...run.input, runId: run.id });
        return counted();
      });
    };
    const enrolmentsOf = async (contractId: ContractId) =>
      (await business.query<{ id: EnrolmentId }>('SELECT id FROM subscriptions.enrolment WHERE contract_id = $1', [contractId])).map((row) => row.id);
    const small = await business.company({ members: 2 });
    const others = [await business.company({ members: 40 }), await business.company(), await business.company()];
    const forTwo = await statementsFor({ enrolmentIds: await enrolmentsOf(small.contractId) });
    expect(await statementsFor({ enrolmentIds: await enrolmentsOf(others[0]!.contractId) })).toBe(forTwo);
    const forOne = await statementsFor({ companyIds: [small.companyId] });
    expect(await statementsFor({ companyIds: others.map((company) => company.companyId) })).toBe(forOne);
  });

  it('tells the world of every document, once', async () => {
    await business.company({ members: 2 });
    await business.bill();
    const events = await business.query<{ number: string }>(
      `SELECT payload->>'number' AS number FROM platform.outbox_event WHERE name = 'invoicing.invoice-finalised.v1' ORDER BY 1`,
    );
    expect(events.map((event) => event.number)).toEqual(['FT 2026A/1', 'FT 2026B/1', 'FT 2026B/2']);
  });

  it('is refused without an open series, for a far day, and to a viewer', async () => {
    await expect(business.start(newId(), localDate('2028-01-01'))).rejects.toEqual(expect.objectContaining({ code: 'BILL_THROUGH_TOO_FAR' }));
    const viewer = { ...ACTOR, role: 'viewer' as const };
    const asked = business.get(StartBillingRun).execute({ idempotencyKey: 'k', issuerId: business.issuerId, through: THROUGH }, viewer);
    await expect(asked).rejects.toEqual(expect.objectContaining({ code: 'FORBIDDEN' }));
    business.clock.advanceTo(startOfDay(LISBON, localDate('2027-01-01')));
    await expect(business.start()).rejects.toEqual(expect.objectContaining({ code: 'SERIES_NOT_OPEN' }));
  });

  it('cuts a chunk that keeps failing into payers with all whom they pay for, and members with all their enrolments', async () => {
    const run = business.get(BillingRun);
    const payer = await business.company({ members: 1 });
    const child = await business.company({ members: 2 });
    await business.database.transaction(async (tx) => tx.execute('UPDATE companies.company SET payer_id = $1 WHERE id = $2', [payer.companyId, child.companyId]));
    const alone = await business.company({ members: 1 });
    const planned = await business.database.transaction(async (tx) => run.plan(tx, await business.start()));
    const [members, payers] = planned;
    expect(run.split(members!.input)).toHaveLength(4);
    const pieces = run.split(payers!.input)!;
    expect(pieces.map(({ items }) => items).sort()).toEqual([1, 2]);
    expect(pieces.map(({ input }) => new Set('payers' in input ? input.payers.flat() : []))).toEqual(
      expect.arrayContaining([new Set([payer.companyId, child.companyId]), new Set([alone.companyId])]),
    );
    for (const { input } of pieces) expect(run.split(input)).toBeUndefined();
  });
});

describe('the proofs', () => {
  const ownProofs = ['documents-posted-once', 'receivables', 'series-without-gap'];
  const failing = async () => (await business.proofs()).map((failure) => failure.split(':')[0]!).filter((name) => ownProofs.includes(name));
  /** What only the owner of the tables can do, after taking the guards away. */
  const tamper = (sql: string) =>
    business.test.owner.transaction(async (tx) => {
      await tx.execute('ALTER TABLE invoicing.invoice DISABLE TRIGGER ALL');
      await tx.execute(sql);
      await tx.execute('ALTER TABLE invoicing.invoice ENABLE TRIGGER ALL');
    });

  beforeEach(async () => {
    await business.company({ members: 2 });
    await business.bill();
  });

  it('hold after a run', async () => {
    expect(await failing()).toEqual([]);
  });

  it('find an amount that was changed', async () => {
    await tamper(`UPDATE invoicing.invoice SET tax_minor = tax_minor + 1, gross_minor = gross_minor + 1, open_minor = open_minor + 1
                   WHERE number = 'FT 2026B/1'`);
    expect(await failing()).toEqual(['documents-posted-once', 'receivables']);
  });

  it('find an entry whose source is nothing that a document could be, and name it', async () => {
    await business.test.owner.transaction(async (tx) => {
      await tx.execute('ALTER TABLE accounting.journal_entry DISABLE TRIGGER ALL');
      await tx.execute(`UPDATE accounting.journal_entry SET source_id = 'forged' WHERE id = (SELECT min(id) FROM accounting.journal_entry WHERE kind = 'invoice-finalised')`);
      await tx.execute('ALTER TABLE accounting.journal_entry ENABLE TRIGGER ALL');
    });
    expect((await business.proofs()).find((failure) => failure.startsWith('documents-posted-once'))).toContain('forged of');
  });

  it('find a document that was taken away', async () => {
    await tamper(`DELETE FROM invoicing.invoice WHERE number = 'FT 2026B/1'`);
    expect(await failing()).toEqual(['documents-posted-once', 'receivables', 'series-without-gap']);
  });
});

/** Counts what is sent to PostgreSQL through a transaction from here on. */
function countStatements(tx: Tx): () => number {
  const client = (tx as unknown as { client: { query: (...args: unknown[]) => unknown } }).client;
  const query = client.query.bind(client);
  let statements = 0;
  client.query = (...args) => {
    statements++;
    return query(...args);
  };
  return () => {
    client.query = query;
    return statements;
  };
}
