// Files as the body of a request: streamed, once only, and nothing half-done whatever becomes of the sender.
import { request as open, type ClientRequest, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunId } from '@countinghouse/kernel';
import { DevelopmentIssuer, Role, Runs, UploadLimits, Uploads } from '@countinghouse/platform';
import { CompaniesApi } from '../../test/api';
import { CompaniesHttpModule } from '../companies-http.module';

const MIB = 1024 ** 2;
const HEADER = 'employee_id,name,eligible_from\n';
const COMPANIES = 'number,legal_name,country,currency,language,time_zone,payment_terms_days\nU-9,Nine,PT,EUR,pt,Europe/Lisbon,30\n';

describe('an upload', () => {
  let api: CompaniesApi;
  let server: Server;
  let no = 0;

  beforeAll(async () => {
    api = await CompaniesApi.open(CompaniesHttpModule);
    server = api.app.getHttpServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => api.close());

  const company = async (): Promise<string> => {
    const sql = `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
                 VALUES (uuidv7(), $1, $1, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30) RETURNING id`;
    const [row] = await api.test.database.transaction((tx) => tx.query<{ id: string }>(sql, [`U-${++no}`]));
    return `Company_${row!.id}`;
  };
  const begin = async (path: string, { role = 'billing' as Role, headers = {} } = {}): Promise<ClientRequest> => {
    const token = await api.get(DevelopmentIssuer).token({ subject: role, role, issuers: '*' });
    const { port } = server.address() as AddressInfo;
    return open({ port, path: `/imports/${path}`, method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv', ...headers } }).on('error', () => undefined);
  };
  const answerTo = async (request: ClientRequest) => {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const piece of response) text += piece;
    return { status: response.statusCode, body: JSON.parse(text) };
  };
  const send = async (path: string, file: string, options?: Parameters<typeof begin>[1]) => {
    const request = await begin(path, options);
    request.end(file);
    return answerTo(request);
  };
  const left = async () => {
    const [row] = await api.query<{ rows: bigint; files: bigint; runs: bigint }>(
      'SELECT (SELECT count(*) FROM platform.import_row) AS rows, (SELECT count(*) FROM platform.import_file) AS files, (SELECT count(*) FROM platform.run) AS runs',
    );
    return row;
  };
  /** The server hears of who comes and who goes when it gets round to it. */
  const areRunning = async (count: number) => {
    for (const until = performance.now() + 30_000; api.get(Uploads)['running'] !== count; await sleep(5)) {
      if (performance.now() > until) throw new Error(`${api.get(Uploads)['running']} uploads are running, not ${count}`);
    }
  };
  const limits = async (other: Partial<UploadLimits>, work: () => Promise<void>) => {
    const [of, usual] = [api.get(UploadLimits), new UploadLimits()];
    Object.assign(of, other);
    await work().finally(() => Object.assign(of, usual));
  };

  it('becomes a run that waits for a review; the same file again is the same run, and another meanwhile is refused', async () => {
    const id = await company();
    const path = `companies.members/${id}?content=snapshot&asOf=2026-06-01&fileName=june.csv&columns=${encodeURIComponent('Nr=employee_id,Nome=name')}`;
    const file = 'Nr;Nome;eligible_from\n1;Çağla;2026-01-01\n';
    const first = await send(path, file);
    expect(first).toEqual({ status: 202, body: { id: expect.stringMatching(/^Run_/), kind: 'companies.members', state: 'PLANNED' } });
    const run = await api.get(Runs).drain(first.body.id.slice('Run_'.length) as RunId);
    expect(run).toMatchObject({ error: null, state: 'awaiting-approval', input: { fileName: 'june.csv', options: { asOf: '2026-06-01', content: 'snapshot' } }, result: { toAdd: '1' } });
    expect(await send(path, file)).toEqual({ status: 202, body: { ...first.body, state: 'AWAITING_APPROVAL' } });
    expect(await send(path, `${file}2;Bo;2026-01-01\n`)).toMatchObject({ status: 409, body: { code: 'MEMBERS_IMPORT_UNDER_WAY', remedy: expect.any(String) } });
  });

  it('is of any kind of import', async () => {
    const { status, body } = await send('companies.companies?mode=allOrNothing', COMPANIES, { headers: { 'content-type': 'application/octet-stream' } });
    expect([status, body.kind]).toEqual([202, 'companies.companies']);
    expect(await api.get(Runs).drain(body.id.slice('Run_'.length) as RunId)).toMatchObject({ error: null, state: 'succeeded', result: { added: '1' } });
    expect(await send('companies.houses', COMPANIES)).toMatchObject({ status: 404, body: { code: 'IMPORT_KIND_UNKNOWN', field: 'kind' } });
  });

  it('of 20 MB is staged as it arrives, twenty times as much as GraphQL takes', async () => {
    const before = await left();
    const request = await begin(`companies.members/${await company()}?review=false`);
    const answer = answerTo(request);
    request.write(HEADER);
    const name = 'N'.repeat(180);
    let rows = 0;
    for (let bytes = 0; bytes < 20 * MIB; rows += 1_000) {
      const piece = Array.from({ length: 1_000 }, (_, i) => `E${rows + i},${name},2026-01-01\n`).join('');
      bytes += piece.length;
      if (!request.write(piece)) await once(request, 'drain');
    }
    request.end();
    expect((await answer).status).toBe(202);
    expect((await left())!.rows).toBe(before!.rows + BigInt(rows));
  });

  it('that cannot be read is refused before its rest has come', async () => {
    const before = await left();
    const request = await begin(`companies.members/${await company()}`);
    request.write(`colour,size\n${'red,2\n'.repeat(20_000)}`);
    const { status, body } = await answerTo(request);
    expect([status, body.code, Object.keys(body).sort()]).toEqual([422, 'IMPORT_FILE_UNREADABLE', ['code', 'field', 'message', 'remedy', 'value']]);
    expect(request.writableEnded).toBe(false);
    request.destroy();
    expect(await left()).toEqual(before);
  });

  it('leaves nothing when the connection is cut off, and does not keep its place', async () => {
    const [before, id] = [await left(), await company()];
    for (let round = 0; round < 4; round++) {
      const request = await begin(`companies.members/${id}`, { headers: { 'content-length': String(MIB) } });
      request.write(HEADER + 'E1,Ana,2026-01-01\n'.repeat(5_000));
      await areRunning(1);
      // Mostly some of it is staged by then; it leaves nothing in any case.
      await sleep(100);
      request.destroy();
      await areRunning(0);
    }
    expect(await left()).toEqual(before);
    expect((await send(`companies.members/${id}`, `${HEADER}E1,Ana,2026-01-01\n`)).status).toBe(202);
  });

  it('that is too large is refused, by what it says and by what it is', async () => {
    const [before, id] = [await left(), await company()];
    const told = await begin(`companies.members/${id}`, { headers: { 'content-length': String(256 * MIB + 1) } });
    told.flushHeaders();
    expect(await answerTo(told)).toMatchObject({ status: 413, body: { code: 'UPLOAD_TOO_LARGE', field: 'body', remedy: expect.any(String) } });
    told.destroy();
    await limits({ bytes: MIB }, async () => {
      const untold = await begin(`companies.members/${id}`);
      untold.write(HEADER);
      untold.end('E1,Ana,2026-01-01\n'.repeat(100_000));
      expect(await answerTo(untold)).toMatchObject({ status: 413, body: { code: 'UPLOAD_TOO_LARGE' } });
    });
    expect(await left()).toEqual(before);
  });

  it('that falls silent, or drips, is given up, and only so many run at once', async () => {
    const [before, id] = [await left(), await company()];
    await limits({ atOnce: 1 }, async () => {
      const slow = await begin(`companies.members/${id}`);
      slow.write(HEADER);
      await areRunning(1);
      expect(await send(`companies.members/${id}`, HEADER)).toMatchObject({ status: 503, body: { code: 'TOO_MANY_UPLOADS' } });
      slow.destroy();
      await areRunning(0);
    });
    await limits({ quietMs: 300 }, async () => {
      const silent = await begin(`companies.members/${id}`);
      silent.write(HEADER);
      expect(await answerTo(silent)).toMatchObject({ status: 408, body: { code: 'UPLOAD_TIMED_OUT' } });
      silent.destroy();
    });
    await limits({ wholeMs: 500 }, async () => {
      const dripping = await begin(`companies.members/${id}`);
      const drops = setInterval(() => dripping.write(HEADER), 50);
      expect(await answerTo(dripping)).toMatchObject({ status: 408, body: { code: 'UPLOAD_TIMED_OUT' } });
      clearInterval(drops);
      dripping.destroy();
    });
    expect(await left()).toEqual(before);
  });

  it('needs a token, the role, a company, and the file itself as its body', async () => {
    const [before, id] = [await left(), await company()];
    const path = `companies.members/${id}`;
    expect((await send(path, HEADER, { headers: { authorization: 'Bearer nonsense' } })).status).toBe(401);
    expect((await send('companies.companies', COMPANIES, { headers: { authorization: '' } })).status).toBe(401);
    expect(await send(path, HEADER, { role: 'viewer' })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await send('companies.companies', COMPANIES, { role: 'viewer' })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(await send('companies.members/Company_01900000-0000-7000-8000-000000000000', HEADER)).toMatchObject({ status: 404, body: { code: 'COMPANY_UNKNOWN', field: 'companyId' } });
    for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'multipart/form-data; boundary=x' }, { 'content-encoding': 'gzip' }]) {
      expect(await send(path, '{}', { headers })).toMatchObject({ status: 415, body: { code: 'UPLOAD_TYPE_REFUSED' } });
    }
    expect(await send(`${path}?content=all`, HEADER)).toMatchObject({ status: 400, body: { code: 'ARGUMENT_INVALID', field: 'content', value: 'all' } });
    expect(await send(`${path}?asOf=soon`, HEADER)).toMatchObject({ status: 400, body: { code: 'DATE_INVALID', field: 'asOf' } });
    expect(await left()).toEqual(before);
  });
});
