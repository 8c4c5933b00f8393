// What the database itself refuses, whoever asks; and what it lets pass.
import { currency, isDomainError, IssuerId, InvoiceId, localDate, RunId, CompanyId, LocalDate } from '@countinghouse/kernel';
import { Audit, newId, Outbox, systemActor, Tx, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { assemble } from '../domain/assemble';
import { OpenSeries } from '../use-cases/open-series';
import { Allocate } from '../use-cases/allocate';
import { Invoicing1780400000001 } from './migrations/1780400000001-invoicing';
import { OverdueInvoices1780400000041 } from './migrations/1780400000041-overdue-invoices';
import { Previews1780400000042 } from './migrations/1780400000042-previews';
import { FinalInvoice, insertInvoices, takeNumbers } from './invoice.queries';

const today = localDate('2026-11-02');
const issuerId = newId<IssuerId>();
const companyId = newId<CompanyId>();
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  await test.database.transaction(async (tx) => {
    await tx.execute(
      `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
       VALUES ($1, 'PT01', 'Bem-Estar Lda', 'PT', '503504564', 'EUR', 'Europe/Lisbon')`,
      [issuerId],
    );
    await insertCompany(tx, companyId);
  });
  await openSeries(2026);
});
afterAll(() => test.drop());

async function insertCompany(tx: Tx, id: CompanyId) {
  await tx.execute(
    `INSERT INTO companies.company (id, number, legal_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days, status)
     VALUES ($1, 'C-000001', 'Fábrica SA', 'PT', '500100144', 'valid', 'EUR', 'pt', 'Europe/Lisbon', 30, 'active')`,
    [id],
  );
}

function openSeries(year: number) {
  return new OpenSeries(test.database, new Audit()).execute(
    { issuerId, documentType: 'invoice', stream: 'company', year },
    systemActor('spec'),
  );
}

/** Issues so many invoices of 1.23 each, as a billing chunk does; `bend` spoils them. */
async function issue(tx: Tx, count: number, on: LocalDate = today, bend: (invoice: FinalInvoice, index: number) => FinalInvoice = (invoice) => invoice) {
  const numbers = (await takeNumbers(tx, { issuerId, documentType: 'invoice', stream: 'company' }, count, on))!;
  const invoices = Array.from({ length: count }, (_, index): FinalInvoice => {
    const sequence = numbers.first + BigInt(index);
    return {
      id: newId<InvoiceId>(),
      issuerId,
      payerType: 'company',
      payerId: companyId,
      companyId,
      currency: currency('EUR'),
      ...numbers,
      sequence,
      number: `${numbers.prefix}${sequence}`,
      dueOn: numbers.issuedOn,
      buyer: { name: 'Fábrica SA' },
      runId: newId<RunId>(),
      assembled: anAssembledInvoice(),
    };
  });
  await insertInvoices(tx, invoices.map(bend));
  return invoices;
}

function anAssembledInvoice(): FinalInvoice['assembled'] {
  const servicePeriod = { start: localDate('2026-10-01'), end: localDate('2026-11-01') };
  const line = { description: 'Access fee', quantity: '1', unitPriceMinor: 50n, listedMinor: 50n, taxInclusive: false, product: 'standard' as const };
  const lines = [1, 2].map(() => ({ ...line, servicePeriod, contractId: newId(), companyId, chargeCount: 1 }));
  return assemble({ issuerCountry: 'PT', buyer: { kind: 'member' }, issuedOn: today, lines });
}

/** The rule by which the database refused the work; fails if it did not. */
async function refusal(work: (tx: Tx) => Promise<unknown>): Promise<string> {
  try {
    await test.owner.transaction(work);
  } catch (error) {
    return violatedConstraint(error) ?? (error as Error).message;
  }
  throw new Error('nothing was refused');
}

/** The invoice at another place of its series. */
const at = (invoice: FinalInvoice, sequence: bigint) => ({ sequence, number: `${invoice.number.split('/')[0]}/${sequence}` });

const count = async (table: string) => (await test.database.query<{ n: bigint }>(`SELECT count(*) AS n FROM invoicing.${table}`))[0]!.n;

