// Searching people: the pages that a search reads among many, against the same search among a tenth of them.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Database, Reader } from '@countinghouse/platform';
import { Bench, Clone, withApp } from './harness';

/** An address, an employee id, a whole name, and the beginning of one. */
const LOOKED_FOR = ['person4242@example.com', 'e4242', 'zacarias 4242', 'gonz'];
const FIRST_NAMES = ['Ana', 'João', 'Çağla', 'Maria', 'Zacarias', 'Eva', 'Bo', 'Inês', 'Søren', 'Łukasz'];
const LAST_NAMES = ['Silva', 'Müller', 'González', 'Nowak', 'Rossi', 'Smith', 'Ávila', 'Ionescu'];

export async function measure(bench: Bench): Promise<void> {
  const people = bench.sized(100_000, 1_000_000);
  const many = await bench.onClone((clone) => pagesRead(clone, people));
  const few = await bench.onClone((clone) => pagesRead(clone, people / 10));
  bench.add({ name: `search among ${people} people : among ${people / 10}`, ours: many, floor: few, unit: 'pages per search', goal: 1.5, better: 'lower' });
}

async function pagesRead(clone: Clone, people: number): Promise<number> {
  const names = (list: readonly string[], by: number) => `(ARRAY['${list.join("','")}'])[1 + (n / ${by}) % ${list.length}]`;
  await clone.run(
    `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
     SELECT uuidv7(), 'C-' || no, 'Company ' || no, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30 FROM generate_series(1, 50) AS no`,
    'ALTER TABLE companies.member DISABLE TRIGGER USER',
    `INSERT INTO companies.member (id, company_id, employee_id, name, email, eligible_from)
     SELECT uuidv7(), (SELECT id FROM companies.company WHERE number = 'C-' || 1 + n % 50), 'E' || n,
            ${names(FIRST_NAMES, 1)} || ' ' || n || ' ' || ${names(LAST_NAMES, 10)}, 'person' || n || '@example.com', '2026-01-01'
       FROM generate_series(1, ${people}) AS n`,
    'VACUUM ANALYZE companies.member',
  );
  return withApp(clone.url, async (app) => {
    let pages = 0;
    for (const text of LOOKED_FOR) pages += await app.get(Database).read((reader) => pagesOf(reader, text));
    return pages / LOOKED_FOR.length;
  });
}

/** What the statement of a search touches, by the server's own count. */
async function pagesOf(reader: Reader, text: string): Promise<number> {
  let asked: [sql: string, params: readonly unknown[]] | undefined;
  const query = reader.query.bind(reader);
  const watched = Object.assign(Object.create(reader) as typeof reader, {
    query: (sql: string, params: readonly unknown[] = []) => ((asked = [sql, params]), query(sql, params)),
  });
  await search().searchedMembers(watched, { search: text, first: 25 });
  const rows = await query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${asked![0]}`, asked![1]);
  const plan = rows.map((row) => row['QUERY PLAN']);
  if (plan.some((line) => line.includes('Seq Scan'))) throw new Error(`a search reads the whole table:\n${plan.join('\n')}`);
  // The first line of buffers is that of the whole statement.
  const touched = plan.find((line) => line.includes('Buffers:'))!.matchAll(/(?:hit|read)=(\d+)/g);
  return [...touched].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The part of the search that is measured: a page of it. */
interface Search {
  searchedMembers(reader: Reader, asked: { search: string; first: number }): Promise<unknown>;
}

/** A context's statements are no part of its face, so they are taken from where they stand. */
function search(): Search {
  return createRequire(__filename)(join(__dirname, '../libs/companies/src/graphql/member.queries')) as Search;
}
