// A year on a test clock through the public doors: billed, suspended for what is unpaid, previewed and measured; and a worker that dies on the way.
import { currency, RunId, timeZone } from '@countinghouse/kernel';
import { Issuers, Proofs, systemActor } from '@countinghouse/platform';
import { House } from './house';

const FILES = {
  'companies.companies': [
    'number,legal_name,trade_name,country,tax_id,vat_status,currency,language,time_zone,payment_terms_days,email,address_line,postal_code,city',
    'C-1,Alfa Lda,Alfa,PT,,not-required,EUR,pt,Europe/Lisbon,30,a@alfa.example,Rua 1,1000-001,Lisboa',
    'C-2,Beta Lda,,PT,,not-required,EUR,pt,Europe/Lisbon,14,b@beta.example,Rua 2,1000-002,Lisboa',
  ],
  'companies.members': ['company_number,employee_id,name,email,cost_centre,eligible_from,left_on', ...people((n) => `C-1,E${n},Pessoa ${n},,,2026-01-01,`), 'C-2,E1,Pessoa,,,2026-01-01,'],
  'subscriptions.contracts': [
    'number,issuer_code,company_number,currency,starts_on,ends_on,anchor_day,cycle_months,access_fee_per_person,access_fee_timing,enrolment_timing,plan_code,subsidy_mode,subsidy_value,subsidy_cap',
    'K-1,TEST-1,C-1,EUR,2026-01-01,,1,1,2.00,advance,advance,GOLD,percent,50,',
    'K-2,TEST-1,C-2,EUR,2026-01-15,2026-11-01,15,3,3.00,arrears,arrears,GOLD,percent,50,',
  ],
  'subscriptions.enrolments': ['contract_number,employee_id,plan_code,starts_on,ends_on', ...people((n) => `K-1,E${n},GOLD,2026-01-01,`), 'K-2,E1,GOLD,2026-02-01,'],
};

function people(row: (n: number) => string): string[] {
  return Array.from({ length: 8 }, (_, n) => row(n + 1));
}