describe('a finalised invoice', () => {
  let invoice: FinalInvoice;
  beforeAll(async () => {
    [invoice] = (await test.database.transaction((tx) => issue(tx, 1))) as [FinalInvoice];
  });
  const update = (set: string) => (tx: Tx) => tx.execute(`UPDATE invoicing.invoice SET ${set} WHERE id = $1`, [invoice.id]);

  it.each([
    'number = number || $$x$$', 'sequence = sequence + 1', 'gross_minor = gross_minor + 1, tax_minor = tax_minor + 1', 'due_on = due_on + 1',
    `buyer = '{}'`, 'payer_id = gen_random_uuid()', `currency = 'USD'`, 'line_count = 3', `issued_on = issued_on - 1`, 'finalised_at = now()',
    'company_id = gen_random_uuid()', 'run_id = NULL', 'id = gen_random_uuid()',
  ])('refuses %s', async (set) => {
    expect(await refusal(update(set))).toBe('invoice_finalised_is_immutable');
  });

  it('refuses to become a draft again', async () => {
    expect(await refusal(update(`state = 'draft'`))).toBe('invoice_state_moves_forward');
  });

  it('refuses to be paid while something is open', async () => {
    expect(await refusal(update(`state = 'paid', paid_at = now()`))).toBe('invoice_paid_iff_nothing_open');
  });

  it('refuses another open amount than gross less allocations', async () => {
    expect(await refusal(update('open_minor = open_minor - 1'))).toBe('invoice_open_is_gross_less_allocations');
    expect(await refusal(update('open_minor = open_minor + 1'))).toBe('invoice_open_is_within_gross');
    expect(await refusal(update('open_minor = -1'))).toBe('invoice_open_is_within_gross');
  });

  it.each(['invoice', 'invoice_line', 'invoice_tax', 'allocation', 'series'])('refuses to delete or truncate %s', async (table) => {
    expect(await refusal((tx) => tx.execute(`DELETE FROM invoicing.${table}`))).toMatch('append-only');
    expect(await refusal((tx) => tx.execute(`TRUNCATE invoicing.${table} CASCADE`))).toMatch('append-only');
  });

  it('refuses to change its lines, taxes or allocations', async () => {
    expect(await refusal((tx) => tx.execute('UPDATE invoicing.invoice_line SET description = $1', ['x']))).toMatch('append-only');
    expect(await refusal((tx) => tx.execute('UPDATE invoicing.invoice_tax SET tax_minor = 0'))).toMatch('append-only');
    expect(await refusal((tx) => tx.execute('UPDATE invoicing.allocation SET amount_minor = 1'))).toMatch('append-only');
  });

  it('refuses more lines and taxes, even such as add up to nothing', async () => {
    const line = (lineNo: number, net: number) => (tx: Tx) =>
      tx.execute(
        `INSERT INTO invoicing.invoice_line SELECT invoice_id, $2, description, contract_id, company_id, quantity, unit_price_minor,
           listed_minor, tax_inclusive, $3, tax_category, tax_rate, service_start, service_end, charge_count
           FROM invoicing.invoice_line WHERE invoice_id = $1 AND line_no = 1`,
        [invoice.id, lineNo, net],
      );
    expect(await refusal(line(3, 0))).toBe('invoice_line_comes_with_its_invoice');
    const tax = `INSERT INTO invoicing.invoice_tax VALUES ($1, 'E', 0, 0, 0, NULL, 'exempt')`;
    expect(await refusal((tx) => tx.execute(tax, [invoice.id]))).toBe('invoice_tax_comes_with_its_invoice');
  });

  it('refuses all of that under the replica role too', async () => {
    const asReplica = (work: (tx: Tx) => Promise<unknown>) => async (tx: Tx) => {
      await tx.execute(`SET LOCAL session_replication_role = replica`);
      await work(tx);
    };
    expect(await refusal(asReplica(update('due_on = due_on + 1')))).toBe('invoice_finalised_is_immutable');
    expect(await refusal(asReplica((tx) => tx.execute('DELETE FROM invoicing.invoice')))).toMatch('append-only');
    const withHole = (each: FinalInvoice, index: number) => (index === 1 ? { ...each, ...at(each, each.sequence + 5n) } : each);
    expect(await refusal(asReplica((tx) => issue(tx, 2, today, withHole)))).toBe('series_without_gap');
  });
});

