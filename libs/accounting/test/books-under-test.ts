// For the specs: a database of their own with an issuer whose books are open, and builders of facts.
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Currency, Id, IssuerId, LocalDate, localDate, RunId } from '@countinghouse/kernel';
import type { Fact, InvoiceFinalisedFact, PaymentCapturedFact } from '@countinghouse/contracts';
import { Audit, Database, newId, ProofResult, Run, systemActor } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Books } from '../src/accounting.facade';
import { RecognitionRun } from '../src/jobs/recognition.run';
import { RevaluationRun } from '../src/jobs/revaluation.run';
import { ChainVerifies } from '../src/proofs/chain-verifies.proof';
import { DayTotals } from '../src/proofs/day-totals.proof';
import { DeferredRevenue } from '../src/proofs/deferred-revenue.proof';
import { EntriesBalance } from '../src/proofs/entries-balance.proof';
import { ForeignItems } from '../src/proofs/foreign-items.proof';
import { ManualEntries } from '../src/proofs/manual-entries.proof';
import { PeriodBalances } from '../src/proofs/period-balances.proof';
import { OpenBooks } from '../src/use-cases/open-books';
import { RecogniseRevenue } from '../src/use-cases/recognise-revenue';
import { RecordFacts } from '../src/use-cases/record-facts';
import { SealBlocks } from '../src/use-cases/seal-blocks';
import { TotalDays } from '../src/use-cases/total-days';
import { RevalueMonth } from '../src/use-cases/revalue-month';
import { SetRate } from '../src/use-cases/set-rate';

export const EUR = 'EUR' as Currency;
export const day = (text: string): LocalDate => localDate(text);
export const actor = systemActor('spec');

/** Of ten milliseconds each, so that a spec says what it waits for before Jest says that it waits. */
const LOOKS = 4_000;
const RUNNING = `SELECT datname, application_name, state, xact_start, left(query, 200) AS query FROM pg_stat_activity WHERE backend_xid IS NOT NULL`;

export class BooksUnderTest {
  readonly books: Books;
  readonly sealBlocks: SealBlocks;
  readonly totalDays: TotalDays;
  readonly setRate: SetRate;
  private readonly recognition: RecognitionRun;
  private readonly revaluation: RevaluationRun;

  private constructor(
    readonly test: TestDatabase,
    readonly issuerId: IssuerId,
  ) {
    const recordFacts = new RecordFacts();
    this.books = new Books(new OpenBooks(new Audit()), recordFacts);
    this.recognition = new RecognitionRun(new RecogniseRevenue(recordFacts));
    this.revaluation = new RevaluationRun(new RevalueMonth(recordFacts));
    this.setRate = new SetRate(test.database, new Audit());
    this.sealBlocks = new SealBlocks(test.database);
    this.totalDays = new TotalDays(test.database);
  }

  /** A database with one issuer in Portugal, whose books are open from January 2026. */
  static async create(functionalCurrency: Currency = EUR): Promise<BooksUnderTest> {
    Logger.overrideLogger(false);
    const test = await createTestDatabase();
    const issuerId = await insertIssuer(test.database, 'PT', functionalCurrency);
    const ledger = new BooksUnderTest(test, issuerId);
    const input = { issuerId, country: 'PT', functionalCurrency, from: day('2026-01-01') };
    await test.database.transaction((tx) => ledger.books.open(tx, input, actor));
    return ledger;
  }

  get database(): Database {
    return this.test.database;
  }

  record(...facts: Fact[]) {
    return this.database.transaction((tx) => this.books.record(tx, facts));
  }

  /** Plans and processes a whole recognition run; how many schedules it recognised something of. */
  async recognise(through: string): Promise<number> {
    const run = aRun({ issuerId: this.issuerId, through: day(through) });
    const chunks = await this.database.transaction((tx) => this.recognition.plan(tx, run));
    let recognised = 0;
    for (const chunk of chunks) {
      const outcome = await this.database.transaction((tx) => this.recognition.processInTx(tx, chunk.input, run));
      recognised += Number(outcome.result!['recognitions']);
    }
    return recognised;
  }

  /** Plans and processes a whole revaluation of a month; how many items it revalued. */
  async revalue(periodStart: string): Promise<number> {
    const run = aRun({ issuerId: this.issuerId, periodStart: day(periodStart) });
    const chunks = await this.database.transaction((tx) => this.revaluation.plan(tx, run));
    let items = 0;
    for (const chunk of chunks) {
      const outcome = await this.database.transaction((tx) => this.revaluation.processInTx(tx, chunk.input, run));
      items += Number(outcome.result!['items']);
    }
    return items;
  }

  /** What one unit of a currency is worth from a day on, in the issuer's books. */
  async rate(base: Currency, quote: Currency, on: string, rate: string): Promise<void> {
    await this.setRate.execute({ issuerId: this.issuerId, base, quote, on: day(on), rate, reason: 'spec' }, actor);
  }

