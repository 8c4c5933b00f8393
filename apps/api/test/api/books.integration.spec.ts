// The books in the API: a chart that is extended, rates that are set and imported, runs that are started, by those who may.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { Books } from '@countinghouse/accounting';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { currency, IssuerId, localDate, timeZone } from '@countinghouse/kernel';
import { Actor, Database, DevelopmentIssuer, Issuers } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { configFrom } from '../../src/config';
import { createHttpApp } from '../../src/http';

const OPERATOR: Actor = { subject: 'spec', role: 'admin', issuers: '*' };
const EUR = currency('EUR');

describe('the books in the API', () => {
  let test: TestDatabase;
  let app: NestExpressApplication;
  let folder: string;
  let issuerId: string;

  const ask = async (query: string, variables: object, role: Actor['role'] = 'accountant') => {
    const token = await app.get(DevelopmentIssuer, { strict: false }).token({ subject: role, role, issuers: '*' });
    const { body } = await request(app.getHttpServer() as Server).post('/graphql').set('Authorization', `Bearer ${token}`).send({ query, variables });
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const act = async (name: string, type: string, answer: string, input: object, role?: Actor['role']) =>
    (await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} userErrors { code path } } }`, { input }, role))[name];

  beforeAll(async () => {
    test = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'countinghouse-api-'));
    app = await createHttpApp(configFrom({ NODE_ENV: 'test', DATABASE_URL: test.url, DATA_DIRECTORY: folder }, ['databaseUrl']), false);
    await app.init();
    issuerId = await app.get(Database).transaction(async (tx) => {
      const issuer = { code: 'PT', legalName: 'Casa Lda', country: 'PT', taxId: '501964843', functionalCurrency: EUR, timeZone: timeZone('Europe/Lisbon') };
      const { id } = await app.get(Issuers, { strict: false }).create(tx, issuer, OPERATOR);
      await app.get(Books, { strict: false }).open(tx, { issuerId: id, country: 'PT', functionalCurrency: EUR, from: localDate('2026-01-01') }, OPERATOR);
      return `Issuer_${id}`;
    });
  });
  afterAll(async () => {
    await app?.close();
    await test.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('extend the chart and close an account of it', async () => {
    const ACCOUNT = 'account { code type role isControl taxonomyCode activeUntil }';
    const added = await act('accountAdd', 'AccountAddInput', ACCOUNT, { issuerId, code: '6228', name: 'Outros', type: 'EXPENSE', taxonomyCode: 363 });
    expect(added).toEqual({ account: { code: '6228', type: 'EXPENSE', role: null, isControl: false, taxonomyCode: 363, activeUntil: null }, userErrors: [] });
    const closed = await act('accountClose', 'AccountCloseInput', ACCOUNT, { issuerId, code: '6228', from: '2026-02-01', reason: 'merged' });
    expect(closed.account.activeUntil).toBe('2026-02-01');
    const refused = await act('accountClose', 'AccountCloseInput', ACCOUNT, { issuerId, code: '2111', from: '2026-02-01', reason: 'merged' });
    expect(refused).toMatchObject({ account: null, userErrors: [{ code: 'ACCOUNT_HAS_A_ROLE' }] });
    const { chartOfAccounts } = await ask('query ($issuerId: ID!) { chartOfAccounts(issuerId: $issuerId) { code role isControl } }', { issuerId }, 'viewer');
    expect(chartOfAccounts).toContainEqual({ code: '2111', role: 'receivables', isControl: true });
    expect(chartOfAccounts).toHaveLength(13);
  });

  it('take rates by hand and from the ECB, and say which one holds', async () => {
    const rate = async (of: string, on: string) =>
      (await ask('query ($issuerId: ID!, $of: String!, $on: Date!) { exchangeRate(issuerId: $issuerId, currency: $of, on: $on) }', { issuerId, of, on }, 'viewer')).exchangeRate;
    expect(await rate('USD', '2026-01-20')).toBeNull();
    const csv = 'Date, USD, JPY, \n20 January 2026, 1.2500, 180.00, \n';
    expect(await act('ecbRatesImport', 'EcbRatesImportInput', 'days rates added', { csv })).toEqual({ days: 1, rates: 2, added: 2, userErrors: [] });
    expect(await rate('USD', '2026-01-20')).toBe('0.8');
    const set = await act('exchangeRateSet', 'ExchangeRateSetInput', 'rate', { issuerId, base: 'USD', quote: 'EUR', on: '2026-01-20', rate: '0.79', reason: 'bank' });
    expect(set).toEqual({ rate: '0.79', userErrors: [] });
    expect(await rate('USD', '2026-01-21')).toBe('0.79');
    const byClerk = await act('exchangeRateSet', 'ExchangeRateSetInput', 'rate', { issuerId, base: 'USD', quote: 'EUR', on: '2026-01-20', rate: '1', reason: 'x' }, 'billing');
    expect(byClerk).toMatchObject({ rate: null, userErrors: [{ code: 'FORBIDDEN' }] });
    const recorded = (after: string | null) =>
      ask(
        `query ($issuerId: ID!, $after: String) { recordedExchangeRates(issuerId: $issuerId, currency: "USD", first: 1, after: $after) {
           edges { node { base quote on rate source recordedBy } } pageInfo { hasNextPage endCursor } } }`,
        { issuerId, after },
        'viewer',
      );
    const { edges, pageInfo } = (await recorded(null)).recordedExchangeRates;
    expect(edges[0].node).toEqual({ base: 'USD', quote: 'EUR', on: '2026-01-20', rate: '0.79', source: 'manual', recordedBy: 'accountant' });
    const next = (await recorded(pageInfo.endCursor)).recordedExchangeRates;
    expect(next.edges[0].node).toEqual({ base: 'EUR', quote: 'USD', on: '2026-01-20', rate: '1.2500', source: 'ECB', recordedBy: 'accountant' });
    expect(next.pageInfo.hasNextPage).toBe(false);
  });

  it('show an entry by hand to whoever decides on it, and name the line that cannot be', async () => {
    const SHOWN = 'requestedBy state lines { accountCode accountName amount { amount currency } functionalAmount { amount } }';
    const asked = (amount: string) =>
      act('manualEntryRequest', 'ManualEntryRequestInput', `manualEntry { id ${SHOWN} }`, {
        issuerId, effectiveOn: '2026-01-20', currency: 'EUR', reason: 'bank fees', lines: [{ account: '6225', amount: '12.50' }, { account: '12', amount }],
      });
    const { manualEntry } = await asked('-12.50');
    expect(manualEntry).toMatchObject({ state: 'REQUESTED', lines: [{ accountCode: '6225', amount: { amount: '12.50', currency: 'EUR' } }, { accountName: 'Depósitos à ordem', functionalAmount: { amount: '-12.50' } }] });
    const { undecidedManualEntries } = await ask(`query ($issuerId: ID!) { undecidedManualEntries(issuerId: $issuerId) { id ${SHOWN} } }`, { issuerId });
    expect(undecidedManualEntries).toEqual([manualEntry]);
    const byId = (id: string) => ask('query ($id: ID!) { manualEntry(manualEntryId: $id) { id state } }', { id });
    expect(await byId(manualEntry.id)).toEqual({ manualEntry: { id: manualEntry.id, state: 'REQUESTED' } });
    expect(await byId('0197a000-0000-7000-8000-00000000dead')).toEqual({ manualEntry: null });
    expect((await asked('-12.505')).userErrors).toEqual([{ code: 'MONEY_TOO_PRECISE', path: ['input', 'lines', '1', 'amount'] }]);
    expect((await ask('query ($issuerId: ID!) { undecidedPeriodReopenings(issuerId: $issuerId) { id } }', { issuerId })).undecidedPeriodReopenings).toEqual([]);
  });

  it('call who owes by name, in the API and in the download', async () => {
    const registered = await act('companyRegister', 'CompanyRegisterInput', 'company { id }', {
      idempotencyKey: 'acme', number: 'C-1', legalName: 'Acme, Lda', country: 'PT', currency: 'EUR', language: 'pt', timeZone: 'Europe/Lisbon', paymentTermsDays: 30,
    });
    const partyId = registered.company.id.replace('Company_', '');
    const invoice: InvoiceFinalisedFact = {
      kind: 'invoice-finalised',
      issuerId: issuerId.replace('Issuer_', '') as IssuerId,
      sourceType: 'invoice',
      sourceId: '0197a000-0000-7000-8000-000000000001',
      on: localDate('2026-01-31'),
      currency: EUR,
      party: { type: 'company', id: partyId },
      documentNumber: 'FT 1',
      netMinor: 10_000n,
      taxMinor: 0n,
      taxes: [{ country: 'PT', category: 'E', rate: '0.00', baseMinor: 10_000n, taxMinor: 0n }],
      lines: [{ lineNo: 1, netMinor: 10_000n, servicePeriod: { start: localDate('2026-01-01'), end: localDate('2026-02-01') } }],
    };
    await app.get(Database).transaction((tx) => app.get(Books, { strict: false }).record(tx, [invoice]));
    const { receivablesAgeing } = await ask('query ($issuerId: ID!) { receivablesAgeing(issuerId: $issuerId, asOf: "2026-02-28") { party { id name number } total { amount } } }', { issuerId });
    expect(receivablesAgeing).toEqual([{ party: { id: registered.company.id, name: 'Acme, Lda', number: 'C-1' }, total: { amount: '100.00' } }]);
    const token = await app.get(DevelopmentIssuer, { strict: false }).token({ subject: 'ana', role: 'viewer', issuers: '*' });
    const { text } = await request(app.getHttpServer() as Server).get('/downloads/reports/receivables-ageing?issuer=PT&asOf=2026-02-28').set('Authorization', `Bearer ${token}`);
    expect(text).toContain(`company,${partyId},EUR,0.00,100.00,0.00,0.00,0.00,100.00,EUR,100.00,C-1,"Acme, Lda"\r\n`);
  });

  describe('of an issuer outside the scope', () => {
    const elsewhere = () => app.get(DevelopmentIssuer, { strict: false }).token({ subject: 'eve', role: 'accountant', issuers: ['DE'] });
    const YEAR = 'from: "2026-01-01", through: "2026-12-31"';

    it.each([
      'trialBalance(issuerId: $issuerId) { accountCode }',
      `generalLedger(issuerId: $issuerId, accountCode: "2111", ${YEAR}) { edges { cursor } }`,
      'balanceSheet(issuerId: $issuerId, asOf: "2026-12-31") { totalEquity { amount } }',
      `profitAndLoss(issuerId: $issuerId, ${YEAR}) { result { amount } }`,
      'receivablesAgeing(issuerId: $issuerId, asOf: "2026-12-31") { total { amount } }',
      'openDocuments(issuerId: $issuerId, asOf: "2026-12-31", partyId: "Company_0197a000-0000-7000-8000-000000000001") { dueOn }',
      `partyStatement(issuerId: $issuerId, partyId: "Company_0197a000-0000-7000-8000-000000000001", ${YEAR}) { isCutOff }`,
      `vatByRate(issuerId: $issuerId, ${YEAR}) { rate }`,
      `taxLines(issuerId: $issuerId, ${YEAR}, country: "PT", category: "S", rate: "23.00", currency: "EUR") { edges { cursor } }`,
      'deferredRevenueWaterfall(issuerId: $issuerId, asOf: "2026-12-31") { month }',
      'deferredDocuments(issuerId: $issuerId, asOf: "2026-12-31", currency: "EUR") { amount { amount } }',
      'chartOfAccounts(issuerId: $issuerId) { code }',
      'accountingPeriods(issuerId: $issuerId) { start }',
      'periodCloseChecklist(issuerId: $issuerId, periodStart: "2026-01-01") { name }',
      'undecidedManualEntries(issuerId: $issuerId) { id }',
      'undecidedPeriodReopenings(issuerId: $issuerId) { id }',
      'exchangeRate(issuerId: $issuerId, currency: "USD", on: "2026-01-20")',
      'recordedExchangeRates(issuerId: $issuerId, currency: "USD") { edges { cursor } }',
    ])('do not show %s', async (query) => {
      const { body } = await request(app.getHttpServer() as Server)
        .post('/graphql')
        .set('Authorization', `Bearer ${await elsewhere()}`)
        .send({ query: `query ($issuerId: ID!) { shown: ${query} }`, variables: { issuerId } });
      expect([body.data, body.errors[0].extensions.code]).toEqual([{ shown: null }, 'FORBIDDEN']);
    });

    it.each<[string, string, object]>([
      ['accountAdd', 'AccountAddInput', { code: '99', name: 'x', type: 'EXPENSE' }],
      ['accountClose', 'AccountCloseInput', { code: '99', from: '2026-01-01', reason: 'x' }],
      ['exchangeRateSet', 'ExchangeRateSetInput', { base: 'USD', quote: 'EUR', on: '2026-01-01', rate: '1', reason: 'x' }],
      ['manualEntryRequest', 'ManualEntryRequestInput', { effectiveOn: '2026-01-01', currency: 'EUR', reason: 'x', lines: [{ account: '12', amount: '1' }, { account: '721', amount: '-1' }] }],
      ['periodBeginClose', 'PeriodInput', { periodStart: '2026-01-01' }],
      ['periodAbandonClose', 'PeriodInput', { periodStart: '2026-01-01' }],
      ['periodClose', 'PeriodInput', { periodStart: '2026-01-01' }],
      ['periodReopeningRequest', 'PeriodReopeningRequestInput', { periodStart: '2026-01-01', reason: 'x' }],
      ['recognitionRunStart', 'RecognitionRunStartInput', { through: '2026-01-31' }],
      ['revaluationRunStart', 'RevaluationRunStartInput', { periodStart: '2026-01-01' }],
    ])('are not touched by %s', async (name, type, input) => {
      const { body } = await request(app.getHttpServer() as Server)
        .post('/graphql')
        .set('Authorization', `Bearer ${await elsewhere()}`)
        .send({ query: `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`, variables: { input: { issuerId, ...input } } });
      expect(body.data[name]).toEqual({ userErrors: [{ code: 'FORBIDDEN' }] });
    });

    it.each([
      ...['trial-balance', 'general-ledger', 'balance-sheet', 'profit-and-loss', 'receivables-ageing', 'statement', 'vat', 'deferred-revenue'].map((name) => `reports/${name}`),
      ...['hledger', 'ledger', 'beancount', 'csv'].map((format) => `journal/${format}`),
    ])('are not downloaded as %s', async (path) => {
      const everything = 'issuer=PT&account=2111&party=x&asOf=2026-12-31&from=2026-01-01&through=2026-12-31';
      const { status, text } = await request(app.getHttpServer() as Server).get(`/downloads/${path}?${everything}`).set('Authorization', `Bearer ${await elsewhere()}`);
      expect([status, JSON.parse(text).code]).toEqual([403, 'FORBIDDEN']);
    });
  });

  it('start the runs of a month-end, once for all who ask', async () => {
    const revalue = () => act('revaluationRunStart', 'RevaluationRunStartInput', 'run { id kind }', { issuerId, periodStart: '2026-01-01' });
    const first = await revalue();
    expect(first.run.kind).toBe('accounting.revaluation');
    expect((await revalue()).run.id).toBe(first.run.id);
    const recognised = await act('recognitionRunStart', 'RecognitionRunStartInput', 'run { kind }', { issuerId, through: '2026-01-31' });
    expect(recognised.run.kind).toBe('accounting.recognition');
  });
});
