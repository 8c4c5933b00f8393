// The VIES adapter against a server that answers as VIES does: yes, no, an error of the service, nonsense, and nothing at all.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VatConfig } from './vat-config';
import { Vies, ViesOptions } from './vies';

describe('VIES', () => {
  let server: Server;
  let asked: unknown[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const json = (status: number, body: unknown) => (answer = (_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)));

  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += chunk)).on('end', () => {
        asked.push([request.method, request.url, JSON.parse(text)]);
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => (asked = []));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const vies = (options: Partial<ViesOptions> = {}) => new Vies({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rest-api`, ...options });
  const question = { prefix: 'PT', number: '501964843' };

  it('says that a number is valid, with its consultation number, name and address', async () => {
    json(200, { countryCode: 'PT', vatNumber: '501964843', requestDate: '2026-03-10T12:00:00Z', valid: true, requestIdentifier: 'WAPIAAAAX1', name: 'ACME LDA', address: 'RUA 1\nLISBOA' });
    expect(await vies({ requester: { prefix: 'DE', number: '136695976' } }).ask(question)).toMatchObject({
      result: 'valid', consultation: 'WAPIAAAAX1', traderName: 'ACME LDA', traderAddress: 'RUA 1\nLISBOA', raw: { requestDate: '2026-03-10T12:00:00Z' },
    });
    expect(asked).toEqual([
      ['POST', '/rest-api/check-vat-number', { countryCode: 'PT', vatNumber: '501964843', requesterMemberStateCode: 'DE', requesterNumber: '136695976' }],
    ]);
  });

  it('says that a number is not registered, and tells no name where a state tells none', async () => {
    json(200, { valid: false, requestIdentifier: '', name: '---', address: '---' });
    expect(await vies().ask(question)).toMatchObject({ result: 'invalid', consultation: null, traderName: null, traderAddress: null });
    json(400, { actionSucceed: false, errorWrappers: [{ error: 'INVALID_INPUT' }] });
    expect(await vies().ask(question)).toMatchObject({ result: 'invalid' });
  });

  it.each(['MS_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'TIMEOUT', 'MS_MAX_CONCURRENT_REQ', 'GLOBAL_MAX_CONCURRENT_REQ', 'VAT_BLOCKED', 'INVALID_REQUESTER_INFO'])(
    'says nothing about a number when it answers %s',
    async (error) => {
      for (const status of [200, 500]) {
        json(status, { actionSucceed: false, errorWrappers: [{ error }], valid: false });
        expect(await vies().ask(question)).toMatchObject({ result: 'unavailable', raw: { errorWrappers: [{ error }] } });
      }
    },
  );

  it('says nothing about a number when it answers nonsense, breaks off, or takes too long', async () => {
    answer = (_request, response) => response.writeHead(502).end('<html>Bad gateway</html>');
    expect(await vies().ask(question)).toMatchObject({ result: 'unavailable', raw: { status: 502 } });
    json(200, { valid: 'yes' });
    expect(await vies().ask(question)).toMatchObject({ result: 'unavailable' });
    json(200, [true]);
    expect(await vies().ask(question)).toMatchObject({ result: 'unavailable' });
    answer = (request) => request.socket.destroy();
    expect(await vies().ask(question)).toMatchObject({ result: 'unavailable' });
    answer = () => undefined;
    expect(await vies({ timeoutMs: 100 }).ask(question)).toMatchObject({ result: 'unavailable', raw: { error: 'TimeoutError' } });
  });
});

describe('who is asked', () => {
  const options = { production: false, viesUrl: 'https://vies.example/rest-api/' };

  it('is never the sandbox in production', () => {
    expect(() => new VatConfig({ ...options, production: true, checks: 'sandbox' })).toThrow(expect.objectContaining({ code: 'SANDBOX_IN_PRODUCTION' }));
    expect(new VatConfig({ ...options, production: true, checks: 'vies' }).service?.source).toBe('vies');
    expect(new VatConfig({ ...options, checks: 'off' }).service).toBeUndefined();
  });

  it('is asked in the name of a number that is one', () => {
    expect(() => new VatConfig({ ...options, checks: 'vies', viesRequester: 'PT501964842' })).toThrow(expect.objectContaining({ code: 'TAX_ID_INVALID' }));
    expect(() => new VatConfig({ ...options, checks: 'vies', viesRequester: 'GB980780684' })).toThrow(expect.objectContaining({ code: 'TAX_ID_INVALID' }));
    expect(new VatConfig({ ...options, checks: 'vies', viesRequester: 'EL094259216' }).service).toBeDefined();
  });
});
