// Searching people: found as people type them, the best first, and by index alone among a hundred thousand.
import { MemberId } from '@countinghouse/kernel';
import { day, PeopleStand } from '../../test/people-stand';
import { searchMembers } from './member-search.queries';

describe('the search for people', () => {
  let stand: PeopleStand;

  beforeAll(async () => {
    stand = await PeopleStand.create();
    const [big, other] = [await stand.company('C-1'), await stand.company('C-2')];
    await stand.execute(
      `INSERT INTO companies.member (id, company_id, employee_id, name, email, eligible_from)
       SELECT uuidv7(), CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END, 'E' || n, CASE WHEN n = 77777 THEN 'Person of E77777' ELSE 'Person ' || md5(n::text) END, 'person' || n || '@example.com', '2026-01-01'
         FROM generate_series(1, 100000) AS n`,
      [big, other],
    );
    for (const [employeeId, name, email] of [
      ['1', 'Çağla Øst-Müller', 'couple@family.example'], ['2', 'João d’Ávila', 'couple@family.example'], ['3', '李 小龍', null],
      ['4', 'Maria', null], ['5', 'Maria Silva', null], ['6', 'Ana Maria Silva', null], ['7', 'Mariana', null], ['maria', 'Zoë Zimmer', null],
    ] as const) {
      await stand.add.execute({ companyNumber: 'C-1', employeeId, name, ...(email && { email }), eligibleFrom: day('2026-01-01') }, stand.actor);
    }
    await stand.test.dataSource.query('VACUUM ANALYZE companies.member');
  });
  afterAll(() => stand.test.drop());

  const names = async (text: string, limit = 10): Promise<string[]> => {
    const ids = await stand.test.database.read((reader) => searchMembers(reader, text, { limit }));
    const rows = await stand.query<{ id: MemberId; name: string }>('SELECT id, name FROM companies.member WHERE id = ANY ($1::uuid[])', [ids]);
    return ids.map((id) => rows.find((row) => row.id === id)!.name);
  };

  it.each([
    ['cagla', ['Çağla Øst-Müller']],
    ['ÇAĞLA öst', ['Çağla Øst-Müller']],
    ['muller', ['Çağla Øst-Müller']],
    ['müll cagl', ['Çağla Øst-Müller']],
    ["d'avila", ['João d’Ávila']],
    ['joao davila', ['João d’Ávila']],
    ['小龍', ['李 小龍']],
    ['李', ['李 小龍']],
    ['Couple@family.example', ['Çağla Øst-Müller', 'João d’Ávila']],
    ['couple@fam', ['Çağla Øst-Müller', 'João d’Ávila']],
    ['e77777', ['Person of E77777']],
    ['nobody at all', []],
    ["'; & | ! <-> \\", []],
    ['  ', []],
  ])('finds %j', async (text, expected) => {
    const found = await names(text);
    expect(found.sort()).toEqual([...expected].sort());
  });

  it('ranks an employee id before a name, a whole name before one that begins so, and that before the rest', async () => {
    expect(await names('maria')).toEqual(['Zoë Zimmer', 'Maria', 'Maria Silva', 'Mariana', 'Ana Maria Silva']);
    expect(await names('maria', 2)).toEqual(['Zoë Zimmer', 'Maria']);
  });

  it.each(['muller', 'couple@family.example', 'e777', 'joao davila', 'person'])('reads %j from the index, and few pages of it', async (text) => {
    const plan = await stand.test.database.read(async (reader) => {
      const asked = jest.spyOn(reader, 'query');
      await searchMembers(reader, text, { limit: 25 });
      const [sql, params] = asked.mock.calls.at(-1)!;
      return (await reader.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) ${sql}`, params)).map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).not.toMatch(/Seq Scan/);
    for (const index of ['member_by_employee_id', 'member_by_email', 'member_by_name']) expect(plan).toMatch(new RegExp(`(using|on) ${index}`));
    // A descent for each index, and the rows that were found; nothing that grows with the table.
    const pages = Number(/shared hit=(\d+)/.exec(plan)?.[1]);
    expect(pages).toBeLessThan(700);
  });
});