describe('an invoice is refused', () => {
  const bent = (change: (invoice: FinalInvoice) => Partial<FinalInvoice>, of = 3) =>
    refusal((tx) => issue(tx, of, today, (invoice, index) => (index === 1 ? { ...invoice, ...change(invoice) } : invoice)));

  it('with a hole in its batch', async () => {
    expect(await bent((invoice) => at(invoice, invoice.sequence + 7n))).toBe('series_without_gap');
  });

  it('with a number that is taken', async () => {
    expect(await bent((invoice) => at(invoice, invoice.sequence - 1n))).toMatch(/invoice_sequence_is_used_once|invoice_number_is_unique/);
  });

  it('with another number than its series and sequence make', async () => {
    expect(await bent((invoice) => ({ number: `${invoice.number}0` }))).toBe('invoice_number_is_of_its_series');
  });

  it('of a series that does not exist', async () => {
    expect(await bent(() => ({ seriesId: newId() }))).toBe('invoice_number_is_of_its_series');
  });

  it('dated before the one before it', async () => {
    const dated = (issuedOn: LocalDate) => ({ issuedOn, dueOn: issuedOn });
    expect(await bent(() => dated(localDate('2026-11-01')))).toBe('series_dates_never_go_back');
    expect(await bent(() => dated(localDate('2026-11-03')))).toBe('series_dates_never_go_back');
  });

  it('when the series has not given out its number', async () => {
    const unnumbered = refusal(async (tx) => {
      const [invoice] = await issue(tx, 1);
      await insertInvoices(tx, [{ ...invoice!, ...at(invoice!, invoice!.sequence + 1n), id: newId<InvoiceId>() }]);
    });
    expect(await unnumbered).toBe('series_without_gap');
  });

  it('of a company that does not exist', async () => {
    expect(await bent(() => ({ companyId: newId<CompanyId>() }))).toBe('invoice_company_exists');
  });

  it('whose lines do not make its net, or its taxes their bases', async () => {
    const { assembled } = (await test.database.transaction((tx) => issue(tx, 1)))[0]!;
    const lines = assembled.lines.map((line) => ({ ...line, netMinor: line.netMinor + 1n }));
    expect(await bent(() => ({ assembled: { ...assembled, lines } }))).toBe('invoice_lines_and_taxes_add_up');
    const taxes = assembled.taxes.map((group) => ({ ...group, taxMinor: group.taxMinor + 1n }));
    expect(await bent(() => ({ assembled: { ...assembled, taxes } }))).toBe('invoice_lines_and_taxes_add_up');
    expect(await bent(() => ({ assembled: { ...assembled, grossMinor: assembled.grossMinor + 1n } }))).toBe('invoice_gross_is_net_plus_tax');
  });

  it('that is finalised without a number, or a draft with one', async () => {
    const insert = (state: string, number: string | null) => (tx: Tx) =>
      tx.execute(
        `INSERT INTO invoicing.invoice (id, issuer_id, document_type, stream, payer_type, payer_id, company_id, currency, state, number,
           net_minor, tax_minor, gross_minor, open_minor, line_count, tax_count, buyer)
         VALUES (gen_random_uuid(), $1, 'invoice', 'company', 'company', $2, $2, 'EUR', $3, $4, 1, 0, 1, 1, 1, 1, '{}')`,
        [issuerId, companyId, state, number],
      );
    expect(await refusal(insert('finalised', null))).toBe('invoice_number_present_iff_not_draft');
    expect(await refusal(insert('draft', 'FT 2026A/9999'))).toBe('invoice_number_present_iff_not_draft');
  });

  it('as lines without an invoice', async () => {
    const orphan = `INSERT INTO invoicing.invoice_tax VALUES (gen_random_uuid(), 'S', 23, 100, 23, NULL, NULL)`;
    expect(await refusal((tx) => tx.execute(orphan))).toBe('invoice_tax_comes_with_its_invoice');
  });
});

describe('a draft', () => {
  it('is finalised by an update, and then must be whole and carry on its series', async () => {
    const id = newId<InvoiceId>();
    await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO invoicing.invoice (id, issuer_id, document_type, stream, payer_type, payer_id, company_id, currency, state,
           net_minor, tax_minor, gross_minor, open_minor, line_count, tax_count, buyer)
         VALUES ($3, $1, 'invoice', 'company', 'company', $2, $2, 'EUR', 'draft', 100, 23, 123, 123, 1, 1, '{}')`,
        [issuerId, companyId, id],
      );
      await tx.execute(`INSERT INTO invoicing.invoice_tax VALUES ($1, 'S', 23, 100, 23, NULL, NULL)`, [id]);
    });
    const finalise = async (tx: Tx) => {
      const { seriesId, prefix, first, issuedOn } = (await takeNumbers(tx, { issuerId, documentType: 'invoice', stream: 'company' }, 1, today))!;
      await tx.execute(
        `UPDATE invoicing.invoice SET state = 'finalised', series_id = $2, sequence = $3, number = $4, issued_on = $5, due_on = $5, finalised_at = now()
          WHERE id = $1`,
        [id, seriesId, first, `${prefix}${first}`, issuedOn],
      );
    };
    expect(await refusal(finalise)).toBe('invoice_lines_and_taxes_add_up');
    await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO invoicing.invoice_line VALUES ($1, 1, 'Fee', gen_random_uuid(), $2, 1, 100, 100, false, 100, 'S', 23, '2026-10-01', '2026-11-01', 1)`,
        [id, companyId],
      );
      await finalise(tx);
    });
  });
});

