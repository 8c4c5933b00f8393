// The API as its clients use it: a business set up, billed and collected through GraphQL, then read under every scope.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { Books } from '@countinghouse/accounting';
import { OpenSeries } from '@countinghouse/invoicing';
import { currency, LocalDate, RunId, timeZone, yearOf } from '@countinghouse/kernel';
import { Actor, AppClock, Database, Deliveries, DevelopmentIssuer, Issuer, Issuers, Reader, Runs } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { configFrom } from '../../src/config';
import { createHttpApp } from '../../src/http';

const OPERATOR: Actor = { subject: 'spec', role: 'admin', issuers: '*' };
const MEMBERS = 60;

const CSV = {
  'companies.companies': [
    'number,legal_name,trade_name,country,tax_id,vat_status,currency,language,time_zone,payment_terms_days,email,address_line,postal_code,city',
    'C-1,Alfa Lda,Alfa,PT,,not-required,EUR,pt,Europe/Lisbon,30,a@alfa.example,Rua 1,1000-001,Lisboa',
    'C-2,Beta GmbH,,DE,,not-required,EUR,de,Europe/Berlin,14,b@beta.example,Weg 2,10115,Berlin',
    'C-3,100% Gamma,,DE,,not-required,EUR,de,Europe/Berlin,14,c@gamma.example,Weg 3,10115,Berlin',
  ],
  'companies.members': ['company_number,employee_id,name,email,cost_centre,eligible_from,left_on', ...people((n) => `C-1,E${n},Pessoa ${n},,,2026-01-01,`), 'C-2,E1,Person 1,,,2026-01-01,'],
  'subscriptions.contracts': [
    'number,issuer_code,company_number,currency,starts_on,ends_on,anchor_day,cycle_months,access_fee_per_person,access_fee_timing,enrolment_timing,plan_code,subsidy_mode,subsidy_value,subsidy_cap',
    'K-1,PT,C-1,EUR,2026-01-01,,1,1,2.00,arrears,arrears,GOLD,percent,50,',
    'K-2,DE,C-2,EUR,2026-01-01,,1,1,3.00,arrears,arrears,GOLD,fixed,5.00,',
  ],
  'subscriptions.enrolments': ['contract_number,employee_id,plan_code,starts_on,ends_on', ...people((n) => `K-1,E${n},GOLD,2026-01-01,`), 'K-2,E1,GOLD,2026-01-01,'],
  'payments.payment-methods': ['company_number,employee_id,provider,token,label', ...people((n) => `C-1,E${n},sandbox,tok_ok,Visa ${n}`)],
};

function people(row: (n: string) => string): string[] {
  return Array.from({ length: MEMBERS }, (_, n) => row(String(n + 1).padStart(3, '0')));
}

