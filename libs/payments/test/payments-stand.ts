// The stand of the payments specs: the real modules on a real database, with a clock that the spec moves.
import type { AddressInfo } from 'node:net';
import { Global, INestApplication, Module, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Books } from '@countinghouse/accounting';
import { Invoicing } from '@countinghouse/invoicing';
import { addDays, currency, Id, InvoiceId, IssuerId, localDate, LocalDate, RunId, startOfDay, timeZone } from '@countinghouse/kernel';
import { AppClock, Database, newId, PlatformModule, Proof, Reader, systemActor, TestClock, Tx } from '@countinghouse/platform';
import { PaymentsConfig, PaymentsHttpModule, SandboxOptions } from '../src';
import { schedulePayments } from '../src/persistence/collection.queries';
import { ProviderClearingProof } from '../src/proofs/provider-clearing.proof';
import { UnappliedCashProof } from '../src/proofs/unapplied-cash.proof';
import { ProviderAgreesProof } from '../src/providers/sandbox/provider-agrees.proof';
import { SandboxSender } from '../src/providers/sandbox/sandbox-sender';
import { CollectPayments, Collected } from '../src/use-cases/collect-payments';
import { ProcessWebhooks } from '../src/use-cases/process-webhooks';
import { ResolveUnknownAttempts } from '../src/use-cases/resolve-unknown-attempts';

export const TODAY = localDate('2026-03-10');
export const EUR = currency('EUR');
export const SECRET = 'a-webhook-secret-of-the-specs';
export const AMOUNT_MINOR = 1250n;

const ZONE = timeZone('Europe/Lisbon');
const ACTOR = systemActor('spec');

export interface StandOptions {
  readonly url: string;
  readonly sandbox?: Partial<SandboxOptions>;
  /** An issuer that lives on a test clock. */
  readonly onTestClock?: boolean;
}

/** One issuer with open books, and as many paying members as a spec asks for. */
export class PaymentsStand {
  readonly issuerId = newId<IssuerId>();
  private readonly companyId = newId<Id<'Company'>>();
  private readonly seriesId = newId<Id<'Series'>>();

  private constructor(
    readonly app: INestApplication,
    readonly database: Database,
    readonly clock: TestClock,
    readonly baseUrl: string,
  ) {}

  static async open({ url, sandbox, onTestClock = false }: StandOptions): Promise<PaymentsStand> {
    const clock = new TestClock(startOfDay(ZONE, TODAY) + 12 * 3_600_000);
    // The sandbox has to know the address of the server before the server has one. It waits for a slow machine: what it sends again
    // it sends when the clock has moved on, which stands still here.
    const options = { webhookSecrets: [SECRET], webhookBaseUrl: 'http://127.0.0.1:1', answerWithinMs: 60_000, ...sandbox };
    @Global()
    @Module({ providers: [{ provide: PaymentsConfig, useFactory: () => new PaymentsConfig({ production: false, sandbox: options }) }], exports: [PaymentsConfig] })
    class ConfigModule {}
    const module = await Test.createTestingModule({
      imports: [PlatformModule.forRoot({ databaseUrl: url, manifests: [], role: 'cli', poolSize: 10 }), ConfigModule, PaymentsHttpModule],
    })
      .overrideProvider(AppClock)
      .useValue(clock)
      .compile();
    const app = module.createNestApplication({ rawBody: true, logger: false });
    await app.listen(0, '127.0.0.1');
    options.webhookBaseUrl = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const stand = new PaymentsStand(app, app.get(Database), clock, options.webhookBaseUrl);
    await stand.database.transaction((tx) => stand.found(tx, onTestClock));
    return stand;
  }