describe('a series', () => {
  it('refuses to commit when a number it gave out is not used', async () => {
    const unused = refusal((tx) => takeNumbers(tx, { issuerId, documentType: 'invoice', stream: 'company' }, 1, today));
    expect(await unused).toBe('series_without_gap');
  });

  it('refuses to count or date back, or to become another', async () => {
    for (const set of ['next_number = next_number - 1', `last_issued_on = '2026-01-01'`, `prefix = 'FT 2026Z/'`, 'year = 2027']) {
      expect(await refusal((tx) => tx.execute(`UPDATE invoicing.series SET ${set}`))).toBe('series_only_counts_on');
    }
  });

  it('refuses to start anywhere but at one', async () => {
    const insert = `INSERT INTO invoicing.series (id, issuer_id, document_type, stream, year, prefix, next_number, last_issued_on)
      VALUES (gen_random_uuid(), $1, 'invoice', 'member', 2031, 'FT 2031B/', 5, '2031-01-01')`;
    expect(await refusal((tx) => tx.execute(insert, [issuerId]))).toBe('series_without_gap');
  });

  it('is opened once per issuer, type, stream and year', async () => {
    const [one, two] = await Promise.all([openSeries(2027), openSeries(2027)]);
    expect(one).toEqual(two);
    expect(one.prefix).toBe('FT 2027A/');
  });

  it('dates a document with its own last day when asked for an earlier one', async () => {
    const [invoice] = await test.database.transaction((tx) => issue(tx, 1, localDate('2026-10-30')));
    expect(invoice!.issuedOn).toBe(today);
  });

  it('gets its numbers back when the connection that took them dies', async () => {
    const next = async () => (await test.database.query<{ n: bigint }>('SELECT next_number AS n FROM invoicing.series WHERE year = 2026'))[0]!.n;
    const before = await next();
    const dying = test.database.transaction(async (tx) => {
      await issue(tx, 2);
      const { pid } = await tx.one<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await test.database.transaction((other) => other.query('SELECT pg_terminate_backend($1)', [pid]));
    });
    await expect(dying).rejects.toThrow();
    expect(await next()).toBe(before);
    const [invoice] = await test.database.transaction((tx) => issue(tx, 1));
    expect(invoice!.sequence).toBe(before);
  });

  it('has no gap and no duplicate after forty transactions at once, half of them rolled back', async () => {
    const before = await count('invoice');
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        test.database
          .transaction(async (tx) => {
            await issue(tx, 3);
            if (index % 2 === 1) throw new Error('changed my mind');
          })
          .catch((error: Error) => expect(error.message).toBe('changed my mind')),
      ),
    );
    const [used] = await test.database.query<{ n: bigint; last: bigint; next: bigint }>(
      `SELECT count(*) AS n, max(i.sequence) AS last, max(s.next_number) AS next
         FROM invoicing.invoice i JOIN invoicing.series s ON s.id = i.series_id WHERE s.year = 2026`,
    );
    expect(used!.n).toBe(used!.last);
    expect(used!.next).toBe(used!.last + 1n);
    expect(await count('invoice')).toBe(before + 60n);
  });
});

