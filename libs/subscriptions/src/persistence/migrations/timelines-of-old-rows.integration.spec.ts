// What stood in the tables before timelines: it becomes timelines that say the same, and comes back as it was.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { MigrationInterface } from 'typeorm';
import { subscriptionsPersistence } from '../../subscriptions.manifest';

const [ISSUER, COMPANY, MEMBER] = ['00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000c1'];
const id = (no: number) => `00000000-0000-7000-8000-${String(no).padStart(12, '0')}`;

describe('rows from before timelines', () => {
  let test: TestDatabase;
  const later = subscriptionsPersistence.migrations.slice(1).map((Migration) => new (Migration as new () => MigrationInterface)());
  const run = async (direction: 'up' | 'down') => {
    const runner = test.dataSource.createQueryRunner();
    for (const migration of direction === 'up' ? later : [...later].reverse()) await migration[direction](runner);
    // What migrating a real database ends with.
    await runner.query('GRANT SELECT ON ALL TABLES IN SCHEMA subscriptions TO countinghouse_app; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA subscriptions TO countinghouse_app');
    await runner.release();
  };
  const rows = (sql: string) => test.owner.query<Record<string, unknown>>(sql);
  const before = async () => ({
    plans: await rows('SELECT id, code, name, tax_category, created_at FROM subscriptions.plan ORDER BY id'),
    prices: await rows('SELECT id, plan_id, currency, amount_minor, tax_inclusive, effective_from, recorded_at FROM subscriptions.price ORDER BY id'),
    contracts: await rows(
      `SELECT id, number, issuer_id, company_id, currency, time_zone, starts_on, ends_on, anchor_day, cycle_months, enrolment_timing, created_at
         FROM subscriptions.contract ORDER BY id`,
    ),
    fees: await rows(
      `SELECT id, contract_id, kind, price_model, measure, timing, unit_price_minor, tax_inclusive, tax_category, starts_on, ends_on
         FROM subscriptions.fee_component ORDER BY id`,
    ),
    subsidies: await rows('SELECT contract_id, plan_id, effective_from, mode, amount_minor, percent, cap_minor FROM subscriptions.subsidy_rule ORDER BY 1, 2, 3'),
    changes: await rows('SELECT * FROM subscriptions.enrolment_change ORDER BY enrolment_id, seq'),
  });
  let written: Awaited<ReturnType<typeof before>>;

  beforeAll(async () => {
    test = await createTestDatabase();
    await run('down');
    await test.owner.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO platform.issuer (id, code, legal_name, country, tax_id, functional_currency, time_zone)
         VALUES ($1, 'PT', 'Countinghouse Lda', 'PT', '501964843', 'EUR', 'Europe/Lisbon')`,
        [ISSUER],
      );
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
         VALUES ($1, 'C-1', 'Acme', 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30)`,
        [COMPANY],
      );
      await tx.execute(`INSERT INTO companies.member (id, company_id, employee_id, name, eligible_from) VALUES ($1, $2, 'E1', 'A', '2026-01-01')`, [MEMBER, COMPANY]);
      await tx.execute(
        `INSERT INTO subscriptions.plan (id, code, name, tax_category)
         VALUES ('${id(1)}', 'BASIC', 'Basic', 'standard'), ('${id(2)}', 'GOLD', 'Gold', 'standard'), ('${id(3)}', 'BOOKS', 'Books', 'reduced')`,
      );
      await tx.execute(`INSERT INTO subscriptions.price (id, plan_id, currency, amount_minor, tax_inclusive, effective_from) VALUES ('${id(4)}', '${id(1)}', 'EUR', 1990, true, '2026-01-01')`);
      await tx.execute(
        `INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency, time_zone, starts_on, ends_on, anchor_day, cycle_months, enrolment_timing)
         VALUES ('${id(5)}', 'K-1', $1, $2, 'EUR', 'Europe/Lisbon', '2026-03-12', NULL, 1, 3, 'advance'),
                ('${id(6)}', 'K-2', $1, $2, 'EUR', 'America/Sao_Paulo', '2026-01-31', '2027-01-31', 31, 1, 'arrears')`,
        [ISSUER, COMPANY],
      );
      await tx.execute(
        `INSERT INTO subscriptions.fee_component (id, contract_id, kind, price_model, measure, timing, unit_price_minor, tax_inclusive, tax_category, starts_on, ends_on)
         VALUES ('${id(7)}', '${id(5)}', 'access-fee', 'perUnit', 'daily', 'advance', 500, false, 'standard', '2026-03-12', NULL),
                ('${id(8)}', '${id(6)}', 'access-fee', 'flat', 'daily', 'arrears', 9900, true, 'reduced', '2026-02-01', '2026-09-01')`,
      );
      await tx.execute(
        `INSERT INTO subscriptions.subsidy_rule VALUES ('${id(5)}', '${id(1)}', '2026-03-12', 'percent', NULL, 33.5, 800),
                ('${id(5)}', '${id(2)}', '2026-03-12', 'fixed', 500, NULL, NULL), ('${id(5)}', '${id(1)}', '2026-08-01', 'fixed', 700, NULL, NULL)`,
      );
      await tx.execute(`INSERT INTO subscriptions.enrolment (id, issuer_id, contract_id, member_id, plan_id) VALUES ('${id(9)}', $1, '${id(5)}', $2, '${id(1)}')`, [ISSUER, MEMBER]);
      await tx.execute(
        `INSERT INTO subscriptions.enrolment_change (enrolment_id, seq, effective_on, kind, plan_id, recorded_by, reason)
         VALUES ('${id(9)}', 1, '2026-03-12', 'start', '${id(1)}', 'ana', 'spec'), ('${id(9)}', 2, '2026-06-01', 'end', NULL, 'ana', 'spec')`,
      );
    });
    written = await before();
    await run('up');
  });
  afterAll(() => test.drop());

  it('become timelines of contracts that say of each day what the row had said', async () => {
    expect(await rows(`SELECT k.number, s.* FROM subscriptions.contract_state('2026-06-01') AS s JOIN subscriptions.contract k ON k.id = s.contract_id ORDER BY 1`)).toEqual([
      {
        number: 'K-1', contract_id: id(5), life: 'running', starts_on: '2026-03-12', ends_on: null, suspended: false, bills: true, anchor_day: 1,
        anchor_on: '2026-03-12', cycle_months: 3, time_zone: 'Europe/Lisbon', term_ends_on: null,
      },
      {
        number: 'K-2', contract_id: id(6), life: 'running', starts_on: '2026-01-31', ends_on: '2027-01-31', suspended: false, bills: true, anchor_day: 31,
        anchor_on: '2026-01-31', cycle_months: 1, time_zone: 'America/Sao_Paulo', term_ends_on: '2027-01-31',
      },
    ]);
  });

  it('become terms of components, subsidies in the order of their days, and plans as tiers of a product for each tax category', async () => {
    expect(await rows('SELECT component_id, seq, effective_on, kind, price_model, interval_months, unit_price_minor FROM subscriptions.fee_change ORDER BY 1, 2')).toEqual([
      { component_id: id(7), seq: 1, effective_on: '2026-03-12', kind: 'terms', price_model: 'perUnit', interval_months: 1, unit_price_minor: 500n },
      { component_id: id(8), seq: 1, effective_on: '2026-02-01', kind: 'terms', price_model: 'flat', interval_months: 1, unit_price_minor: 9900n },
      { component_id: id(8), seq: 2, effective_on: '2026-09-01', kind: 'end', price_model: null, interval_months: null, unit_price_minor: null },
    ]);
    expect(await rows('SELECT seq, plan_id, effective_from FROM subscriptions.subsidy_rule ORDER BY seq')).toEqual([
      { seq: 1, plan_id: id(1), effective_from: '2026-03-12' },
      { seq: 2, plan_id: id(2), effective_from: '2026-03-12' },
      { seq: 3, plan_id: id(1), effective_from: '2026-08-01' },
    ]);
    expect(
      await rows(
        `SELECT p.code, p.tier, o.code AS product, t.tax_category FROM subscriptions.plan p JOIN subscriptions.product o ON o.id = p.product_id
           JOIN subscriptions.product_tax t ON t.product_id = o.id ORDER BY 3, 2`,
      ),
    ).toEqual([
      { code: 'BOOKS', tier: 1, product: 'PLANS-REDUCED', tax_category: 'reduced' },
      { code: 'BASIC', tier: 1, product: 'PLANS-STANDARD', tax_category: 'standard' },
      { code: 'GOLD', tier: 2, product: 'PLANS-STANDARD', tax_category: 'standard' },
    ]);
  });

  it('come back as they were when the migrations are taken back', async () => {
    await run('down');
    expect(await before()).toEqual(written);
    await run('up');
  });
});
