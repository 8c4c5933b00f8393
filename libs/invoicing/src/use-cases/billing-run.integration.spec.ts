// Billing runs on a real database: one set of documents however often and however many at once, numbered without a gap.
import { addDays, CompanyId, ContractId, EnrolmentId, localDate, LocalDate, startOfDay, timeZone } from '@countinghouse/kernel';
import { newId, RunChunks, Runs, Tx } from '@countinghouse/platform';
import { StartBillingRun } from '..';
import { ACTOR, Business, CompanyOptions } from '../../test/business';
import { BillingRun } from '../jobs/billing.run';
import { BilledTogether, BillPayers } from './bill-payers';

const LISBON = timeZone('Europe/Lisbon');
const OCTOBER = localDate('2026-10-01');
/** Bills October in arrears and November in advance. */
const THROUGH = localDate('2026-11-01');
const TODAY = localDate('2026-11-02');

let business: Business;
beforeEach(async () => (business = await Business.found(TODAY)));
afterEach(() => business.close());

/** Under contract since October. The fee is due in arrears, the plan's 49.90 in advance; the company takes over 20.00 of it. */
const company = (options: Partial<CompanyOptions> = {}) => business.company({ startsOn: OCTOBER, feeTiming: 'arrears', subsidyMinor: 2000n, ...options });
const start = (key: string = newId(), through: LocalDate = THROUGH) => business.start(through, key);
const bill = (through: LocalDate = THROUGH) => business.bill(through);

