// Searching people: found as people type them, the best first, and by index alone among a hundred thousand.
import type { Page, PageArgs } from '@countinghouse/platform';
import { day, PeopleStand } from '../../test/people-stand';
import { searchedMembers } from './member.queries';

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

  const page = (text: string, rest: PageArgs = {}) => stand.test.database.read((reader) => searchedMembers(reader, { search: text, ...rest }));
  const names = async (text: string, first = 10): Promise<string[]> => (await page(text, { first })).edges.map(({ node }) => node.name);

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

  it('goes on where a page ended, forward and back', async () => {
    const first = await page('maria', { first: 2 });
    const second = await page('maria', { first: 2, after: first.pageInfo.endCursor });
    const third = await page('maria', { first: 2, after: second.pageInfo.endCursor });
    expect([first, second, third].map(({ edges }) => edges.map(({ node }) => node.name))).toEqual([['Zoë Zimmer', 'Maria'], ['Maria Silva', 'Mariana'], ['Ana Maria Silva']]);
    expect([first, second, third].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    const back = await page('maria', { last: 2, before: third.pageInfo.startCursor });
    expect(back.edges.map(({ node }) => node.name)).toEqual(['Maria Silva', 'Mariana']);
    await expect(page('maria', { after: 'nothing of ours' })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    await expect(page('maria', { first: 101 })).rejects.toMatchObject({ code: 'PAGE_SIZE_INVALID' });
  });

  it('ranks a thousand of those whose name fits, and says when there are more', async () => {
    expect([(await page('maria')).isCut, (await page('nobody at all')).isCut, (await page('person')).isCut]).toEqual([false, false, true]);
    const seen = new Set<string>();
    for (let after: string | null | undefined = undefined; after !== null; ) {
      const { edges, pageInfo }: Page<{ id: string }> = await page('person', { first: 100, ...(after !== undefined && { after }) });
      for (const { node } of edges) seen.add(node.id);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    }
    // And the fifty whose address begins so, as far as they are others.
    expect(seen.size).toBeGreaterThanOrEqual(1_001);
    expect(seen.size).toBeLessThanOrEqual(1_051);
  });

  it.each(['muller', 'couple@family.example', 'e777', 'joao davila', 'person'])('reads %j from the index, and few pages of it', async (text) => {
    const plan = await stand.test.database.read(async (reader) => {
      const asked = jest.spyOn(reader, 'query');
      await searchedMembers(reader, { search: text });
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
