// People through the API: added, edited, moved, erased, imported with a look before, counted, found, and downloaded.
import request from 'supertest';
import { RunId } from '@countinghouse/kernel';
import { Runs } from '@countinghouse/platform';
import { CompaniesApi } from '../../test/api';
import { CompaniesHttpModule } from '../companies-http.module';

describe('people in the API', () => {
  let api: CompaniesApi;
  let no = 0;

  beforeAll(async () => {
    api = await CompaniesApi.open(CompaniesHttpModule);
  });
  afterAll(() => api.close());

  /** A company of its own for each spec, with its global id. */
  const company = async (): Promise<{ id: string; number: string }> => {
    const number = `P-${++no}`;
    const [row] = await api.test.database.transaction((tx) =>
      tx.query<{ id: string }>(
        `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
         VALUES (uuidv7(), $1, $1, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30) RETURNING id`,
        [number],
      ),
    );
    return { id: `Company_${row!.id}`, number };
  };
  const act = async (mutation: string, inputType: string, input: object, fields: string, role?: 'accountant' | 'viewer') =>
    (await api.ask(`mutation ($input: ${inputType}!) { answer: ${mutation}(input: $input) { ${fields} userErrors { code path remedy } } }`, { input }, role)).answer;
  const add = async (companyId: string, employeeId: string, more: object = {}): Promise<string> => {
    const added = await act('memberAdd', 'MemberAddInput', { companyId, employeeId, name: `Person ${employeeId}`, eligibleFrom: '2026-01-01', ...more }, 'member { id }');
    expect(added.userErrors).toEqual([]);
    return added.member.id;
  };

  it('are added, edited, leave, come back, and show their dependants and earlier stays', async () => {
    const { id } = await company();
    const ana = await add(id, '1', { costCentre: 'Sales' });
    await add(id, '1b', { dependantOfId: ana });
    await act('memberEdit', 'MemberEditInput', { memberId: ana, name: 'Çağla Øst-Müller', email: 'couple@example.com', costCentre: 'Ops', costCentreFrom: '2026-03-01', reason: 'married' }, 'member { name }');
    await act('memberLeave', 'MemberMoveInput', { memberId: ana, on: '2026-04-01' }, 'member { status }');
    expect(await act('memberReturn', 'MemberMoveInput', { memberId: ana, on: '2026-05-01' }, 'member { status eligibleFrom leftOn }')).toEqual({ member: { status: 'ELIGIBLE', eligibleFrom: '2026-05-01', leftOn: null }, userErrors: [] });
    const query = `query ($id: ID!) { company(id: $id) { members { edges { node { name email status costCentre dependantOf { employeeId } dependants { employeeId } earlierStays { eligibleFrom leftOn } } } }
      eligible: headcount(from: "2026-02-01", until: "2026-06-01") { start end count } sales: headcount(from: "2026-02-01", until: "2026-06-01", costCentre: "Sales") { count }
      headcountOn(on: "2026-05-15") { count byCostCentre { costCentre count } } enrolled: headcountOn(on: "2026-05-15", measure: ENROLLED) { count } } }`;
    expect((await api.ask(query, { id }, 'viewer')).company).toEqual({
      members: { edges: [
        { node: { name: 'Çağla Øst-Müller', email: 'couple@example.com', status: 'ELIGIBLE', costCentre: 'Ops', dependantOf: null, dependants: [{ employeeId: '1b' }], earlierStays: [{ eligibleFrom: '2026-01-01', leftOn: '2026-04-01' }] } },
        { node: { name: 'Person 1b', email: null, status: 'LEFT', costCentre: null, dependantOf: { employeeId: '1' }, dependants: [], earlierStays: [] } },
      ] },
      eligible: [{ start: '2026-02-01', end: '2026-04-01', count: 1 }, { start: '2026-04-01', end: '2026-05-01', count: 0 }, { start: '2026-05-01', end: '2026-06-01', count: 1 }],
      sales: [{ count: 1 }, { count: 0 }],
      headcountOn: { count: 1, byCostCentre: [{ costCentre: 'Ops', count: 1 }] },
      enrolled: { count: 0 },
    });
    expect(await act('memberLeave', 'MemberMoveInput', { memberId: ana, on: '2026-05-01' }, 'member { id }')).toMatchObject({ member: null, userErrors: [{ code: 'LEFT_BEFORE_ELIGIBLE', path: ['input', 'leftOn'] }] });
    expect(await act('memberLeave', 'MemberMoveInput', { memberId: ana, on: '2026-06-01' }, 'member { id }', 'viewer')).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
  });

  it('are filtered in their company, each filter by itself in one request, and found in all', async () => {
    const { id } = await company();
    await add(id, 'F1', { name: 'João d’Ávila', email: 'joao@filter.example', costCentre: 'A' });
    await add(id, 'F2', { name: 'Joana Prado', costCentre: 'B', leftOn: '2026-02-01' });
    const list = 'edges { node { employeeId } }';
    const query = `query ($id: ID!) { company(id: $id) { byName: members(filter: { search: "joao" }) { ${list} } begins: members(filter: { search: "joa" }) { ${list} } left: members(filter: { status: LEFT }) { ${list} }
      centre: members(filter: { costCentre: "A" }) { ${list} } mail: members(filter: { search: "JOAO@filter.example" }) { ${list} } all: members(first: 1) { ${list} pageInfo { hasNextPage } } }
      membersFound(search: "davila joao") { name company { id } }
      memberSearch(search: "davila joao", companyId: $id, first: 1) { isCut edges { node { name company { id } } } pageInfo { hasNextPage } } }`;
    const of = (...ids: string[]) => ({ edges: ids.map((employeeId) => ({ node: { employeeId } })) });
    expect(await api.ask(query, { id })).toEqual({
      company: { byName: of('F1'), begins: of('F1', 'F2'), left: of('F2'), centre: of('F1'), mail: of('F1'), all: { ...of('F1'), pageInfo: { hasNextPage: true } } },
      membersFound: [{ name: 'João d’Ávila', company: { id } }],
      memberSearch: { isCut: false, edges: [{ node: { name: 'João d’Ávila', company: { id } } }], pageInfo: { hasNextPage: false } },
    });
  });

  it('are erased by an accountant, and their dates and the reason stay', async () => {
    const { id } = await company();
    const ivo = await add(id, 'X1', { name: 'Ivo Zatopek', leftOn: '2026-02-01' });
    const erase = (role: 'accountant' | 'viewer') => act('memberErase', 'MemberEraseInput', { memberId: ivo, reason: 'request 17' }, 'member { name employeeId eligibleFrom leftOn erasure { by reason } }', role);
    expect(await erase('viewer')).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
    expect(await erase('accountant')).toEqual({
      member: { name: 'erased', employeeId: `erased-${ivo.slice('Member_'.length)}`, eligibleFrom: '2026-01-01', leftOn: '2026-02-01', erasure: { by: 'accountant', reason: 'request 17' } },
      userErrors: [],
    });
    expect(await api.ask('{ membersFound(search: "zatopek") { id } }')).toEqual({ membersFound: [] });
  });

  it('come in from a file that is looked at before it counts, and go out as CSV', async () => {
    const { id, number } = await company();
    const columnNames = [{ name: 'Nr', column: 'employee_id' }, { name: 'Nome', column: 'name' }, { name: 'Desde', column: 'eligible_from' }];
    const content = 'Nr;Nome;Desde\n1;Çağla Øst-Müller;2026-01-01\n2;"=SUM(1;2)";2026-01-01\n3;Bo;never\n';
    const started = await act('membersImportStart', 'MembersImportStartInput', { companyId: id, fileName: 'p.csv', content, kind: 'SNAPSHOT', columnNames }, 'run { id state }');
    expect(started).toMatchObject({ run: { state: 'PLANNED' }, userErrors: [] });
    const runId = started.run.id as string;
    expect((await api.get(Runs).drain(runId.slice('Run_'.length) as RunId)).error).toBeNull();
    const look = `query ($id: ID!) { node(id: $id) { ... on Run { state membersPreview { toAdd toRefuse toRemove needsAcceptance } importRejections { edges { node { line column code } } } } } }`;
    expect((await api.ask(look, { id: runId })).node).toEqual({
      state: 'AWAITING_APPROVAL', membersPreview: { toAdd: 2, toRefuse: 1, toRemove: 0, needsAcceptance: false },
      importRejections: { edges: [{ node: { line: 4, column: 'eligible_from', code: 'DATE_INVALID' } }] },
    });
    expect(await act('membersImportConfirm', 'MembersImportConfirmInput', { runId }, 'run { state }')).toEqual({ run: { state: 'RUNNING' }, userErrors: [] });
    expect((await api.get(Runs).drain(runId.slice('Run_'.length) as RunId)).error).toBeNull();
    expect((await api.ask(look, { id: runId })).node.state).toBe('SUCCEEDED');

    const members = await api.download(`/downloads/members/${id}`, 'viewer');
    expect([members.status, members.headers['content-type'], members.text]).toEqual([
      200, 'text/csv; charset=utf-8; header=present',
      `company_number,employee_id,name,email,cost_centre,eligible_from,left_on,dependant_of,status\r\n${number},1,Çağla Øst-Müller,,,2026-01-01,,,eligible\r\n${number},2,'=SUM(1;2),,,2026-01-01,,,eligible\r\n`,
    ]);
    const rejections = await api.download(`/downloads/import-rejections/${runId}`);
    expect(rejections.text.split('\r\n').slice(0, 2)).toEqual(['line,column,value,code,reason,remedy', expect.stringMatching(/^4,eligible_from,never,DATE_INVALID,/)]);
    expect((await api.download('/downloads/members/Company_01900000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await request(api.app.getHttpServer()).get(`/downloads/members/${id}`)).status).toBe(401);
    expect(await act('membersImportSettingsSave', 'MembersImportSettingsInput', { companyId: id, removalLimitPercent: 25 }, 'removalLimitPercent')).toEqual({ removalLimitPercent: 25, userErrors: [] });
  });
});