describe('a billing run', () => {
  it('invoices members for their part and the company for its fee and its part, each with its own tax', async () => {
    await company({ members: 2 });
    const run = await bill();
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
    expect(await business.failingProofs()).toEqual([]);
  });

  it('groups the enrolments of a company into lines that do not grow with its people', async () => {
    await company({ members: 50 });
    await bill();
    const [lines] = await business.query<{ n: bigint; charges: bigint }>(
      `SELECT count(*) AS n, sum(charge_count)::bigint AS charges
         FROM invoicing.invoice_line l JOIN invoicing.invoice i ON i.id = l.invoice_id WHERE stream = 'company'`,
    );
    expect(lines!.n).toBe(3n);
    expect(lines!.charges).toBe(101n);
  });

  it('leaves the included tax out of the part of a company under reverse charge', async () => {
    await company({ members: 1, country: 'DE', feeMinor: 0n });
    await bill();
    const [invoice] = await business.query<object>(
      `SELECT i.net_minor AS net, i.gross_minor AS gross, t.tax_category AS category, t.reason FROM invoicing.invoice i
         JOIN invoicing.invoice_tax t ON t.invoice_id = i.id WHERE stream = 'company'`,
    );
    expect(invoice).toEqual({ net: 3252n, gross: 3252n, category: 'AE', reason: 'IVA - autoliquidação' });
  });

  it('puts a company that another one pays for on its document, in lines that name it', async () => {
    const payer = await company({ members: 1 });
    const child = await company({ members: 1 });
    await business.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by) VALUES ($2, 'payer', '2025-01-01', $1, 'ana')`,
        [payer.companyId, child.companyId],
      );
      await tx.execute('UPDATE companies.company SET payer_id = $1 WHERE id = $2', [payer.companyId, child.companyId]);
    });
    const run = await bill();
    expect(run.result).toMatchObject({ companyInvoices: '1', memberInvoices: '2' });
    const lines = await business.query<{ description: string; company: CompanyId }>(
      `SELECT l.description, l.company_id AS company FROM invoicing.invoice_line l JOIN invoicing.invoice i ON i.id = l.invoice_id
        WHERE i.payer_id = $1 ORDER BY line_no`,
      [payer.companyId],
    );
    expect(lines.map((line) => line.company === child.companyId && line.description.startsWith('Company 000002: ')).filter(Boolean)).toHaveLength(3);
    expect(lines).toHaveLength(6);
    expect(await business.failingProofs()).toEqual([]);
  });

  it('tells of the buyer what was true on the day of issue, by whose terms it is due', async () => {
    const { companyId } = await company({ members: 1 });
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
    await bill();
    const [invoice] = await business.query<{ name: string; version: string; city: string; issuedOn: LocalDate; dueOn: LocalDate }>(
      `SELECT buyer ->> 'name' AS name, buyer ->> 'version' AS version, buyer ->> 'city' AS city, issued_on AS "issuedOn", due_on AS "dueOn"
         FROM invoicing.invoice WHERE payer_id = $1`,
      [companyId],
    );
    expect(invoice).toEqual({ name: 'On that day', version: '2', city: 'Porto', issuedOn: TODAY, dueOn: '2026-12-10' });
  });

  it('gives members the country and language that their company had on the day of issue', async () => {
    const { companyId } = await company({ members: 1 });
    const version = (country: string, language: string, from: string) =>
      business.database.transaction((tx) =>
        tx.execute('UPDATE companies.company SET country = $2, language = $3, version = version + 1, valid_from = $4 WHERE id = $1', [companyId, country, language, from]),
      );
    await version('ES', 'es', TODAY);
    await version('DE', 'de', addDays(TODAY, 1));
    await bill();
    expect(await business.query(`SELECT buyer FROM invoicing.invoice WHERE stream = 'member' AND company_id = $1`, [companyId])).toEqual([
      { buyer: { name: expect.any(String), email: null, country: 'ES', language: 'es' } },
    ]);
  });

  it('finds nothing to bill a second time', async () => {
    await company();
    await bill();
    const before = await business.invoices();
    const second = await bill();
    expect(second).toMatchObject({ state: 'succeeded' });
    expect(second.result['memberInvoices'] ?? '0').toBe('0');
    expect(await business.invoices()).toEqual(before);
  });

  it('parks a company whose tax number is not checked, bills the others, and takes it up when it is', async () => {
    const { companyId } = await company({ country: 'DE', vatStatus: 'unchecked' });
    await company();
    const run = await bill();
    expect(run).toMatchObject({ state: 'succeeded', parked: 1, result: { companyInvoices: '1', memberInvoices: '4' } });
    const [parked] = await business.database.read((reader) => business.get(Runs).parkedItems(reader, run.id));
    expect(parked).toMatchObject({ item: `company ${companyId}`, code: 'VAT_STATUS_UNCHECKED' });
    await business.database.transaction((tx) => tx.execute(`UPDATE companies.company SET vat_status = 'valid' WHERE id = $1`, [companyId]));
    expect((await bill()).result).toMatchObject({ companyInvoices: '1', memberInvoices: '0' });
    expect(await business.failingProofs()).toEqual([]);
  });

  it('carries a credit over and nets it against the next document', async () => {
    const { enrolmentIds } = await company({ members: 1, feeMinor: 10000n });
    await bill();
    await business.change(enrolmentIds, 'end', localDate('2026-10-17'));
    expect((await bill()).result).toMatchObject({ companyInvoices: '0', memberInvoices: '0', carriedOver: '2' });
    // November's fee, less the company's part of the days from 17 October: 9.68 and 20.00 with tax, 24.13 net.
    expect((await bill(localDate('2026-12-01'))).result).toMatchObject({ companyInvoices: '1', carriedOver: '1' });
    expect((await business.invoices()).map(({ net, tax, gross }) => [net, tax, gross])).toContainEqual([7587n, 1745n, 9332n]);
    expect(await business.failingProofs()).toEqual([]);
  });

  it('makes one set of documents when it is started ten times at once', async () => {
    for (let n = 0; n < 3; n++) await company({ members: 3 });
    const runs = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(new Set(runs.map((run) => run.id)).size).toBe(1);
    await business.drained(runs[0]!.id);
    expect(await business.invoices()).toHaveLength(12);
    expect(await business.failingProofs()).toEqual([]);
  });

  it('makes one set of documents when ten different runs race over the same payers', async () => {
    for (let n = 0; n < 3; n++) await company({ members: 3 });
    const runs = await Promise.all(Array.from({ length: 10 }, (_, n) => start(newId(), addDays(THROUGH, n))));
    expect(new Set(runs.map((run) => run.id)).size).toBe(10);
    await Promise.all(runs.map((run) => business.drained(run.id)));
    const members = await business.query<{ n: bigint }>(`SELECT count(*) AS n FROM invoicing.invoice WHERE stream = 'member'`);
    expect(members).toEqual([{ n: 9n }]);
    const [ofCompanies] = await business.query<{ net: bigint }>(`SELECT sum(net_minor)::bigint AS net FROM invoicing.invoice WHERE stream = 'company'`);
    expect(ofCompanies!.net).toBeGreaterThan(0n);
    const [twice] = await business.query<{ n: bigint }>(`SELECT count(*) AS n FROM subscriptions.charge WHERE document_id IS NULL`);
    expect(twice!.n).toBe(0n);
    const [difference] = await business.query<{ charged: bigint; listed: bigint }>(
      `SELECT (SELECT sum(amount_minor) FROM subscriptions.charge)::bigint AS charged,
              (SELECT sum(listed_minor) FROM invoicing.invoice_line)::bigint AS listed`,
    );
    expect(difference!.charged).toBe(difference!.listed);
    expect(await business.failingProofs()).toEqual([]);
  });

  it('leaves nothing of a chunk that is rolled back, and no gap', async () => {
    await company({ members: 5 });
    const run = await start();
    const enrolmentIds = (await business.query<{ id: EnrolmentId }>('SELECT id FROM subscriptions.enrolment')).map((row) => row.id);
    const failing = business.database.transaction(async (tx) => {
      await business.get(BillPayers).execute(tx, { enrolmentIds }, { ...run.input, runId: run.id });
      throw new Error('the process died');
    });
    await expect(failing).rejects.toThrow('the process died');
    for (const table of ['invoicing.invoice', 'subscriptions.charge', 'accounting.journal_entry', 'platform.outbox_event']) {
      expect(await business.query(`SELECT count(*)::int AS n FROM ${table}`)).toEqual([{ n: 0 }]);
    }
    await business.drained(run.id);
    expect((await business.invoices()).map((invoice) => invoice.number)).toEqual(expect.arrayContaining(['FT 2026A/1', 'FT 2026B/1', 'FT 2026B/5']));
    expect(await business.failingProofs()).toEqual([]);
  });

  it('that software before this one has planned bills nothing, says so, and is started again', async () => {
    await company({ members: 2 });
    const run = await start();
    await business.get(RunChunks).process(run.kind, run.id, 0);
    // As billing was planned before payers were billed with all whom they pay for.
    await business.database.transaction((tx) => tx.execute(`UPDATE platform.run_chunk SET input = jsonb_build_object('companyIds', input -> 'payers' -> 0) WHERE run_id = $1 AND stage = 1`, [run.id]));
    expect(await business.get(Runs).drain(run.id)).toMatchObject({ state: 'failed', parked: 0, error: expect.stringMatching(/^RUN_PLAN_UNREADABLE: .*Start the run again/) });
    expect((await business.invoices()).length).toBe(2);
    expect(await bill()).toMatchObject({ state: 'succeeded', result: { companyInvoices: '1' } });
    expect((await business.invoices()).length).toBe(3);
    expect(await business.failingProofs()).toEqual([]);
  });

  it('takes as many statements for many payers as for few', async () => {
    const statementsFor = async (chunk: BilledTogether) => {
      const run = await start();
      return business.database.transaction(async (tx) => {
        const counted = countStatements(tx);
        await business.get(BillPayers).execute(tx, chunk, { ...run.input, runId: run.id });
        return counted();
      });
    };
    const enrolmentsOf = async (contractId: ContractId) =>
      (await business.query<{ id: EnrolmentId }>('SELECT id FROM subscriptions.enrolment WHERE contract_id = $1', [contractId])).map((row) => row.id);
    const small = await company({ members: 2 });
    const others = [await company({ members: 40 }), await company(), await company()];
    const forTwo = await statementsFor({ enrolmentIds: await enrolmentsOf(small.contractId) });
    expect(await statementsFor({ enrolmentIds: await enrolmentsOf(others[0]!.contractId) })).toBe(forTwo);
    const forOne = await statementsFor({ companyIds: [small.companyId] });
    expect(await statementsFor({ companyIds: others.map((company) => company.companyId) })).toBe(forOne);
  });

  it('tells the world of every document, once', async () => {
    await company({ members: 2 });
    await bill();
    const events = await business.query<{ number: string }>(
      `SELECT payload->>'number' AS number FROM platform.outbox_event WHERE name = 'invoicing.invoice-finalised.v1' ORDER BY 1`,
    );
    expect(events.map((event) => event.number)).toEqual(['FT 2026A/1', 'FT 2026B/1', 'FT 2026B/2']);
  });

  it('is refused without an open series, for a far day, and to a viewer', async () => {
    await expect(start(newId(), localDate('2028-01-01'))).rejects.toEqual(expect.objectContaining({ code: 'BILL_THROUGH_TOO_FAR' }));
    const viewer = { ...ACTOR, role: 'viewer' as const };
    const asked = business.get(StartBillingRun).execute({ idempotencyKey: 'k', issuerId: business.issuerId, through: THROUGH }, viewer);
    await expect(asked).rejects.toEqual(expect.objectContaining({ code: 'FORBIDDEN' }));
    business.clock.advanceTo(startOfDay(LISBON, localDate('2027-01-01')));
    await expect(start()).rejects.toEqual(expect.objectContaining({ code: 'SERIES_NOT_OPEN' }));
  });

  it('cuts a chunk that keeps failing into payers with all whom they pay for, and members with all their enrolments', async () => {
    const run = business.get(BillingRun);
    const payer = await company({ members: 1 });
    const child = await company({ members: 2 });
    await business.database.transaction(async (tx) => tx.execute('UPDATE companies.company SET payer_id = $1 WHERE id = $2', [payer.companyId, child.companyId]));
    const alone = await company({ members: 1 });
    const planned = await business.database.transaction(async (tx) => run.plan(tx, await start()));
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
  const failing = async () => (await business.failingProofs()).map((failure) => failure.split(':')[0]!).filter((name) => ownProofs.includes(name));
  /** What only the owner of the tables can do, after taking the guards away. */
  const tamper = (sql: string) =>
    business.test.owner.transaction(async (tx) => {
      await tx.execute('ALTER TABLE invoicing.invoice DISABLE TRIGGER ALL');
      await tx.execute(sql);
      await tx.execute('ALTER TABLE invoicing.invoice ENABLE TRIGGER ALL');
    });

  beforeEach(async () => {
    await company({ members: 2 });
    await bill();
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
    expect((await business.failingProofs()).find((failure) => failure.startsWith('documents-posted-once'))).toContain('forged of');
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