  /**
   * Seals all that is posted, into one block where it is not too much for one. Entries wait for every transaction that began
   * before they were posted, also in other databases of the server; without waiting for those, what another spec does would
   * decide how many blocks there are.
   */
  async sealAll(): Promise<void> {
    const waiting = () => this.database.query('SELECT FROM accounting.journal_entry WHERE tx >= pg_snapshot_xmin(pg_current_snapshot())');
    for (let looks = 0; (await waiting()).length > 0; looks++) {
      if (looks === LOOKS) throw new Error(`the chain is held back by ${JSON.stringify(await this.test.owner.query(RUNNING))}`);
      await setTimeout(10);
    }
    while ((await this.sealBlocks.execute()) > 0);
  }

  /** Balances of a role's account in a currency and in functional currency, up to and including a day. */
  async balances(role: string, currency: Currency, asOf = '9999-12-31'): Promise<{ minor: bigint; functional: bigint }> {
    const [row] = await this.database.query<{ minor: bigint; functional: bigint }>(
      `SELECT coalesce(sum(debit_minor - credit_minor), 0)::bigint AS minor,
              coalesce(sum(functional_debit_minor - functional_credit_minor), 0)::bigint AS functional
         FROM accounting.account_day JOIN accounting.account ON account.id = account_id
        WHERE issuer_id = $1 AND role = $2 AND account_day.currency = $3 AND entry_date <= $4`,
      [this.issuerId, role, currency, asOf],
    );
    return row!;
  }

  /** Balance of a role's account in EUR, debit positive; 0 before anything was posted to it. */
  async balance(role: string): Promise<bigint> {
    const [row] = await this.database.query<{ minor: bigint }>(
      `SELECT balance_minor AS minor FROM accounting.account_balance WHERE issuer_id = $1 AND account_role = $2 AND currency = 'EUR'`,
      [this.issuerId, role],
    );
    return row?.minor ?? 0n;
  }

  /** Closes the periods up to and including one, without asking the checklist. */
  async close(startsOn: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      for (const state of ['closing', 'closed']) {
        await tx.execute(
          `UPDATE accounting.period SET state = $3 WHERE issuer_id = $1 AND starts_on <= $2 AND state <> 'closed'`,
          [this.issuerId, startsOn, state],
        );
      }
    });
  }

  /** Every proof of accounting that does not hold. */
  async brokenProofs(): Promise<string[]> {
    const proofs = [new EntriesBalance(), new DayTotals(), new DeferredRevenue(), new ForeignItems(), new ChainVerifies(), new ManualEntries(), new PeriodBalances()];
    const broken: string[] = [];
    for (const proof of proofs) {
      const { ok, detail }: ProofResult = await this.database.read((reader) => proof.prove(reader));
      if (!ok) broken.push(`${proof.name}: ${detail}`);
    }
    return broken;
  }

  anInvoice(changes: Partial<InvoiceFinalisedFact> = {}): InvoiceFinalisedFact {
    const netMinor = changes.netMinor ?? 10_000n;
    const taxMinor = changes.taxMinor ?? 2_300n;
    return {
      kind: 'invoice-finalised',
      issuerId: this.issuerId,
      sourceType: 'invoice',
      sourceId: newId(),
      on: day('2026-01-31'),
      currency: EUR,
      party: { type: 'company', id: newId() },
      documentNumber: 'FT 2026A/1',
      netMinor,
      taxMinor,
      taxes: [{ country: 'PT', category: 'S', rate: '23.00', baseMinor: netMinor, taxMinor }],
      lines: [{ lineNo: 1, netMinor, servicePeriod: { start: day('2026-01-01'), end: day('2026-02-01') } }],
      ...changes,
    };
  }

  aPaymentOf(invoice: InvoiceFinalisedFact, changes: Partial<PaymentCapturedFact> = {}): PaymentCapturedFact {
    return {
      kind: 'payment-captured',
      issuerId: this.issuerId,
      sourceType: 'payment',
      sourceId: newId(),
      on: invoice.on,
      currency: invoice.currency,
      provider: 'sandbox',
      party: invoice.party,
      invoiceId: invoice.sourceId,
      amountMinor: invoice.netMinor + invoice.taxMinor,
      ...changes,
    };
  }
}

export async function insertIssuer(database: Database, code: string, currency = 'EUR'): Promise<IssuerId> {
  const issuerId = newId<IssuerId>();
  await database.transaction((tx) =>
    tx.execute(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES ($1, $2, 'Wellness ' || $2, 'PT', $2, $3, 'Europe/Lisbon')`,
      [issuerId, code, currency],
    ),
  );
  return issuerId;
}

export const aUuid = (): string => newId<Id<'Spec'>>();

function aRun<Input>(input: Input): Run<Input> {
  const id = newId<RunId>();
  return { id, kind: 'spec', key: id, input, state: 'running', total: 0, done: 0, parked: 0, result: {}, error: null };
}