describe('a test clock, through the public doors', () => {
  let house: House;
  let token: string;

  beforeAll(async () => {
    house = await House.open();
    await house.startApi();
    await house.startWorker();
    const answer = await fetch(`${house.url}/dev/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    token = ((await answer.json()) as { token: string }).token;
  }, 90_000);
  afterAll(() => house.close());

  const ask = async (query: string, variables: object = {}) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = (await (await fetch(`${house.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) })).json()) as {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked at by what they hold
      data: Record<string, any>;
      errors?: unknown;
    };
    expect(answer.errors).toBeUndefined();
    return answer.data;
  };
  /** The answer of a mutation that must be done. */
  const act = async (name: string, type: string, fields: string, input: object) => {
    const { [name]: payload } = await ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code message path } } }`, { input });
    expect(payload.userErrors).toEqual([]);
    return payload;
  };
  const finished = async ({ id }: { id: string }) => {
    const run = await house.done(id.slice('Run_'.length) as RunId);
    expect(run).toMatchObject({ state: 'succeeded', parked: 0 });
    return run;
  };

  it('lives through a year of business', async () => {
    const about = { legalName: 'Bem-Estar Lda', country: 'PT', taxId: '503504564', functionalCurrency: currency('EUR'), timeZone: timeZone('Europe/Lisbon') };
    const real = await house.database.transaction((tx) => house.get(Issuers).create(tx, { code: 'PT', ...about }, systemActor('scenario')));
    const { issuer } = await act('testClockCreate', 'TestClockCreateInput', 'issuer { id code testClockAt }', { code: 'TEST-1', like: 'PT', startsOn: '2026-01-01' });
    expect(issuer).toMatchObject({ code: 'TEST-1', testClockAt: '2026-01-01T00:00:00.000Z' });
    const price = { price: { amount: '20.00', currency: 'EUR' }, taxInclusive: true, effectiveFrom: '2025-01-01' };
    await act('planPublish', 'PlanPublishInput', 'plan { id }', { code: 'GOLD', name: 'Gold', taxCategory: 'STANDARD', prices: [price] });
    for (const [kind, lines] of Object.entries(FILES)) {
      await finished((await act('csvImportStart', 'CsvImportStartInput', 'run { id }', { kind, fileName: `${kind}.csv`, content: `${lines.join('\n')}\n` })).run);
    }
    const { contracts } = await ask('{ contracts(first: 10) { edges { node { id number company { id } } } } }');
    const contract = contracts.edges.find(({ node }: { node: { number: string } }) => node.number === 'K-1').node;
    const policies = { overduePolicy: 'SUSPEND', overdueGraceDays: 10, suspendedBilling: 'STOPS' };
    await act('contractPoliciesSet', 'ContractPoliciesSetInput', 'contract { id }', { contractId: contract.id, policies, reason: 'agreed' });

    // What January to March would come to, before any of it has happened.
    const asked = { issuerId: issuer.id, companyId: contract.company.id, through: '2026-01-01', idempotencyKey: 'first' };
    const { preview } = await act('billingPreviewStart', 'BillingPreviewStartInput', 'preview { id run { id } }', asked);
    await finished(preview.run);
    const { billingPreview } = await ask(
      `query ($id: ID!) { billingPreview(id: $id) { documents(first: 20) { edges { node { gross { amount } lines { edges { node { description net { amount } charges(first: 2) { edges { node { explanation } } } } } } } } } } }`,
      { id: preview.id },
    );
    const documents = billingPreview.documents.edges.map(({ node }: { node: { gross: { amount: string } } }) => node);
    expect(documents).toHaveLength(9);
    expect(documents.at(-1).lines.edges[0].node.charges.edges[0].node.explanation).toMatch(/\S/);

    // What if its access fee ended with the year: nothing but the plans would be left on the company's document.
    const { contract: known } = await ask('query ($id: ID!) { contract(id: $id) { components { id } } }', { id: contract.id });
    const proposals = [{ contractComponentEnd: { componentId: known.components[0].id, on: '2026-01-01', reason: 'what if' } }];
    const { preview: whatIf } = await act('billingPreviewStart', 'BillingPreviewStartInput', 'preview { id proposals run { id } }', { ...asked, idempotencyKey: 'second', proposals });
    expect(whatIf.proposals).toBe(1);
    const [asIs, ended] = [await finished(preview.run), await finished(whatIf.run)];
    // 8 people at 2.00 and 23 % on it.
    expect(BigInt(asIs.result['grossMinor.EUR']!) - BigInt(ended.result['grossMinor.EUR']!)).toBe(1968n);

    // The company's invoice of 1 January is due on the 31st; ten days of grace later its contract is suspended.
    const advance = async (to: string) => (await act('testClockAdvance', 'TestClockAdvanceInput', 'run { id }', { issuerId: issuer.id, to })).run;
    await finished(await advance('2026-02-11'));
    const life = () =>
      house.database.query<{ kind: string; on: string }>(
        `SELECT kind, effective_on AS on FROM subscriptions.contract_change c JOIN subscriptions.contract k ON k.id = c.contract_id
          WHERE k.number = 'K-1' AND kind IN ('suspend', 'resume') ORDER BY seq`,
      );
    expect(await life()).toEqual([{ kind: 'suspend', on: '2026-02-11' }]);
    const [january] = await house.database.query<{ gross: bigint }>(
      `SELECT gross_minor AS gross FROM invoicing.invoice WHERE issuer_id = $1 AND payer_type = 'company' AND issued_on = '2026-01-01'`,
      [issuer.id.slice('Issuer_'.length)],
    );
    expect(january!.gross.toString()).toBe(documents.at(-1).gross.amount.replace('.', ''));

    // A worker that dies on the way leaves nothing half done: the next one goes on from the day that the clock shows.
    const run = await advance('2027-02-01');
    const shown = async () => (await house.database.query<{ at: Date }>(`SELECT test_clock_at AS at FROM platform.issuer WHERE code = 'TEST-1'`))[0]!.at.getTime();
    await house.until('the clock shows April', async () => (await shown()) > Date.UTC(2026, 3, 1));
    await house.killWorker();
    expect(await shown()).toBeLessThan(Date.UTC(2027, 1, 1));
    await house.startWorker();
    await finished(run);

    const revenue = { issuerId: issuer.id, from: '2026-01-01', through: '2026-12-01' };
    await finished((await act('recurringRevenueCompute', 'RecurringRevenueComputeInput', 'run { id }', revenue)).run);
    const { recurringRevenue } = await ask(
      'query ($issuerId: ID!, $from: Date!, $through: Date!) { recurringRevenue(issuerId: $issuerId, from: $from, through: $through) { knownAt months { month start { amount } new { amount } churn { amount } end { amount } netRetentionPercent } } }',
      revenue,
    );
    // 8 people at 2.00 and 20.00; K-2 joins in January with 3.00 and in February with a plan, K-1 is suspended in February.
    expect(recurringRevenue.months.slice(0, 2)).toEqual([
      { month: '2026-01-01', start: { amount: '0.00' }, new: { amount: '179.00' }, churn: { amount: '0.00' }, end: { amount: '179.00' }, netRetentionPercent: null },
      { month: '2026-02-01', start: { amount: '179.00' }, new: { amount: '0.00' }, churn: { amount: '176.00' }, end: { amount: '23.00' }, netRetentionPercent: '12.85' },
    ]);

    const csv = await fetch(`${house.url}/downloads/revenue?issuer=TEST-1&from=2026-01&through=2026-02&by=plan`, { headers: { authorization: `Bearer ${token}` } });
    expect((await csv.text()).split('\n').slice(1, 3)).toEqual(['2026-01,GOLD,EUR,0,16000,0,0,0,0,16000,192000,,1,1,0', '2026-02,GOLD,EUR,16000,0,2000,0,0,16000,2000,24000,12.50,1,0,1']);

    const proofs = await house.database.read((reader) => house.get(Proofs).all(reader));
    expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
    expect(await house.database.query('SELECT count(*)::int AS n FROM invoicing.series WHERE issuer_id = $1', [real.id])).toEqual([{ n: 0 }]);
  }, 240_000);
});
