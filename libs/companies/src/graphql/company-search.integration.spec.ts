// A search among many companies reads indexes, never the whole table, and a constant number of them.
import { Reader } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { companiesPage } from './company.queries';

describe('a search among 20,000 companies', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, tax_id, currency, language, time_zone, payment_terms_days, email)
         SELECT uuidv7(), 'C-' || lpad(n::text, 6, '0'), (ARRAY['Müller', 'Ávila', 'Øst', '小龍', 'Nunes'])[1 + n % 5] || ' ' || md5(n::text) || ' Lda', 'PT',
                lpad(n::text, 9, '0'), 'EUR', 'pt', 'UTC', 30, 'contas@' || md5(n::text) || '.example'
           FROM generate_series(1, 20000) AS n`,
      );
      await tx.execute(
        `INSERT INTO companies.company_contact (id, company_id, name, email, roles) SELECT uuidv7(), id, 'Ana', 'ana+' || number || '@x.example', '{hr}' FROM companies.company`,
      );
      await tx.execute('ANALYZE companies.company, companies.company_contact');
    });
  }, 120_000);
  afterAll(() => test.drop());

  it.each(['avila c4ca4238', 'C-012345', '000012345', 'contas@c4ca4238a0b923820dcc509a6f75849b.example', 'ana+C-000007@x.example', 'ost c8', '小龍 ab'])(
    'for %s scans no table',
    async (search) => {
      const { plans, found } = await test.database.read(async (reader) => {
        const plans: string[] = [];
        const spied = new Proxy(reader, {
          get: (target, name) =>
            name !== 'query'
              ? Reflect.get(target, name)
              : async (sql: string, params: unknown[]) => {
                  const explained = await target.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${sql}`, params);
                  plans.push(explained.map((line) => line['QUERY PLAN']).join('\n'));
                  return target.query(sql, params);
                },
        }) as Reader;
        return { found: await companiesPage(spied, { filter: { search } }), plans };
      });
      expect(found.edges.length).toBeGreaterThan(0);
      const page = plans.find((plan) => plan.includes('company_search'))!;
      expect(page).not.toContain('Seq Scan');
      // The words, the tax id, the contacts' e-mail, and the rows by their key.
      expect(page.match(/Index (Only )?Scan/g)!.length).toBeLessThanOrEqual(4);
    },
  );
});
