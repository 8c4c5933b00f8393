// What the database itself refuses of companies, members and headcount.
import { CompanyId, DateRange, localDate } from '@countinghouse/kernel';
import { newId, violatedConstraint } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Companies } from '../companies.facade';

describe('the database of companies', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const execute = (sql: string, params: unknown[] = []) => test.owner.transaction((tx) => tx.execute(sql, params));
  const refusedBy = async (sql: string, params: unknown[] = []) =>
    execute(sql, params).then(
      () => 'nothing',
      (error: Error) => violatedConstraint(error) ?? error.message,
    );
  const company = async (number: string, columns: Record<string, unknown> = {}): Promise<CompanyId> => {
    const row = { id: newId<CompanyId>(), number, legal_name: 'Acme', country: 'PT', currency: 'EUR', language: 'pt', time_zone: 'UTC', payment_terms_days: 30, ...columns };
    const names = Object.keys(row);
    await execute(`INSERT INTO companies.company (${names.join()}) VALUES (${names.map((_, i) => `$${i + 1}`).join()})`, Object.values(row));
    return row.id;
  };
  const member = (companyId: string, employeeId: string, rest = `'Ana', 'eligible', '2026-01-01', NULL`) =>
    `INSERT INTO companies.member (id, company_id, employee_id, name, status, eligible_from, left_on)
     VALUES (uuidv7(), '${companyId}', '${employeeId}', ${rest})`;

  it.each([
    ['company_number_is_unique', { number: 'U-0' }],
    ['company_has_a_number', { number: '' }],
    ['company_has_a_legal_name', { legal_name: '' }],
    ['company_country_is_a_code', { country: 'pt' }],
    ['company_currency_is_a_code', { currency: 'eu' }],
    ['company_payment_terms_are_0_to_365_days', { payment_terms_days: -1 }],
    ['company_vat_status_is_known', { vat_status: 'perhaps', tax_id: '501964843' }],
    ['company_vat_check_has_a_number', { vat_status: 'valid' }],
    ['company_status_is_known', { status: 'gone' }],
    ['company_parent_exists', { parent_id: newId() }],
    ['company_payer_exists', { payer_id: newId() }],
  ])('refuses a company by %s', async (rule, columns) => {
    await company('U-0').catch(() => undefined);
    const error = await company(`U-${rule}`, columns).catch((thrown: unknown) => thrown);
    expect(violatedConstraint(error)).toBe(rule);
  });

  it('refuses a company above itself, at any distance', async () => {
    const top = await company('H-1');
    const middle = await company('H-2', { parent_id: top });
    const bottom = await company('H-3', { parent_id: middle });
    expect(await refusedBy('UPDATE companies.company SET parent_id = id WHERE id = $1', [top])).toBe('company_is_not_its_own_parent');
    expect(await refusedBy('UPDATE companies.company SET payer_id = id WHERE id = $1', [top])).toBe('company_is_not_its_own_payer');
    expect(await refusedBy('UPDATE companies.company SET parent_id = $2 WHERE id = $1', [top, bottom])).toBe('company_move_makes_no_circle');
    expect(await refusedBy('UPDATE companies.company SET parent_id = $2 WHERE id = $1', [bottom, top])).toBe('nothing');
  });

  it('refuses a circle that two changes at once would close', async () => {
    const [a, b] = [await company('H-4'), await company('H-5')];
    const under = (child: CompanyId, parent: CompanyId) => refusedBy('UPDATE companies.company SET parent_id = $2 WHERE id = $1', [child, parent]);
    const answers = await Promise.all([under(a, b), under(b, a)]);
    expect(answers.sort()).toEqual(['company_move_makes_no_circle', 'nothing']);
  });

  it('dates what is changed past the use cases by the day that it is for the company', async () => {
    // A day and an hour lie between the two, so that it is never the same day for both.
    const [first, last, payer] = [await company('Z-1', { time_zone: 'Pacific/Kiritimati' }), await company('Z-2', { time_zone: 'Pacific/Pago_Pago' }), await company('Z-3')];
    await execute(`UPDATE companies.company SET payer_id = $1, city = 'Avarua' WHERE id = ANY ($2)`, [payer, [first, last]]);
    const dates = await test.database.query<{ moved: string; changed: string }>(
      `SELECT m.effective_on AS moved, c.valid_from AS changed FROM companies.company c JOIN companies.company_move m ON m.company_id = c.id WHERE c.id = ANY ($1) ORDER BY c.number`,
      [[first, last]],
    );
    expect(dates[0]!.moved > dates[1]!.moved && dates[0]!.changed > dates[1]!.changed).toBe(true);
  });

  it('guards thousands of companies that change in one statement as fast as it guards them alone', async () => {
    await execute(
      `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
       SELECT uuidv7(), 'G-' || n, 'Guarded', 'PT', 'EUR', 'pt', 'UTC', 30 FROM generate_series(0, 5000) AS n`,
    );
    await test.owner.transaction(async (tx) => {
      // A loop within a loop over 5,000 rows takes half a minute, and would be the plan that one row makes.
      await tx.execute(`SET LOCAL statement_timeout = '15s'`);
      const change = (which: string) =>
        tx.execute(`UPDATE companies.company SET city = 'Porto', payer_id = (SELECT id FROM companies.company WHERE number = 'G-0') WHERE number LIKE 'G-%' AND number ${which}`);
      expect(await change(`= 'G-1'`)).toBe(1);
      expect(await change(`> 'G-1'`)).toBe(4_999);
    });
    expect(
      await test.database.query(
        `SELECT count(*)::int AS moved, bool_and(c.version = 2) AS versioned FROM companies.company_move m JOIN companies.company c ON c.id = m.company_id WHERE c.number LIKE 'G-%'`,
      ),
    ).toEqual([{ moved: 5_000, versioned: true }]);
  });

  it('tells of thousands who leave in one statement as fast as of one', async () => {
    const acme = await company('Q-1');
    await execute(
      `INSERT INTO companies.member (id, company_id, employee_id, name, status, eligible_from)
       SELECT uuidv7(), $1, n::text, 'Ana', 'eligible', '2026-01-01' FROM generate_series(1, 10000) AS n`,
      [acme],
    );
    await test.owner.transaction(async (tx) => {
      await tx.execute(`SET LOCAL statement_timeout = '15s'`);
      const leave = (which: string) => tx.execute(`UPDATE companies.member SET left_on = '2026-05-01', status = 'left' WHERE company_id = $1 AND employee_id ${which}`, [acme]);
      expect(await leave(`= '1'`)).toBe(1);
      expect(await leave(`<> '1'`)).toBe(9_999);
    });
    expect(
      await test.database.query(
        `SELECT count(*)::int AS events, sum(jsonb_array_length(payload -> 'members'))::int AS members FROM platform.outbox_event WHERE name = 'companies.members-left.v1'`,
      ),
    ).toEqual([{ events: 11, members: 10_000 }]);
  });

  it('refuses to remove a company', async () => {
    expect(await refusedBy('DELETE FROM companies.company')).toContain('never removed');
    expect(await refusedBy('TRUNCATE companies.company CASCADE')).toContain('never removed');
  });

  it('refuses members by their rules', async () => {
    const acme = await company('M-1');
    const other = await company('M-2');
    await execute(member(acme, '1'));
    expect(await refusedBy(member(acme, '1'))).toBe('member_employee_id_is_unique_in_its_company');
    expect(await refusedBy(member(other, '1'))).toBe('nothing');
    expect(await refusedBy(member(acme, ''))).toBe('member_has_an_employee_id');
    expect(await refusedBy(member(acme, '2', `'', 'eligible', '2026-01-01', NULL`))).toBe('member_has_a_name');
    expect(await refusedBy(member(acme, '2', `'Bo', 'gone', '2026-01-01', NULL`))).toBe('member_status_is_known');
    expect(await refusedBy(member(acme, '2', `'Bo', 'left', '2026-01-01', '2026-01-01'`))).toBe('member_leaves_after_becoming_eligible');
    expect(await refusedBy(member(acme, '2', `'Bo', 'left', '2026-01-01', NULL`))).toBe('member_that_leaves_has_a_day');
    expect(await refusedBy(member(acme, '2', `'Bo', 'enrolled', '2026-01-01', '2026-02-01'`))).toBe('member_that_leaves_has_a_day');
    expect(await refusedBy(member(newId(), '2'))).toBe('member_company_exists');
    expect(await refusedBy('UPDATE companies.member SET company_id = $1 WHERE company_id = $2', [other, acme])).toBe('member_stays_in_its_company');
  });

  it('refuses headcount of an unknown company or measure, of nobody, and any change to the log', async () => {
    const acme = await company('L-1');
    const change = (companyId: string, measure: string, n: number) =>
      `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
       VALUES ('${companyId}', '${measure}', '2026-01-01', ${n}, 'run', uuidv7())`;
    await execute(change(acme, 'eligible', 1));
    expect(await refusedBy(change(newId(), 'eligible', 1))).toBe('headcount_change_company_exists');
    expect(await refusedBy(change(acme, 'shoes', 1))).toBe('headcount_change_measure_is_known');
    expect(await refusedBy(change(acme, 'eligible', 0))).toBe('headcount_change_changes_something');
    for (const sql of ['UPDATE companies.headcount_change SET change = 2', 'DELETE FROM companies.headcount_change', 'TRUNCATE companies.headcount_change']) {
      expect(await refusedBy(sql)).toContain('append-only');
    }
  });

  it('gives the headcount of 10,000 companies in one statement', async () => {
    const ids = Array.from({ length: 10_000 }, () => newId<CompanyId>());
    await execute(
      `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
       SELECT id, 'Q-' || id, 'Q', 'PT', 'EUR', 'pt', 'UTC', 30 FROM unnest($1::uuid[]) AS id`,
      [ids],
    );
    await execute(
      `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
       SELECT id, 'eligible', d.day, d.change, 'run', uuidv7()
         FROM unnest($1::uuid[]) AS id, (VALUES ('2025-06-01'::date, 90), ('2026-01-01', 10), ('2026-01-11', 20), ('2026-01-21', -30), ('2026-02-01', 5)) AS d(day, change)`,
      [ids.slice(1)],
    );
    const january: DateRange = { start: localDate('2026-01-01'), end: localDate('2026-02-01') };
    const { stretches, statements } = await test.database.read(async (reader) => {
      const asked = jest.spyOn(reader, 'query');
      return { stretches: await new Companies().headcountStretches(reader, ids, january), statements: asked.mock.calls.length };
    });
    expect(statements).toBe(1);
    expect(stretches.size).toBe(10_000);
    expect(stretches.get(ids[0]!)).toEqual([{ ...january, count: 0 }]);
    expect(stretches.get(ids[9_999]!)).toEqual([
      { start: '2026-01-01', end: '2026-01-11', count: 100 },
      { start: '2026-01-11', end: '2026-01-21', count: 120 },
      { start: '2026-01-21', end: '2026-02-01', count: 90 },
    ]);
  });

  it('finds the headcount of 10,000 companies by index whatever else the log holds', async () => {
    await execute(
      `INSERT INTO companies.headcount_change (company_id, measure, effective_on, change, source_type, source_id)
       SELECT c.id, 'enrolled', '2016-01-01'::date + 700 * n, 1, 'run', uuidv7() FROM companies.company c, generate_series(1, 5) AS n WHERE c.number LIKE 'Q-%'`,
    );
    await test.dataSource.query('VACUUM ANALYZE companies.headcount_change');
    const ids = (await test.database.query<{ id: CompanyId }>(`SELECT id FROM companies.company WHERE number LIKE 'Q-%'`)).map(({ id }) => id);
    const plan = await test.database.read(async (reader) => {
      const asked = jest.spyOn(reader, 'query');
      await new Companies().headcountStretches(reader, ids, { start: localDate('2026-01-01'), end: localDate('2026-02-01') });
      const [sql, params] = asked.mock.calls[0]!;
      return (await reader.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, params)).map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index Only Scan using headcount_change_of_company/);
    expect(plan).not.toMatch(/Seq Scan on headcount_change/);
  });
});
