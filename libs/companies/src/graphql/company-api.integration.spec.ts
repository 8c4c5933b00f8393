// Companies through the API: registered, changed, moved, closed, and found again by what people type.
import { CompaniesApi } from '../../test/api';

const REGISTER = `mutation ($input: CompanyRegisterInput!) { companyRegister(input: $input) { company { id number taxId vatStatus } userErrors { code path } } }`;
const COMPANY = { country: 'PT', currency: 'EUR', language: 'pt', timeZone: 'Europe/Lisbon', paymentTermsDays: 30 };

describe('companies in the API', () => {
  let api: CompaniesApi;

  beforeAll(async () => {
    api = await CompaniesApi.open();
  });
  afterAll(() => api.close());

  const register = async (input: object): Promise<{ id: string; number: string }> => {
    const { companyRegister } = await api.ask(REGISTER, { input: { idempotencyKey: JSON.stringify(input), ...COMPANY, ...input } });
    expect(companyRegister.userErrors).toEqual([]);
    return companyRegister.company;
  };
  const act = async (mutation: string, inputType: string, input: object, fields = 'company { status }', role?: 'accountant' | 'viewer') =>
    (await api.ask(`mutation ($input: ${inputType}!) { answer: ${mutation}(input: $input) { ${fields} userErrors { code path remedy } } }`, { input }, role)).answer;

  it('are registered once for one key', async () => {
    const input = { ...COMPANY, number: 'R-1', legalName: 'Once Lda', taxId: 'PT 501 964 843', idempotencyKey: 'once' };
    const first = await api.ask(REGISTER, { input });
    expect(first).toMatchObject({ companyRegister: { company: { number: 'R-1', taxId: '501964843', vatStatus: 'UNCHECKED' }, userErrors: [] } });
    expect(await api.ask(REGISTER, { input })).toEqual(first);
    expect(await api.ask(REGISTER, { input: { ...input, idempotencyKey: 'twice' } })).toMatchObject({ companyRegister: { company: null, userErrors: [{ code: 'COMPANY_NUMBER_TAKEN', path: ['input', 'number'] }] } });
    expect(await api.ask(REGISTER, { input: { ...input, number: 'R-2', taxId: '501964842', idempotencyKey: 'wrong' } })).toMatchObject({ companyRegister: { userErrors: [{ code: 'TAX_ID_INVALID' }] } });
  });

  it('are edited, and show their versions, contacts, notes and account', async () => {
    const { id } = await register({ number: 'E-1', legalName: 'Edit Lda', tradeName: 'Ed' });
    const edited = await act('companyEdit', 'CompanyEditInput', { companyId: id, tradeName: null, legalName: null, city: 'Lisboa', paymentTermsKind: 'END_OF_MONTH', reason: 'asked' }, 'company { legalName tradeName city paymentTermsKind version }');
    expect(edited).toEqual({ company: { legalName: 'Edit Lda', tradeName: null, city: 'Lisboa', paymentTermsKind: 'END_OF_MONTH', version: 2 }, userErrors: [] });
    const account = { companyId: id, iban: 'PT50 0002 0123 1234 5678 9015 4', reason: 'letter of the bank' };
    expect(await act('companyBankAccountChange', 'CompanyBankAccountChangeInput', account)).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
    expect(await act('companyBankAccountChange', 'CompanyBankAccountChangeInput', account, undefined, 'accountant')).toMatchObject({ userErrors: [] });
    const added = await act('companyContactAdd', 'CompanyContactAddInput', { companyId: id, name: 'João d’Ávila', email: 'joao@edit.example', roles: ['BILLING', 'HR'] }, 'contact { id name roles }');
    expect(added.contact).toMatchObject({ name: 'João d’Ávila', roles: ['BILLING', 'HR'] });
    await act('companyContactChange', 'CompanyContactChangeInput', { contactId: added.contact.id, name: 'João', phone: '+351 210 000 000', roles: ['LEGAL'] });
    await act('companyNoteAdd', 'CompanyNoteAddInput', { companyId: id, text: 'Calls on Mondays.' });
    const detail = `query ($id: ID!) { company(id: $id) { bankAccount { iban } contacts { name email phone roles } notes { edges { node { text writtenBy } } }
      versions { edges { node { no changed recordedBy reason } } } } }`;
    expect((await api.ask(detail, { id })).company).toEqual({
      bankAccount: { iban: 'PT50000201231234567890154' },
      contacts: [{ name: 'João', email: null, phone: '+351210000000', roles: ['LEGAL'] }],
      notes: { edges: [{ node: { text: 'Calls on Mondays.', writtenBy: 'billing' } }] },
      versions: {
        edges: [
          { node: { no: 3, changed: ['iban'], recordedBy: 'accountant', reason: 'letter of the bank' } },
          { node: { no: 2, changed: ['city', 'payment_terms_kind', 'trade_name'], recordedBy: 'billing', reason: 'asked' } },
          { node: { no: 1, changed: [], recordedBy: 'billing', reason: null } },
        ],
      },
    });
    expect((await api.ask(detail, { id }, 'viewer')).company.bankAccount).toEqual({ iban: '…0154' });
    await act('companyContactRemove', 'CompanyContactRemoveInput', { contactId: added.contact.id });
    expect((await api.ask(detail, { id })).company.contacts).toEqual([]);
  });

  it('are moved and say who pays on a day', async () => {
    const [group, child] = [await register({ number: 'M-1', legalName: 'Group' }), await register({ number: 'M-2', legalName: 'Child' })];
    await act('companyMove', 'CompanyMoveInput', { companyId: child.id, parentId: group.id });
    await act('companyPayerChange', 'CompanyPayerChangeInput', { companyId: child.id, payerId: group.id, effectiveOn: '2026-01-01', reason: 'one invoice' });
    expect(await act('companyPayerChange', 'CompanyPayerChangeInput', { companyId: group.id, payerId: child.id })).toMatchObject({ company: null, userErrors: [{ code: 'COMPANY_CIRCLE', path: ['input', 'payerId'] }] });
    const query = `query ($id: ID!) { company(id: $id) { parent { number } payer { number } before: payerOn(day: "2025-12-31") { number } after: payerOn(day: "2026-01-01") { number }
      moves { edges { node { kind effectiveOn reason target { number } } } } } }`;
    expect((await api.ask(query, { id: child.id })).company).toMatchObject({
      parent: { number: 'M-1' }, payer: { number: 'M-1' }, before: { number: 'M-2' }, after: { number: 'M-1' },
      moves: { edges: [{ node: { kind: 'PAYER', effectiveOn: '2026-01-01', reason: 'one invoice', target: { number: 'M-1' } } }, { node: { kind: 'PARENT' } }] },
    });
    const children = await api.ask(`query ($id: ID!) { company(id: $id) { children { edges { node { number } } } } companies(filter: { payerId: $id }) { edges { node { number } } } }`, { id: group.id });
    expect(children).toEqual({ company: { children: { edges: [{ node: { number: 'M-2' } }] } }, companies: { edges: [{ node: { number: 'M-2' } }] } });
  });

  it('are suspended, resumed, closed and reopened', async () => {
    const { id } = await register({ number: 'S-1', legalName: 'Status' });
    const statuses = [];
    for (const [move, role] of [['Suspend'], ['Resume'], ['Close'], ['Reopen', 'accountant']] as const) {
      statuses.push((await act(`company${move}`, 'CompanyStatusInput', { companyId: id, reason: 'because' }, undefined, role)).company.status);
    }
    expect(statuses).toEqual(['SUSPENDED', 'ACTIVE', 'CLOSED', 'ACTIVE']);
    expect(await act('companySuspend', 'CompanyStatusInput', { companyId: id })).toMatchObject({ userErrors: [{ code: 'REASON_MISSING', path: ['input', 'reason'] }] });
    expect(await act('companySuspend', 'CompanyStatusInput', { companyId: id, reason: 'x' }, undefined, 'viewer')).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
  });

  describe('are found', () => {
    const search = async (text: string, page = '', filter = '') => {
      const query = `query ($text: String!) { companies(filter: { search: $text ${filter} } ${page}) { edges { cursor node { number } } pageInfo { hasNextPage endCursor } } }`;
      return (await api.ask(query, { text })).companies;
    };
    const numbers = async (text: string, filter = '') => (await search(text, '', filter)).edges.map(({ node }: { node: { number: string } }) => node.number);

    beforeAll(async () => {
      await register({ number: 'F-1', legalName: 'Çağla Øst-Müller A.Ş.', taxId: 'DE 136,695 976', country: 'DE' });
      await register({ number: 'F-2', legalName: 'João d’Ávila, Unipessoal Lda', email: 'contas@davila.example' });
      await register({ number: 'F-3', legalName: '李 小龍 有限公司', tradeName: 'Dragon' });
      await register({ number: 'F-4', legalName: 'Bank of Ávila' });
      await register({ number: 'F-5', legalName: 'Commerzbank AG', tradeName: 'Ávila Branch' });
      const { id } = await register({ number: 'F-6', legalName: 'Padaria' });
      await act('companyContactAdd', 'CompanyContactAddInput', { companyId: id, name: 'Rui', email: 'Rui@Elsewhere.example', roles: ['HR'] });
    });

    it.each([
      ['cagla ost', ['F-1']],
      ['MÜLLER çağ', ['F-1']],
      ['joao davila', ['F-2']],
      ["d'avila", ['F-2']],
      ['小龍', ['F-3']],
      ['李小龍', ['F-3']],
      ['dragon', ['F-3']],
      ['136695976', ['F-1']],
      ['DE 136 695 976', ['F-1']],
      ['contas@davila.example', ['F-2']],
      ['rui@elsewhere.example', ['F-6']],
      ['f-6', ['F-6']],
      ['bank', ['F-4', 'F-5']],
      ['avila bank', ['F-4', 'F-5']],
      ['bank of', ['F-4']],
      ['nobody', []],
      ['%', []],
    ])('by %s, the best first', async (text, found) => {
      expect(await numbers(text)).toEqual(found);
    });

    it('within a filter, and page by page', async () => {
      expect(await numbers('f', 'country: "DE"')).toEqual(['F-1']);
      const seen = [];
      for (let after = ''; ; ) {
        const page = await search('F', `first: 2 ${after}`);
        seen.push(...page.edges.map(({ node }: { node: { number: string } }) => node.number));
        if (!page.pageInfo.hasNextPage) break;
        after = `after: "${page.pageInfo.endCursor}"`;
      }
      expect(seen).toEqual(['F-1', 'F-2', 'F-3', 'F-4', 'F-5', 'F-6']);
    });
  });
});