describe('the API', () => {
  let test: TestDatabase;
  let app: NestExpressApplication;
  let http: Server;
  let folder: string;
  let issuers: Record<string, Issuer>;
  const tokens = new Map<string, string>();

  const tokenOf = async (role: Actor['role'], codes: readonly string[] | '*' = '*') => {
    const name = `${role} ${codes}`;
    const token = tokens.get(name) ?? (await app.get(DevelopmentIssuer, { strict: false }).token({ subject: name, role, issuers: codes }));
    tokens.set(name, token);
    return token;
  };
  const send = async (query: string, variables: object = {}, role: Actor['role'] = 'admin', codes: readonly string[] | '*' = '*') =>
    request(http).post('/graphql').set('Authorization', `Bearer ${await tokenOf(role, codes)}`).send({ query, variables });
  /** The data of an answer that must have no errors. */
  const ask = async (...args: Parameters<typeof send>) => {
    const { body } = await send(...args);
    expect(body.errors).toBeUndefined();
    return body.data;
  };
  const issuerId = (code: string) => `Issuer_${issuers[code]!.id}`;
  const drain = async (run: { id: string }) => {
    const done = await app.get(Runs).drain(run.id.slice('Run_'.length) as RunId);
    expect(done).toMatchObject({ state: 'succeeded', parked: 0 });
  };
  /** What a worker's relay does, once and here. */
  const deliver = async () => {
    const [database, deliveries] = [app.get(Database), app.get(Deliveries)];
    await database.transaction((tx) => deliveries.route(tx));
    const batches = await database.transaction((tx) => deliveries.claim(tx, ['payments.schedule-collection']));
    for (const { consumer, eventIds } of batches) await deliveries.process(consumer, eventIds);
  };

  beforeAll(async () => {
    test = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'countinghouse-api-'));
    app = await createHttpApp(configFrom({ NODE_ENV: 'test', DATABASE_URL: test.url, DATA_DIRECTORY: folder }, ['databaseUrl']), false);
    await app.init();
    http = app.getHttpServer() as Server;
    issuers = Object.fromEntries(await Promise.all(['PT', 'DE'].map(async (code) => [code, await openIssuer(app, code)] as const)));
    const price = { price: { amount: '20.00', currency: 'EUR' }, taxInclusive: true, effectiveFrom: '2025-01-01' };
    await ask('mutation ($input: PlanPublishInput!) { planPublish(input: $input) { plan { id } userErrors { code } } }', {
      input: { code: 'GOLD', name: 'Gold', taxCategory: 'STANDARD', prices: [price] },
    });
    for (const [kind, lines] of Object.entries(CSV)) {
      const { csvImportStart } = await ask('mutation ($input: CsvImportStartInput!) { csvImportStart(input: $input) { run { id } userErrors { code message } } }', {
        input: { kind, fileName: `${kind}.csv`, content: lines.join('\n') },
      });
      expect(csvImportStart.userErrors).toEqual([]);
      await drain(csvImportStart.run);
    }
    for (const code of ['PT', 'DE']) {
      const { billingRunStart } = await ask('mutation ($input: BillingRunStartInput!) { billingRunStart(input: $input) { run { id } userErrors { code message } } }', {
        input: { issuerId: issuerId(code), through: '2026-02-01', idempotencyKey: `bill ${code}` },
      });
      expect(billingRunStart.userErrors).toEqual([]);
      await drain(billingRunStart.run);
    }
    await deliver();
  });
  afterAll(async () => {
    await app?.close();
    await test.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('reads', () => {
    const INVOICES = `query ($first: Int!) { invoices(first: $first, filter: { stream: MEMBER }) { edges { node {
      id number state gross { amount currency } company { number } issuer { code } run { kind }
      payer { __typename ... on Member { name } ... on Company { legalName } }
      lines { description quantity net { amount } } taxes { taxRate base { amount } } allocations { amount { amount } payment { id } }
      payments { state amount { minorUnits } attempts { no } } } } } }`;

    it('answers a page of 50 invoices with lines, payers and payments in as many statements as a page of 5', async () => {
      const counted = async (first: number) => {
        const statements = jest.spyOn(Reader.prototype as unknown as { run(): unknown }, 'run');
        const { invoices } = await ask(INVOICES, { first });
        const count = statements.mock.calls.length;
        statements.mockRestore();
        expect(invoices.edges).toHaveLength(first);
        for (const { node } of invoices.edges) {
          expect(node).toMatchObject({ state: 'FINALISED', issuer: {}, company: {}, payer: { __typename: 'Member' }, run: { kind: 'invoicing.billing' } });
          expect(node.lines.length).toBeGreaterThan(0);
        }
        expect(invoices.edges.flatMap((edge: { node: { payments: object[] } }) => edge.node.payments).length).toBeGreaterThan(first - 2);
        return count;
      };
      await counted(5);
      const small = await counted(5);
      expect(small).toBeGreaterThan(8);
      expect(await counted(50)).toBe(small);
    });

    it('gives the child lists of a page of companies in one statement, each with its own cursors', async () => {
      const query = `query ($after: String) { companies { edges { node { number members(first: 2, after: $after) { edges { node { employeeId } } pageInfo { hasNextPage endCursor } } contracts { edges { node { number } } } } } } }`;
      const { companies } = await ask(query);
      const [alfa, beta, gamma] = companies.edges.map((edge: { node: object }) => edge.node);
      expect(alfa).toMatchObject({ number: 'C-1', members: { edges: [{ node: { employeeId: 'E001' } }, { node: { employeeId: 'E002' } }], pageInfo: { hasNextPage: true } }, contracts: { edges: [{ node: { number: 'K-1' } }] } });
      expect(beta.members).toMatchObject({ edges: [{ node: { employeeId: 'E1' } }], pageInfo: { hasNextPage: false } });
      expect(gamma).toMatchObject({ members: { edges: [], pageInfo: { endCursor: null } }, contracts: { edges: [] } });
      const next = await ask(query, { after: alfa.members.pageInfo.endCursor });
      expect(next.companies.edges[0].node.members.edges.map((edge: { node: object }) => edge.node)).toEqual([{ employeeId: 'E003' }, { employeeId: 'E004' }]);
    });

    it('searches companies by name and number, in which LIKE’s own characters mean nothing', async () => {
      const find = async (search: string) =>
        (await ask('query ($search: String) { companies(filter: { search: $search }) { edges { node { number } } } }', { search })).companies.edges.map(
          (edge: { node: { number: string } }) => edge.node.number,
        );
      expect(await find('alfa')).toEqual(['C-1']);
      expect(await find('c-2')).toEqual(['C-2']);
      expect(await find('100% GAMMA')).toEqual(['C-3']);
      expect(await find('%')).toEqual([]);
      expect(await find('_')).toEqual([]);
    });

    it('finds the things behind their global ids', async () => {
      const { companies, plans, contracts, invoices, runs, payments, issuers: all } = await ask(`{
        companies(first: 1) { edges { node { id } } } plans(first: 1) { edges { node { id } } } contracts(first: 1) { edges { node { id } } }
        invoices(first: 1) { edges { node { id } } } runs(first: 1) { edges { node { id } } } payments(first: 1) { edges { node { id } } } issuers { id } }`);
      const ids = [...[companies, plans, contracts, invoices, runs, payments].map((list) => list.edges[0].node.id as string), all[0].id as string];
      const { nodes } = await ask('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids });
      expect(nodes).toEqual(ids.map((id) => ({ __typename: id.split('_')[0], id })));
    });

    it('tells what happened to a company in all contexts, to each actor of what is in scope', async () => {
      const { companies } = await ask('{ companies(filter: { search: "C-1" }) { edges { node { id } } } }');
      const id = companies.edges[0].node.id;
      const query = 'query ($id: ID!) { companyTimeline(companyId: $id, first: 100) { edges { node { at kind summary subjectId } } pageInfo { hasNextPage } } }';
      const { companyTimeline } = await ask(query, { id });
      const told = companyTimeline.edges.map(({ node }: { node: { kind: string } }) => node);
      expect([...new Set(told.map(({ kind }: { kind: string }) => kind))]).toEqual(['invoice-finalised', 'headcount-changed', 'contract-changed', 'contract-drafted', 'company-registered']);
      expect(told[0]).toMatchObject({ summary: expect.stringMatching(/^Invoice FT \d{4}A\/1 of [\d.]+ EUR, due \d{4}-\d\d-\d\d\.$/), subjectId: expect.stringMatching(/^Invoice_/) });
      expect(told.map(({ summary }: { summary: string }) => summary)).toEqual(expect.arrayContaining([`People eligible: ${MEMBERS} more.`, `People enrolled: ${MEMBERS} more.`, 'Contract K-1 starts from 2026-01-01.']));
      expect(JSON.stringify(await ask(query, { id }, 'viewer', ['DE']))).not.toMatch(/invoice-|contract-/);
    });

    it('closes no company that has contracts running and invoices open, and says so', async () => {
      const { companies } = await ask('{ companies(filter: { search: "C-1" }) { edges { node { id } } } }');
      const input = { companyId: companies.edges[0].node.id, reason: 'gone' };
      const close = 'mutation ($input: CompanyStatusInput!) { act: companyClose(input: $input) { company { status } userErrors { code message } } }';
      expect((await ask(close, { input })).act).toEqual({
        company: null, userErrors: [{ code: 'COMPANY_CANNOT_MOVE', message: 'One cannot close C-1: 1 invoice is open. 1 contract is running.' }],
      });
      const suspend = (name: string) => `mutation ($input: CompanyStatusInput!) { act: ${name}(input: $input) { company { status } warnings userErrors { code } } }`;
      expect((await ask(suspend('companySuspend'), { input })).act).toMatchObject({ company: { status: 'SUSPENDED' }, warnings: [expect.any(String), expect.any(String)] });
      expect((await ask(suspend('companyResume'), { input })).act).toMatchObject({ company: { status: 'ACTIVE' } });
    });

    it('filters invoices and refuses an id of another type by name', async () => {
      const find = async (filter: object) =>
        (await ask('query ($filter: InvoiceFilter) { invoices(filter: $filter, first: 100) { edges { node { stream issuer { code } } } } }', { filter })).invoices.edges.map(
          (edge: { node: object }) => edge.node,
        );
      expect(await find({ issuerId: issuerId('DE'), stream: 'COMPANY' })).toEqual([{ stream: 'COMPANY', issuer: { code: 'DE' } }]);
      expect(await find({ state: 'PAID' })).toEqual([]);
      const { body } = await send('query ($filter: InvoiceFilter) { invoices(filter: $filter) { edges { node { id } } } }', { filter: { companyId: issuerId('DE') } });
      expect(body.errors[0].extensions).toMatchObject({ code: 'ID_INVALID', field: 'filter.companyId' });
    });

    it('gives a trial balance that balances, and a run by its id', async () => {
      const { trialBalance } = await ask('query ($id: ID!) { trialBalance(issuerId: $id) { accountRole accountType debit { minorUnits } credit { minorUnits } balance { minorUnits } } }', { id: issuerId('PT') });
      const total = trialBalance.reduce((sum: bigint, line: { balance: { minorUnits: string } }) => sum + BigInt(line.balance.minorUnits), 0n);
      expect(trialBalance.length).toBeGreaterThan(2);
      expect(total).toBe(0n);
      const { runs } = await ask('{ runs(kind: "invoicing.billing") { edges { node { id } } } }');
      const { run } = await ask('query ($id: ID!) { run(id: $id) { state progress total done parked issuer { code } result { name value } startedAt finishedAt parkedItems { edges { node { item } } } } }', { id: runs.edges[0].node.id });
      expect(run).toMatchObject({ state: 'SUCCEEDED', progress: 1, issuer: { code: 'DE' }, parkedItems: { edges: [] } });
      expect(run.finishedAt).toMatch(/Z$/);
    });

    it('says what an import refused, line by line', async () => {
      const { csvImportStart } = await ask('mutation ($input: CsvImportStartInput!) { csvImportStart(input: $input) { run { id } } }', {
        input: { kind: 'companies.members', fileName: 'bad.csv', content: `${CSV['companies.members'][0]}\nC-9,E1,Nobody,,,2026-01-01,\nC-1,E1,Late,,,tomorrow,\n` },
      });
      await app.get(Runs).drain(csvImportStart.run.id.slice(4) as RunId);
      const { run } = await ask('query ($id: ID!) { run(id: $id) { importRejections { edges { node { line column value code remedy } } } } }', { id: csvImportStart.run.id });
      expect(run.importRejections.edges.map((edge: { node: object }) => edge.node)).toEqual([
        expect.objectContaining({ line: 2, value: 'C-9' }),
        expect.objectContaining({ line: 3, column: 'eligible_from', value: 'tomorrow' }),
      ]);
    });
  });

  describe('scope', () => {
    it('shows an actor of one issuer nothing of another, in no list, by no id and in no field', async () => {
      const all = await ask('{ invoices(first: 1, filter: { stream: COMPANY }) { edges { node { id issuer { code } } } } contracts(first: 5) { edges { node { id number } } } }');
      const foreign = all.invoices.edges[0].node;
      expect(foreign.issuer.code).toBe('DE');
      const k2 = all.contracts.edges.map((edge: { node: object }) => edge.node).find((node: { number: string }) => node.number === 'K-2');

      const query = `query ($invoice: ID!, $contract: ID!, $issuer: ID!) { issuers { code } invoice(id: $invoice) { id } node(id: $contract) { id } node2: node(id: $issuer) { id }
        invoices(first: 100) { edges { node { issuer { code } } } } contracts { edges { node { number } } } payments(first: 100) { edges { node { issuer { code } } } }
        companies { edges { node { number contracts { edges { node { number } } } invoices(first: 1) { edges { node { issuer { code } } } } } } } }`;
      const seen = await ask(query, { invoice: foreign.id, contract: k2.id, issuer: issuerId('DE') }, 'admin', ['PT']);
      expect(seen).toMatchObject({ issuers: [{ code: 'PT' }], invoice: null, node: null, node2: null, contracts: { edges: [{ node: { number: 'K-1' } }] } });
      expect(JSON.stringify(seen)).not.toMatch(/"DE"|K-2/);

      const runs = await ask('{ runs { edges { node { issuer { code } } } } }', {}, 'viewer', ['PT']);
      expect(JSON.stringify(runs)).not.toContain('"DE"');
      const { body } = await send('query ($id: ID!) { trialBalance(issuerId: $id) { accountCode } }', { id: issuerId('DE') }, 'admin', ['PT']);
      expect(body.errors[0].extensions.code).toBe('FORBIDDEN');
    });

    it.each([
      ['viewer', 'mutation ($id: ID!) { act: billingRunStart(input: { issuerId: $id, through: "2026-03-01", idempotencyKey: "x" }) { run { id } userErrors { code } } }'],
      ['viewer', 'mutation ($id: ID) { act: collectionRunStart(input: { issuerId: $id, through: "2026-03-01", idempotencyKey: "x" }) { run { id } userErrors { code } } }'],
      ['billing', 'mutation ($id: ID!) { act: recognitionRunStart(input: { issuerId: $id, through: "2026-01-31" }) { run { id } userErrors { code } } }'],
      ['viewer', 'mutation { act: planPublish(input: { code: "X", name: "X", taxCategory: EXEMPT, prices: [] }) { plan { id } userErrors { code } } }'],
      ['viewer', 'mutation { act: csvImportStart(input: { kind: "companies.companies", fileName: "x", content: "x" }) { run { id } userErrors { code } } }'],
      ['accountant', 'mutation { act: deliveryReplay(input: {}) { replayed userErrors { code } } }'],
    ] as const)('refuses a %s the act %s', async (role, mutation) => {
      const { act } = await ask(mutation, mutation.includes('$id') ? { id: issuerId('PT') } : {}, role);
      expect(act.userErrors).toEqual([{ code: 'FORBIDDEN' }]);
    });

    it('takes no import from an actor of one issuer, since a file may name any', async () => {
      const { csvImportStart } = await ask('mutation { csvImportStart(input: { kind: "companies.companies", fileName: "x", content: "number" }) { userErrors { code } } }', {}, 'admin', ['PT']);
      expect(csvImportStart.userErrors).toEqual([{ code: 'FORBIDDEN' }]);
    });

    it('keeps proofs for accountants of all issuers and parked deliveries for admins', async () => {
      const codeOf = async (...args: Parameters<typeof send>) => (await send(...args)).body.errors?.[0].extensions.code;
      expect(await codeOf('{ proofs { ok } }', {}, 'billing')).toBe('FORBIDDEN');
      expect(await codeOf('{ proofs { ok } }', {}, 'accountant', ['PT'])).toBe('FORBIDDEN');
      expect(await codeOf('{ parkedDeliveries { edges { node { consumer } } } }', {}, 'accountant')).toBe('FORBIDDEN');
      expect(await ask('{ parkedDeliveries { edges { node { consumer } } } }')).toEqual({ parkedDeliveries: { edges: [] } });
      const { proofs } = await ask('{ proofs { name ok detail } }', {}, 'accountant');
      expect(proofs.filter((proof: { ok: boolean }) => !proof.ok)).toEqual([]);
      expect(proofs.length).toBeGreaterThan(7);
    });
  });

  describe('runs', () => {
    const START = 'mutation ($id: ID, $on: Date!, $key: String!) { collectionRunStart(input: { issuerId: $id, through: $on, idempotencyKey: $key }) { run { id state } userErrors { code path remedy } } }';

    it('answers the same idempotency key with the same run, and refuses it for another input', async () => {
      const variables = { id: issuerId('PT'), on: '2026-03-01', key: 'collect' };
      const first = (await ask(START, variables, 'billing')).collectionRunStart;
      expect((await ask(START, variables, 'billing')).collectionRunStart.run.id).toBe(first.run.id);
      const other = (await ask(START, { ...variables, on: '2026-03-02' }, 'billing')).collectionRunStart;
      expect(other).toMatchObject({ run: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', path: ['input', 'idempotencyKey'] }] });
    });

    it('pauses, resumes and cancels a run, each change visible in its own answer', async () => {
      const { run } = (await ask(START, { id: issuerId('DE'), on: '2026-04-01', key: 'steered' })).collectionRunStart;
      const steered = await ask(
        `mutation ($input: RunInput!) { a: runPause(input: $input) { run { state } } b: runResume(input: $input) { run { state } } c: runCancel(input: $input) { run { state finishedAt } }
          d: runPause(input: $input) { run { id } userErrors { code } } }`,
        { input: { runId: run.id } },
        'billing',
      );
      expect(steered).toMatchObject({ a: { run: { state: 'PAUSED' } }, b: { run: { state: 'PLANNED' } }, c: { run: { state: 'CANCELLED' } }, d: { run: null, userErrors: [{ code: 'RUN_STATE_FORBIDS' }] } });
    });
  });

  it('lets nobody steer a run of all issuers, or of another, who has one', async () => {
    const { runs } = await ask('{ runs(first: 100) { edges { node { id issuer { code } } } } }');
    const all = runs.edges.map((edge: { node: { id: string; issuer: { code: string } | null } }) => edge.node);
    for (const foreign of [null, 'DE']) {
      const run = all.find((each: { issuer: { code: string } | null }) => (each.issuer?.code ?? null) === foreign);
      const { runCancel } = await ask('mutation ($id: ID!) { runCancel(input: { runId: $id }) { userErrors { code } } }', { id: run.id }, 'admin', ['PT']);
      expect(runCancel).toEqual({ userErrors: [{ code: 'FORBIDDEN' }] });
    }
  });

  it('sends the headers that keep a browser from being used against us', async () => {
    const { headers } = await send('{ viewer { role } }');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['x-powered-by']).toBeUndefined();
  });
});

/** An issuer with open books and series, as the operator sets it up. */
async function openIssuer(app: NestExpressApplication, code: string): Promise<Issuer> {
  const zone = timeZone(code === 'PT' ? 'Europe/Lisbon' : 'Europe/Berlin');
  const issuer = await app.get(Database).transaction(async (tx) => {
    const input = { code, legalName: `House ${code}`, country: code, taxId: `${code}1`, functionalCurrency: currency('EUR'), timeZone: zone };
    const created = await app.get(Issuers).create(tx, input, OPERATOR);
    await app.get(Books, { strict: false }).open(tx, { issuerId: created.id, country: code, functionalCurrency: currency('EUR'), from: '2026-01-01' as LocalDate } as never, OPERATOR);
    return created;
  });
  const year = yearOf(app.get(AppClock).today(zone));
  for (const stream of ['company', 'member'] as const) {
    await app.get(OpenSeries, { strict: false }).execute({ issuerId: issuer.id, documentType: 'invoice', stream, year }, OPERATOR);
  }
  return issuer;
}