describe('an allocation', () => {
  const allocate = new Allocate(new Outbox());
  const from = (invoice: FinalInvoice, amountMinor: bigint, sourceId: string = newId()) => ({
    invoiceId: invoice.id, sourceType: 'payment', sourceId, amountMinor, on: today,
  });
  const stateOf = async (invoice: FinalInvoice) =>
    (await test.database.query<{ state: string; open: bigint }>('SELECT state, open_minor AS open FROM invoicing.invoice WHERE id = $1', [invoice.id]))[0];
  const issueOne = async () => (await test.database.transaction((tx) => issue(tx, 1)))[0]!;

  it('is taken from what is open, and pays the invoice when nothing is left', async () => {
    const invoice = await issueOne();
    await test.database.transaction((tx) => allocate.execute(tx, [from(invoice, 100n)]));
    expect(await stateOf(invoice)).toEqual({ state: 'finalised', open: 23n });
    await test.database.transaction((tx) => allocate.execute(tx, [from(invoice, 20n), from(invoice, 3n)]));
    expect(await stateOf(invoice)).toEqual({ state: 'paid', open: 0n });
  });

  it('is refused above what is open, however it is cut', async () => {
    const invoice = await issueOne();
    const above = expect.objectContaining({ code: 'ALLOCATION_ABOVE_OPEN' });
    await expect(test.database.transaction((tx) => allocate.execute(tx, [from(invoice, 124n)]))).rejects.toEqual(above);
    await expect(test.database.transaction((tx) => allocate.execute(tx, [from(invoice, 100n), from(invoice, 24n)]))).rejects.toEqual(above);
    expect(await stateOf(invoice)).toEqual({ state: 'finalised', open: 123n });
  });

  it('has no second effect when it comes again from the same source', async () => {
    const invoice = await issueOne();
    const once = from(invoice, 123n);
    await test.database.transaction((tx) => allocate.execute(tx, [once, once]));
    await test.database.transaction((tx) => allocate.execute(tx, [once]));
    expect(await stateOf(invoice)).toEqual({ state: 'paid', open: 0n });
    const another = test.database.transaction((tx) => allocate.execute(tx, [{ ...once, amountMinor: 1n }]));
    await expect(another).rejects.toEqual(expect.objectContaining({ code: 'ALLOCATION_SOURCE_REUSED' }));
  });

  it('is refused for nothing, less than nothing, and an invoice that is not there', async () => {
    const invoice = await issueOne();
    for (const [wanted, code] of [
      [from(invoice, 0n), 'ALLOCATION_NOT_POSITIVE'],
      [from(invoice, -1n), 'ALLOCATION_NOT_POSITIVE'],
      [from({ ...invoice, id: newId<InvoiceId>() }, 1n), 'INVOICE_NOT_FOUND'],
    ] as const) {
      await expect(test.database.transaction((tx) => allocate.execute(tx, [wanted]))).rejects.toEqual(expect.objectContaining({ code }));
    }
  });

  it('never takes more than the gross when ten race for it', async () => {
    const invoice = await issueOne();
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () =>
        test.database.transaction((tx) => allocate.execute(tx, [from(invoice, 41n)])).then(
          () => 'taken',
          (error: Error) => (isDomainError(error) ? error.code : error.message),
        ),
      ),
    );
    expect(outcomes.sort()).toEqual([...Array<string>(7).fill('ALLOCATION_ABOVE_OPEN'), ...Array<string>(3).fill('taken')]);
    expect(await stateOf(invoice)).toEqual({ state: 'paid', open: 0n });
  });

  it('is refused by the database when the open amount stays', async () => {
    const invoice = await issueOne();
    const insert = `INSERT INTO invoicing.allocation VALUES (gen_random_uuid(), $1, 'payment', gen_random_uuid(), 1, '2026-11-02')`;
    expect(await refusal((tx) => tx.execute(insert, [invoice.id]))).toBe('invoice_open_is_gross_less_allocations');
    expect(await refusal((tx) => tx.execute(insert, [newId()]))).toBe('invoice_open_is_gross_less_allocations');
  });
});

describe('the migration', () => {
  it('comes, goes and comes again without a difference', async () => {
    const own = await createTestDatabase();
    try {
      const before = await shapeOf(own);
      const runner = own.dataSource.createQueryRunner();
      const migrations = [new Invoicing1780400000001(), new OverdueInvoices1780400000041(), new Previews1780400000042()];
      for (const migration of migrations.toReversed()) await migration.down(runner);
      expect((await shapeOf(own)).length).toBe(0);
      for (const migration of migrations) await migration.up(runner);
      await runner.release();
      expect(await shapeOf(own)).toEqual(before);
    } finally {
      await own.drop();
    }
  });

  /** Every table, column, constraint, index, trigger and function of the schema, as PostgreSQL writes them. */
  async function shapeOf(database: TestDatabase): Promise<{ thing: string }[]> {
    return database.owner.query<{ thing: string }>(`
      SELECT thing FROM (
        SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS thing
          FROM information_schema.columns WHERE table_schema = 'invoicing'
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = to_regnamespace('invoicing')
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'invoicing'
        UNION ALL SELECT pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
          WHERE c.relnamespace = to_regnamespace('invoicing') AND NOT t.tgisinternal
        UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = to_regnamespace('invoicing')
      ) AS shape ORDER BY thing COLLATE "C"`);
  }
});