  get<T>(type: Type<T>): T {
    return this.app.get(type, { strict: false });
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** Finalised, posted invoices of one member each, who pays with `token`; with a scheduled payment unless told not to. */
  async invoices(count: number, token = 'tok_ok', options: { scheduled?: boolean } = {}): Promise<InvoiceId[]> {
    return this.database.transaction(async (tx) => {
      const invoiceIds = await this.finalise(tx, await this.members(tx, count, token));
      if (options.scheduled ?? true) await schedulePayments(tx, { invoiceIds });
      return invoiceIds;
    });
  }

  /** A finalised, posted invoice of a member that nobody has scheduled. */
  async invoiceOf(memberId: string): Promise<void> {
    await this.database.transaction((tx) => this.finalise(tx, [memberId]));
  }

  /** A member of the company, as companies keeps it. */
  async member(employeeId: string, id: string): Promise<void> {
    await this.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO companies.member (id, company_id, employee_id, name, status, eligible_from) VALUES ($1, $2, $3, 'A Member', 'eligible', $4)`,
        [id, this.companyId, employeeId, TODAY],
      ),
    );
  }

  /** Collects everything that is due by a day, as a run's chunk does. */
  async collect(through: LocalDate = TODAY, runId: RunId = newId<RunId>()): Promise<Collected> {
    const all = { fromId: '00000000-0000-0000-0000-000000000000', toId: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
    return this.get(CollectPayments).execute(all, { through }, runId);
  }

  /** Lets the sandbox decide and deliver, and works off the inbox, until nothing is left to do. */
  async settle(): Promise<void> {
    // What the sandbox tells out of order it tells a moment apart.
    for (let moment = 0; moment < 5; moment++) {
      while ((await this.get(SandboxSender).deliver()) > 0);
      while ((await this.get(ProcessWebhooks).execute()) > 0);
      this.clock.advanceBy(100);
    }
  }

  /** Lets the janitor ask about what is unknown. */
  ask(): Promise<number> {
    return this.get(ResolveUnknownAttempts).execute();
  }

  /** Every proof of payments holds. */
  async expectProofs(): Promise<void> {
    const failing: string[] = [];
    for (const proof of [ProviderAgreesProof, ProviderClearingProof, UnappliedCashProof]) {
      const { ok, detail } = await this.database.read((reader) => this.get<Proof>(proof).prove(reader));
      if (!ok) failing.push(`${proof.name}: ${detail}`);
    }
    expect(failing).toEqual([]);
  }

  /** Something else settles part of an invoice, behind the back of payments. */
  async allocateFromElsewhere(invoiceId: InvoiceId, amountMinor: bigint): Promise<void> {
    await this.database.transaction((tx) =>
      this.get(Invoicing).allocate(tx, [{ invoiceId, sourceType: 'receipt', sourceId: newId(), amountMinor, on: TODAY }]),
    );
  }

  /** How many statements the work sends to the database. */
  async countStatements(work: () => Promise<unknown>): Promise<number> {
    const run = jest.spyOn(Reader.prototype as unknown as { run: () => Promise<unknown> }, 'run');
    try {
      await work();
      return run.mock.calls.length;
    } finally {
      run.mockRestore();
    }
  }

  /** Rows as they are, for assertions. */
  query<Row extends object>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.database.query<Row>(sql, params);
  }

  private async found(tx: Tx, onTestClock: boolean): Promise<void> {
    await tx.execute(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone, test_clock_at)
       VALUES ($1, 'PT', 'Issuer', 'PT', '509999999', 'EUR', $2, CASE WHEN $3::boolean THEN now() END)`,
      [this.issuerId, ZONE, onTestClock],
    );
    await this.get(Books).open(tx, { issuerId: this.issuerId, country: 'PT', functionalCurrency: EUR, from: localDate('2026-01-01') }, ACTOR);
    await tx.execute(COMPANY, [this.companyId]);
    await tx.execute(`INSERT INTO invoicing.series (id, issuer_id, document_type, stream, year, prefix) VALUES ($1, $2, 'invoice', 'member', 2026, 'FT M2026/')`, [
      this.seriesId,
      this.issuerId,
    ]);
  }

  private async members(tx: Tx, count: number, token: string): Promise<string[]> {
    const ids = Array.from({ length: count }, () => newId<Id<'Member'>>());
    await tx.execute(
      `INSERT INTO payments.payment_method (id, member_id, provider, token, label) SELECT uuidv7(), id, 'sandbox', $2, 'card' FROM unnest($1::uuid[]) AS m(id)`,
      [ids, token],
    );
    return ids;
  }

  private async finalise(tx: Tx, memberIds: readonly string[]): Promise<InvoiceId[]> {
    const invoiceIds = memberIds.map(() => newId<InvoiceId>());
    await tx.execute(INVOICES, [invoiceIds, memberIds, this.issuerId, this.companyId, this.seriesId, TODAY, AMOUNT_MINOR]);
    await this.get(Books).record(tx, invoiceIds.map((id, i) => this.finalised(id, memberIds[i]!)));
    return invoiceIds;
  }

  private finalised(invoiceId: InvoiceId, memberId: string) {
    return {
      kind: 'invoice-finalised' as const,
      issuerId: this.issuerId,
      sourceType: 'invoice' as const,
      sourceId: invoiceId,
      on: TODAY,
      currency: EUR,
      party: { type: 'member' as const, id: memberId },
      documentNumber: invoiceId,
      netMinor: AMOUNT_MINOR,
      taxMinor: 0n,
      taxes: [{ country: 'PT', category: 'E', rate: '0.00', baseMinor: AMOUNT_MINOR, taxMinor: 0n }],
      lines: [{ lineNo: 1, netMinor: AMOUNT_MINOR, servicePeriod: { start: TODAY, end: addDays(TODAY, 1) } }],
    };
  }
}

const COMPANY = `
  INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days, vat_status)
  VALUES ($1, 'C-000001', 'Company', 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30, 'unchecked')`;

/** Whole invoices in one statement, as the database demands them: numbers of the series, line, tax. */
const INVOICES = `
  WITH counted AS (
    UPDATE invoicing.series SET next_number = next_number + cardinality($1::uuid[]), last_issued_on = $6::date
     WHERE id = $5 RETURNING id, prefix, next_number - cardinality($1::uuid[]) AS first
  ), issued AS (
    INSERT INTO invoicing.invoice (id, issuer_id, document_type, stream, payer_type, payer_id, company_id, currency, state, series_id, sequence,
      number, issued_on, due_on, net_minor, tax_minor, gross_minor, open_minor, line_count, tax_count, buyer, finalised_at)
    SELECT n.id, $3, 'invoice', 'member', 'member', n.member_id, $4, 'EUR', 'finalised', c.id, c.first + n.ordinality - 1,
           c.prefix || (c.first + n.ordinality - 1), $6, $6, $7, 0, $7, $7, 1, 1, '{}', now()
      FROM counted c, unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS n(id, member_id, ordinality)
  ), line AS (
    INSERT INTO invoicing.invoice_line (invoice_id, line_no, description, contract_id, company_id, quantity, unit_price_minor, listed_minor,
      tax_inclusive, net_minor, tax_category, tax_rate, service_start, service_end, charge_count)
    SELECT id, 1, 'Plan', $4, $4, 1, $7, $7, true, $7, 'E', 0, $6::date, $6::date + 1, 1 FROM unnest($1::uuid[]) AS n(id)
  )
  INSERT INTO invoicing.invoice_tax (invoice_id, tax_category, tax_rate, base_minor, tax_minor, reason)
  SELECT id, 'E', 0, $7, 0, 'exempt' FROM unnest($1::uuid[]) AS n(id)`;
