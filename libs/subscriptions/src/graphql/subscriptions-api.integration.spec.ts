// Catalogue, contracts and enrolments through the API: set up, amended, read back with their timelines, and refused with a remedy.
import { CompanyId, MemberId } from '@countinghouse/kernel';
import { SubscriptionsApi } from '../../test/api';
import { World } from '../../test/world';

const reason = 'as agreed by letter';

describe('subscriptions in the API', () => {
  let api: SubscriptionsApi;
  let world: World;
  let company: CompanyId;
  let members: MemberId[];
  let contractId: string;
  let counter = 0;
  const plans: Record<string, string> = {};

  beforeAll(async () => {
    api = await SubscriptionsApi.open();
    world = await World.on(api.test);
    await api.act('productPublish', 'ProductPublishInput', { code: 'WELLNESS', name: 'Wellness', taxCategory: 'STANDARD' }, 'product { id }');
    for (const [code, amount] of [['BASIC', '20.00'], ['GOLD', '40.00']]) {
      const prices = [{ price: { amount, currency: 'EUR' }, taxInclusive: true, effectiveFrom: '2020-01-01' }];
      const { plan } = await api.act('planPublish', 'PlanPublishInput', { code, name: code, taxCategory: 'STANDARD', product: 'WELLNESS', prices }, 'plan { id }');
      plans[code!] = plan.id;
    }
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    company = await world.company();
    members = await world.members(company, 3);
    const input = {
      number: `K-API-${++counter}`, issuerId: `Issuer_${world.issuerId}`, companyId: `Company_${company}`, currency: 'EUR', startsOn: '2026-01-01', termEndsOn: '2099-01-01', cycleMonths: 1,
      policies: { autoRenew: true, renewalMonths: 12, noticeDays: 60, payrollAllowed: true, pauseDaysMax: 30 }, reason,
    };
    const drafted = await api.act('contractDraft', 'ContractDraftInput', input, 'contract { id state { life } startsOn }');
    expect(drafted).toMatchObject({ contract: { state: { life: 'DRAFT' }, startsOn: '2026-01-01' }, userErrors: [] });
    contractId = drafted.contract.id;
    expect(await api.act('contractActivate', 'ContractActivateInput', { contractId, reason }, 'contract { state { life } }')).toMatchObject({ contract: { state: { life: 'RUNNING' } } });
  });

  it('publish products, plans in tiers and prices of every kind', async () => {
    const prices = [{ price: { amount: '110.00', currency: 'EUR' }, taxInclusive: true, effectiveFrom: '2027-01-01', intervalMonths: 3, appliesTo: 'ALL_AT_NEXT_PERIOD' }];
    expect(await api.act('planPricesPublish', 'PlanPricesPublishInput', { plan: 'GOLD', prices }, 'plan { code }')).toMatchObject({ userErrors: [] });
    expect(await api.act('productTaxChange', 'ProductTaxChangeInput', { product: 'WELLNESS', taxCategory: 'REDUCED', effectiveFrom: '2027-01-01', reason }, 'product { code }')).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
    expect(await api.act('productTaxChange', 'ProductTaxChangeInput', { product: 'WELLNESS', taxCategory: 'REDUCED', effectiveFrom: '2027-01-01', reason }, 'product { code }', 'accountant')).toMatchObject({ userErrors: [] });
    const old = { code: 'OLD', name: 'Old', taxCategory: 'REDUCED', product: 'WELLNESS', tier: 9, prices: [] };
    await api.act('planPublish', 'PlanPublishInput', old, 'plan { id }');
    expect(await api.act('planRetire', 'PlanRetireInput', { plan: 'OLD', from: '2026-06-01', reason }, 'plan { retiredFrom }')).toMatchObject({ plan: { retiredFrom: '2026-06-01' } });
    const { products } = await api.ask('{ products(first: 2) { edges { node { code taxes { taxCategory effectiveFrom } plans(first: 10) { edges { node { code tier prices { intervalMonths appliesTo amount { amount } effectiveFrom } } } } } } } }');
    expect(products.edges[0].node).toEqual({
      code: 'WELLNESS',
      taxes: [{ taxCategory: 'REDUCED', effectiveFrom: '2027-01-01' }, { taxCategory: 'STANDARD', effectiveFrom: '0001-01-01' }],
      plans: {
        edges: [
          { node: { code: 'BASIC', tier: 1, prices: [{ intervalMonths: 1, appliesTo: 'ALL_FROM_DATE', amount: { amount: '20.00' }, effectiveFrom: '2020-01-01' }] } },
          {
            node: {
              code: 'GOLD', tier: 2,
              prices: [
                { intervalMonths: 1, appliesTo: 'ALL_FROM_DATE', amount: { amount: '40.00' }, effectiveFrom: '2020-01-01' },
                { intervalMonths: 3, appliesTo: 'ALL_AT_NEXT_PERIOD', amount: { amount: '110.00' }, effectiveFrom: '2027-01-01' },
              ],
            },
          },
          { node: { code: 'OLD', tier: 9, prices: [] } },
        ],
      },
    });
  });

  it('agree components of every kind, change and end them, and show what was agreed by date', async () => {
    let asked = 0;
    const add = (input: object) =>
      api.act('contractComponentAdd', 'ContractComponentAddInput', { contractId, timing: 'ARREARS', reason, idempotencyKey: `component ${++asked} of ${contractId}`, ...input }, 'component { id kind name }');
    const eur = (amount: string) => ({ amount, currency: 'EUR' });
    const graduated = {
      priceModel: 'GRADUATED', measure: 'PEAK', counted: 'ENROLLED', tiers: [{ upTo: 100, unitPrice: eur('5.00'), flat: eur('10.00') }, { unitPrice: eur('4.00') }],
    };
    const fee = await add({ kind: 'ACCESS_FEE', name: 'Access', steps: [{ effectiveOn: '2026-01-01', terms: { priceModel: 'PER_UNIT', unitPrice: eur('5.00') } }, { effectiveOn: '2026-07-01', terms: graduated }] });
    expect(fee).toMatchObject({ component: { kind: 'ACCESS_FEE' }, userErrors: [] });
    const first = '2026-01-01';
    await add({ kind: 'ONE_OFF', name: 'Set-up', timing: 'ADVANCE', steps: [{ effectiveOn: first, terms: { unitPrice: eur('150.00') } }] });
    await add({ kind: 'PERCENT_DISCOUNT', name: 'Launch', targetId: fee.component.id, steps: [{ effectiveOn: first, terms: { percent: '12.5', periods: 3 } }] });
    await add({ kind: 'CAP', name: 'Cap', steps: [{ effectiveOn: first, terms: { amount: eur('900.00') } }] });
    await add({ kind: 'COMMITMENT', name: 'Minimum', steps: [{ effectiveOn: first, terms: { amount: eur('100.00'), per: 'TERM' } }] });
    const change = { componentId: fee.component.id, effectiveOn: '2026-09-01', terms: { priceModel: 'FLAT', unitPrice: eur('99.00') }, reason };
    expect(await api.act('contractComponentChange', 'ContractComponentChangeInput', change, 'component { name }')).toMatchObject({ userErrors: [] });
    expect(await api.act('contractComponentEnd', 'ContractComponentEndInput', { componentId: fee.component.id, on: '2026-12-01', reason }, 'component { name }')).toMatchObject({ userErrors: [] });

    const { contract } = await api.ask(
      `query ($id: ID!) { contract(id: $id) { components { name target { name } timeline { seq effectiveOn recordedBy terms {
         priceModel unitPrice { amount } measure tiers { upTo unitPrice { amount } flat { amount } } percent periods amount { amount } per quantity } } } } }`,
      { id: contractId },
    );
    const nothing = { priceModel: null, unitPrice: null, measure: null, tiers: null, percent: null, periods: null, amount: null, per: null, quantity: null };
    const [access, setUp, launch, , minimum] = contract.components;
    const line = (seq: number, effectiveOn: string, terms: object | null) => ({ seq, effectiveOn, recordedBy: 'billing', terms: terms && { ...nothing, ...terms } });
    expect(access.timeline).toEqual([
      line(1, first, { priceModel: 'PER_UNIT', unitPrice: { amount: '5.00' }, measure: 'DAILY' }),
      line(2, '2026-07-01', {
        priceModel: 'GRADUATED', measure: 'PEAK',
        tiers: [{ upTo: 100, unitPrice: { amount: '5.00' }, flat: { amount: '10.00' } }, { upTo: null, unitPrice: { amount: '4.00' }, flat: { amount: '0.00' } }],
      }),
      line(3, '2026-09-01', { priceModel: 'FLAT', unitPrice: { amount: '99.00' }, measure: 'DAILY' }),
      line(4, '2026-12-01', null),
    ]);
    expect(setUp.timeline).toEqual([line(1, first, { unitPrice: { amount: '150.00' }, quantity: 1 })]);
    expect(launch).toEqual({ name: 'Launch', target: { name: 'Access' }, timeline: [line(1, first, { percent: '12.5000', periods: 3 })] });
    expect(minimum.timeline).toEqual([line(1, first, { amount: { amount: '100.00' }, per: 'TERM' })]);

    const refused = async (terms: object, kind = 'ACCESS_FEE') => (await add({ kind, name: 'Wrong', steps: [{ effectiveOn: first, terms }] })).userErrors;
    expect(await refused({ priceModel: 'PER_UNIT' })).toEqual([{ code: 'TERMS_INCOMPLETE', path: ['input', 'terms', 'unitPrice'] }]);
    expect(await refused({ priceModel: 'PER_UNIT', unitPrice: { amount: '1.00', currency: 'USD' } })).toMatchObject([{ code: 'CURRENCY_DIFFERS' }]);
    expect(await refused({ priceModel: 'PER_UNIT', unitPrice: eur('1.00'), intervalMonths: 5 })).toMatchObject([{ code: 'INTERVAL_INVALID' }]);
    expect(await refused({ percent: '101' }, 'PERCENT_DISCOUNT')).toMatchObject([{ code: 'PERCENTAGE_INVALID' }]);
  });

  it('amend, suspend, resume, renew and end contracts, and show the state of any day', async () => {
    const act = async (mutation: string, type: string, input: object) => (await api.act(mutation, type, { contractId, reason, ...input }, 'contract { number }')).userErrors;
    const done: [string, string, object][] = [
      ['contractCycleAmend', 'ContractCycleAmendInput', { effectiveOn: '2027-01-01', cycleMonths: 3, anchorDay: 1 }],
      ['contractZoneAmend', 'ContractZoneAmendInput', { effectiveOn: '2027-01-01', timeZone: 'Europe/Madrid' }],
      ['contractSuspend', 'ContractSuspendInput', { on: '2027-02-01', billing: 'STOPS' }],
      ['contractResume', 'ContractResumeInput', { on: '2027-03-01' }],
      ['contractTermAgree', 'ContractTermAgreeInput', { termEndsOn: '2098-01-01' }],
      ['contractPoliciesSet', 'ContractPoliciesSetInput', { policies: { noticeDays: 30, pauseDaysMax: null, overduePolicy: 'SUSPEND', overdueGraceDays: 14 } }],
      ['contractRenew', 'ContractRenewInput', {}],
      ['contractSubsidyAgree', 'ContractSubsidyAgreeInput', { effectiveFrom: '2026-01-01', percent: '50', cap: { amount: '10.00', currency: 'EUR' } }],
      ['contractSubsidyAgree', 'ContractSubsidyAgreeInput', { effectiveFrom: '2026-01-01', plan: 'GOLD', amount: { amount: '15.00', currency: 'EUR' } }],
    ];
    for (const [mutation, type, input] of done) expect([mutation, await act(mutation, type, input)]).toEqual([mutation, []]);
    const { contract } = await api.ask(
      `query ($id: ID!) { contract(id: $id) { before: state(on: "2026-12-31") { cycleMonths timeZone suspended bills } during: state(on: "2027-02-15") { cycleMonths timeZone suspended bills }
         after: state(on: "2098-01-01") { termEndsOn noticeBy } renewalDueOn policies { noticeDays pauseDaysMax renewalMonths payrollAllowed overduePolicy overdueGraceDays }
         timeline { kind effectiveOn } subsidies { plan { code } mode percent amount { amount } cap { amount } recordedBy } } }`,
      { id: contractId },
    );
    expect(contract).toEqual({
      before: { cycleMonths: 1, timeZone: 'Europe/Lisbon', suspended: false, bills: true },
      during: { cycleMonths: 3, timeZone: 'Europe/Madrid', suspended: true, bills: false },
      after: { termEndsOn: '2099-01-01', noticeBy: '2098-12-02' },
      renewalDueOn: '2098-12-03',
      policies: { noticeDays: 30, pauseDaysMax: null, renewalMonths: 12, payrollAllowed: true, overduePolicy: 'SUSPEND', overdueGraceDays: 14 },
      timeline: expect.arrayContaining([{ kind: 'SUSPEND', effectiveOn: '2027-02-01' }, { kind: 'RESUME', effectiveOn: '2027-03-01' }]),
      subsidies: [
        { plan: null, mode: 'PERCENT', percent: '50.0000', amount: null, cap: { amount: '10.00' }, recordedBy: 'billing' },
        { plan: { code: 'GOLD' }, mode: 'FIXED', percent: null, amount: { amount: '15.00' }, cap: null, recordedBy: 'billing' },
      ],
    });
    expect(await act('contractSubsidyAgree', 'ContractSubsidyAgreeInput', { effectiveFrom: '2026-01-01', plan: 'GOLD', amount: { amount: '40.01', currency: 'EUR' } })).toMatchObject([{ code: 'SUBSIDY_ABOVE_PRICE', path: ['input', 'amount'] }]);
    expect(await act('contractSubsidyAgree', 'ContractSubsidyAgreeInput', { effectiveFrom: '2026-01-01' })).toMatchObject([{ code: 'SUBSIDY_UNCLEAR' }]);
    expect(await act('contractEnd', 'ContractEndInput', { when: 'NOW', on: '2027-01-01' })).toMatchObject([{ code: 'WHEN_UNCLEAR' }]);
    expect(await act('contractEnd', 'ContractEndInput', { when: 'TERM_END' })).toEqual([]);
    expect((await api.ask('query ($id: ID!) { contract(id: $id) { endsOn renewalDueOn } }', { id: contractId })).contract).toEqual({ endsOn: '2099-01-01', renewalDueOn: null });
  });

  it('enrol people, move, pause, ask by payroll and cancel them, one or many, and say who was refused', async () => {
    const of = (no: number, plan = 'BASIC') => ({ memberId: `Member_${members[no]}`, planId: plans[plan], startsOn: '2026-01-01' });
    const counts = 'changedCount unchangedCount refusedCount refused { code memberId enrolmentId } enrolments { id life askedBy plan { code } member { name } }';
    const start = await api.act('enrolmentsStart', 'EnrolmentsStartInput', { contractId, enrolments: [of(0), { ...of(1), askedBy: 'PAYROLL' }, { ...of(2), startsOn: '2019-01-01' }], reason }, counts);
    expect(start).toMatchObject({ changedCount: 2, refusedCount: 1, refused: [{ code: 'PRICE_MISSING', memberId: `Member_${members[2]}`, enrolmentId: null }], userErrors: [] });
    const ids = start.enrolments.map(({ id }: { id: string }) => id);
    expect(start.enrolments.map(({ askedBy }: { askedBy: string }) => askedBy)).toEqual(['CARD', 'PAYROLL']);

    const act = (mutation: string, type: string, input: object) => api.act(mutation, type, { enrolmentIds: ids, reason, ...input }, counts);
    expect(await act('enrolmentsPlanChange', 'EnrolmentsPlanChangeInput', { planId: plans['GOLD'] })).toMatchObject({ changedCount: 2, enrolments: [{ plan: { code: 'GOLD' } }, { plan: { code: 'GOLD' } }] });
    expect(await act('enrolmentsPause', 'EnrolmentsPauseInput', { from: '2027-01-01', until: '2027-03-01' })).toMatchObject({ refusedCount: 2, refused: [{ code: 'PAUSE_TOO_LONG' }, { code: 'PAUSE_TOO_LONG' }] });
    expect(await act('enrolmentsPause', 'EnrolmentsPauseInput', { from: '2027-01-01', until: '2027-01-15' })).toMatchObject({ changedCount: 2 });
    expect(await act('enrolmentsResume', 'EnrolmentsResumeInput', { on: '2027-01-10' })).toMatchObject({ changedCount: 2 });
    expect(await act('enrolmentsAskBy', 'EnrolmentsAskByInput', { askedBy: 'PAYROLL' })).toMatchObject({ changedCount: 1, unchangedCount: 1 });
    expect(await act('enrolmentsCancel', 'EnrolmentsCancelInput', { on: '2098-06-01' })).toMatchObject({ changedCount: 2, enrolments: [{ life: 'RUNNING' }, { life: 'RUNNING' }] });
    expect(await act('enrolmentsCancel', 'EnrolmentsCancelInput', {})).toMatchObject({ changedCount: 2 });

    const { contract } = await api.ask(
      `query ($id: ID!) { contract(id: $id) { enrolments(first: 1) { edges { node { id endsOn timeline { seq kind effectiveOn plan { code } reason } } } pageInfo { hasNextPage } } } }`,
      { id: contractId },
    );
    expect(contract.enrolments.pageInfo.hasNextPage).toBe(true);
    expect(contract.enrolments.edges[0].node.timeline[0]).toEqual({ seq: 1, kind: 'START', effectiveOn: '2026-01-01', plan: { code: 'BASIC' }, reason });
    expect((await act('enrolmentsCancel', 'EnrolmentsCancelInput', { enrolmentIds: [] })).userErrors).toMatchObject([{ code: 'ENROLMENTS_TOO_MANY' }]);
  });

  it('answer a page of contracts with everything that hangs on them in as many statements as a smaller one', async () => {
    const query = `query ($first: Int!) { contracts(first: $first) { edges { node { number company { number } state { life } timeline { kind } subsidies { mode } policies { noticeDays }
      components { name target { name } timeline { terms { percent } } } enrolments(first: 3) { edges { node { life plan { code } member { name } timeline { kind } } } } } } } }`;
    await api.act('enrolmentsStart', 'EnrolmentsStartInput', { contractId, enrolments: [{ memberId: `Member_${members[0]}`, planId: plans['GOLD'], startsOn: '2026-01-01' }], reason }, 'changedCount');
    // Those of the specs before: the first four have something of everything.
    const four = await api.statements(() => api.ask(query, { first: 4 }));
    expect(await api.statements(() => api.ask(query, { first: 5 }))).toBe(four);
  });
});
