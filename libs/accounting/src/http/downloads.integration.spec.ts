// Downloads over HTTP: who gets them, what they say, and what they refuse before the first line has gone out.
import type { Server } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { DevelopmentIssuer, GraphqlKitModule, PlatformGraphqlModule, PlatformModule, Role, TelemetryModule } from '@countinghouse/platform';
import { BooksUnderTest, day } from '../../test/books-under-test';
import { AccountingGraphqlModule } from '../accounting-graphql.module';
import { AccountingHttpModule } from '../accounting-http.module';

describe('downloads', () => {
  let ledger: BooksUnderTest;
  let app: NestExpressApplication;
  let http: Server;

  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
    const invoice = ledger.anInvoice({ on: day('2026-01-31'), dueOn: day('2026-02-28'), party: { type: 'company', id: 'acme' } });
    await ledger.record(invoice, ledger.aPaymentOf(invoice, { on: day('2026-02-05'), amountMinor: 2_300n }));
    await ledger.recognise('2026-01-31');
    const module = await Test.createTestingModule({
      imports: [
        PlatformModule.forRoot({ databaseUrl: ledger.test.url, manifests: [], role: 'http' }),
        TelemetryModule,
        GraphqlKitModule.forRoot({ production: false, auth: { mode: 'development' } }),
        PlatformGraphqlModule,
        AccountingGraphqlModule,
        AccountingHttpModule,
      ],
    }).compile();
    app = await module.createNestApplication<NestExpressApplication>({ logger: false }).init();
    http = app.getHttpServer();
  });
  afterAll(async () => {
    await app.close();
    await ledger.test.drop();
  });

  const get = async (path: string, role: Role = 'accountant', issuers: readonly string[] | '*' = '*') => {
    const token = await app.get(DevelopmentIssuer, { strict: false }).token({ subject: 'ana', role, issuers });
    return request(http).get(path).set('Authorization', `Bearer ${token}`);
  };
  const lines = (text: string) => text.trimEnd().split('\r\n');

  it('give the trial balance as CSV', async () => {
    const { status, headers, text } = await get('/downloads/reports/trial-balance?issuer=PT&asOf=2026-01-31', 'viewer');
    expect([status, headers['content-type'], headers['content-disposition']]).toEqual([200, 'text/csv; charset=utf-8; header=present', 'attachment; filename="trial-balance-PT.csv"']);
    expect(lines(text).slice(1)).toEqual([
      '2111,Clientes gerais,asset,EUR,123.00,0.00,123.00,EUR,123.00,0.00,123.00',
      '2433,IVA liquidado,liability,EUR,0.00,23.00,-23.00,EUR,0.00,23.00,-23.00',
      '282,Rendimentos a reconhecer,liability,EUR,100.00,100.00,0.00,EUR,100.00,100.00,0.00',
      '721,Prestações de serviços,income,EUR,0.00,100.00,-100.00,EUR,0.00,100.00,-100.00',
    ]);
  });

  it.each([
    ['general-ledger?issuer=PT&account=2111&from=2026-02-01&through=2026-02-28', /^\d+,2,2026-02-05,2026-02-05,payment-captured,payment,.*,EUR,-23.00,100.00,EUR,-23.00,100.00$/],
    ['balance-sheet?issuer=PT&asOf=2026-01-31', /^equity,,Result of the year,EUR,100.00$/],
    ['profit-and-loss?issuer=PT&from=2026-01-01&through=2026-01-31', /^result,,Result,EUR,100.00$/],
    ['receivables-ageing?issuer=PT&asOf=2026-03-01', /^company,acme,EUR,0.00,100.00,0.00,0.00,0.00,100.00,EUR,100.00,,$/],
    ['statement?issuer=PT&party=acme&from=2026-02-01&through=2026-02-04', /^,2026-02-01,opening-balance,,,,,EUR,,123.00$/],
    ['statement?issuer=PT&party=acme&from=2026-01-01&through=2026-12-31', /^\d+,2026-02-05,payment-captured,invoice,FT 2026A\/1,.*,2026-02-28,EUR,-23.00,100.00$/],
    ['vat?issuer=PT&from=2026-01-01&through=2026-01-31', /^PT,S,23.00,EUR,100.00,23.00,EUR,100.00,23.00$/],
    ['deferred-revenue?issuer=PT&asOf=2026-01-31', /^month,currency,amount$/],
  ])('give %s', async (path, last) => {
    const { status, text } = await get(`/downloads/reports/${path}`);
    expect(status).toBe(200);
    expect(lines(text).at(-1)).toMatch(last);
  });

  it.each(['hledger', 'ledger', 'beancount', 'csv'])('give the journal for %s', async (format) => {
    const { status, text } = await get(`/downloads/journal/${format}?issuer=PT`);
    expect(status).toBe(200);
    expect(text).toContain('payment-captured');
  });

  it('refuse without a token, without the role, and outside the scope, which looks like an issuer that is not there', async () => {
    expect((await request(http).get('/downloads/reports/trial-balance?issuer=PT&asOf=2026-01-31')).status).toBe(401);
    expect((await get('/downloads/journal/csv?issuer=PT', 'viewer')).status).toBe(403);
    const outside = await get('/downloads/reports/trial-balance?issuer=PT&asOf=2026-01-31', 'viewer', []);
    const nowhere = await get('/downloads/reports/trial-balance?issuer=XX&asOf=2026-01-31', 'viewer', []);
    expect([outside.status, nowhere.status]).toEqual([403, 403]);
    expect(outside.body.message).toBe(nowhere.body.message);
  });

  it.each([
    ['reports/nothing?issuer=PT', 404, 'REPORT_UNKNOWN'],
    ['reports/toString?issuer=PT', 404, 'REPORT_UNKNOWN'],
    ['journal/xml?issuer=PT', 404, 'EXPORT_FORMAT_UNKNOWN'],
    ['reports/trial-balance?asOf=2026-01-31', 400, 'ARGUMENT_MISSING'],
    ['reports/trial-balance?issuer=PT', 400, 'ARGUMENT_MISSING'],
    ['reports/trial-balance?issuer=PT&asOf=yesterday', 400, 'DATE_INVALID'],
    ['reports/vat?issuer=PT&from=2026-02-01&through=2026-01-01', 400, 'DATE_RANGE_EMPTY'],
    ['reports/vat?issuer=PT&from=2026-02-01&through=9999-12-31', 400, 'DATE_INVALID'],
    ['reports/general-ledger?issuer=PT&account=2111&from=0001-01-01&through=2026-01-31', 400, 'DATE_INVALID'],
    ['reports/balance-sheet?issuer=PT&asOf=0001-12-31', 400, 'DATE_INVALID'],
    ['reports/general-ledger?issuer=PT&account=0&from=2026-01-01&through=2026-01-01', 404, 'ACCOUNT_UNKNOWN'],
  ])('refuse %s', async (path, status, code) => {
    const answer = await get(`/downloads/${path}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('stand beside the same reports in GraphQL, which lead from a figure to its entry and its document', async () => {
    const token = await app.get(DevelopmentIssuer, { strict: false }).token({ subject: 'ana', role: 'accountant', issuers: '*' });
    const ask = async (query: string) => {
      const { body } = await request(http).post('/graphql').set('Authorization', `Bearer ${token}`).send({ query });
      expect(body.errors).toBeUndefined();
      return body.data;
    };
    const issuer = `issuerId: "Issuer_${ledger.issuerId}"`;
    const { generalLedger } = await ask(`{ generalLedger(${issuer}, accountCode: "2111", from: "2026-01-01", through: "2026-12-31", first: 1) { edges { node { entryId balance { amount } functionalBalance { amount currency } document { id number } party { type } } } pageInfo { hasNextPage } } }`);
    const { node } = generalLedger.edges[0];
    expect(node).toMatchObject({ balance: { amount: '123.00' }, functionalBalance: { amount: '123.00', currency: 'EUR' }, document: { id: expect.stringMatching(/^Invoice_/), number: 'FT 2026A/1' }, party: { type: 'company' } });
    const all = await ask(`{
      journalEntry(id: "${node.entryId}") { kind sourceType recordedAt lines { accountCode taxCode rate amount { amount } functionalAmount { amount } } }
      trialBalance(${issuer}) { accountCode functionalDebit { amount } functionalCredit { amount } functionalBalance { amount currency } }
      balanceSheet(${issuer}, asOf: "2026-12-31") { assets { total { amount } } totalEquity { amount } liabilities { total { amount } } }
      profitAndLoss(${issuer}, from: "2026-01-01", through: "2026-12-31") { result { amount } }
      receivablesAgeing(${issuer}, asOf: "2026-03-01") { current { amount } days1To30 { amount } party { type id } }
      vatByRate(${issuer}, from: "2026-01-01", through: "2026-01-31") { country rate base { amount } functionalTax { amount } }
      deferredRevenueWaterfall(${issuer}, asOf: "2026-01-15") { month amount { amount } }
      accountingPeriods(${issuer}) { start state }
      periodCloseChecklist(${issuer}, periodStart: "2026-01-01") { name ok detail }
      undecidedManualEntries(${issuer}) { id }
    }`);
    expect(all).toMatchObject({
      journalEntry: {
        kind: 'invoice-finalised',
        sourceType: 'invoice',
        lines: [
          { amount: { amount: '123.00' }, functionalAmount: { amount: '123.00' }, taxCode: null, rate: null },
          { amount: { amount: '-100.00' }, taxCode: 'PT S 23.00' },
          { amount: { amount: '-23.00' }, taxCode: 'PT S 23.00' },
        ],
      },
      balanceSheet: { assets: { total: { amount: '123.00' } }, liabilities: { total: { amount: '23.00' } }, totalEquity: { amount: '100.00' } },
      profitAndLoss: { result: { amount: '100.00' } },
      receivablesAgeing: [{ current: { amount: '0.00' }, days1To30: { amount: '100.00' } }],
      vatByRate: [{ country: 'PT', rate: '23.00', base: { amount: '100.00' }, functionalTax: { amount: '23.00' } }],
      deferredRevenueWaterfall: [],
      undecidedManualEntries: [],
    });
    expect(all.accountingPeriods[0]).toEqual({ start: '2026-01-01', state: 'OPEN' });
    expect(all.periodCloseChecklist.map(({ name }: { name: string }) => name)).toContain('failing-proofs');
  });
});
