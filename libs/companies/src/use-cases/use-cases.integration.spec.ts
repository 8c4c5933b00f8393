// Registering a company and adding a member by hand: what is taken, what is refused, and what the headcount says.
import { DateRange, localDate } from '@countinghouse/kernel';
import { Actor, Audit, Idempotency, TestClock } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Companies } from '../companies.facade';
import { companiesPersistence } from '../companies.manifest';
import { Member } from '../persistence/member.entity';
import { AddMember } from './add-member';
import { RegisterCompany, RegisterCompanyInput } from './register-company';

describe('by hand', () => {
  const actor: Actor = { subject: 'ana', role: 'billing', issuers: '*' };
  const acme: RegisterCompanyInput = {
    number: 'C-1',
    legalName: 'Acme Lda',
    country: 'PT',
    taxId: 'PT 501 964 843',
    currency: 'EUR',
    language: 'pt',
    timeZone: 'europe/lisbon',
    paymentTermsDays: 30,
  };
  let test: TestDatabase;
  let register: RegisterCompany;
  let add: AddMember;

  beforeAll(async () => {
    test = await createTestDatabase([companiesPersistence]);
    register = new RegisterCompany(test.database, new Audit(), new TestClock(Date.parse('2026-02-01T12:00:00Z')), new Idempotency());
    add = new AddMember(test.database, new Audit());
  });
  afterAll(() => test.drop());

  it('a company is registered in its canonical spelling, with an audit row', async () => {
    const id = await register.execute(acme, actor);
    expect(
      await test.database.query('SELECT number, tax_id, vat_status, time_zone, payment_terms_days, parent_id, status FROM companies.company WHERE id = $1', [id]),
    ).toEqual([
      { number: 'C-1', tax_id: '501964843', vat_status: 'unchecked', time_zone: 'Europe/Lisbon', payment_terms_days: 30, parent_id: null, status: 'active' },
    ]);
    expect(await test.database.query('SELECT actor, action FROM platform.audit_entry WHERE subject_id = $1', [id])).toEqual([
      { actor: 'ana', action: 'companies.register-company' },
    ]);
  });

  it.each<[Partial<RegisterCompanyInput>, string, string]>([
    [{ number: 'C-0' }, 'COMPANY_NUMBER_TAKEN', 'number'],
    [{ number: ' ' }, 'COMPANY_INCOMPLETE', 'number'],
    [{ legalName: '' }, 'COMPANY_INCOMPLETE', 'legalName'],
    [{ taxId: '501964842' }, 'TAX_ID_INVALID', 'taxId'],
    [{ country: 'XX' }, 'COUNTRY_UNKNOWN', 'country'],
    [{ currency: 'EURO' }, 'CURRENCY_UNKNOWN', 'currency'],
    [{ language: 'Portuguese' }, 'LANGUAGE_INVALID', 'language'],
    [{ timeZone: 'Lisbon' }, 'TIME_ZONE_UNKNOWN', 'timeZone'],
    [{ paymentTermsDays: -5 }, 'PAYMENT_TERMS_INVALID', 'paymentTermsDays'],
    [{ paymentTermsDays: 1.5 }, 'PAYMENT_TERMS_INVALID', 'paymentTermsDays'],
    [{ parentId: '01900000-0000-7000-8000-000000000000' as never }, 'COMPANY_UNKNOWN', 'parentId'],
    [{ payerId: '01900000-0000-7000-8000-000000000000' as never }, 'COMPANY_UNKNOWN', 'payerId'],
  ])('a company with %j is refused as %s', async (change, code, field) => {
    await register.execute({ ...acme, number: 'C-0' }, actor).catch(() => undefined);
    await expect(register.execute({ ...acme, number: 'C-9', ...change }, actor)).rejects.toMatchObject({ code, field, remedy: expect.any(String) });
  });

  it('a member is added once, and counts from the first day to the day of leaving', async () => {
    const companyId = await register.execute({ ...acme, number: 'C-2' }, actor);
    const ana = { companyNumber: 'C-2', employeeId: '7', name: 'João d’Ávila', eligibleFrom: localDate('2026-01-10'), leftOn: localDate('2026-01-20') };
    const id = await add.execute(ana, actor);
    expect(await test.dataSource.manager.findOneByOrFail(Member, { id })).toMatchObject({ employeeId: '7', status: 'left', leftOn: '2026-01-20' });
    await expect(add.execute(ana, actor)).rejects.toMatchObject({ code: 'MEMBER_ALREADY_ADDED', field: 'employeeId' });
    const january: DateRange = { start: localDate('2026-01-01'), end: localDate('2026-02-01') };
    const stretches = await test.database.read((reader) => new Companies().headcountStretches(reader, [companyId], january));
    expect(stretches.get(companyId)!.map(({ count }) => count)).toEqual([0, 1, 0]);
  });

  it('a member of an unknown company, without a name, or leaving before coming is refused', async () => {
    const member = { companyNumber: 'C-1', employeeId: '1', name: 'Ana', eligibleFrom: localDate('2026-01-10') };
    await expect(add.execute({ ...member, companyNumber: 'C-404' }, actor)).rejects.toMatchObject({ code: 'COMPANY_UNKNOWN' });
    await expect(add.execute({ ...member, name: ' ' }, actor)).rejects.toMatchObject({ code: 'MEMBER_INCOMPLETE', field: 'name' });
    await expect(add.execute({ ...member, leftOn: localDate('2026-01-10') }, actor)).rejects.toMatchObject({ code: 'LEFT_BEFORE_ELIGIBLE', field: 'leftOn' });
    await test.database.transaction((tx) => tx.execute(`UPDATE companies.company SET status = 'closed' WHERE number = 'C-1'`));
    await expect(add.execute(member, actor)).rejects.toMatchObject({ code: 'COMPANY_CLOSED' });
  });

  it('needs the role billing', async () => {
    const viewer: Actor = { ...actor, role: 'viewer' };
    await expect(register.execute(acme, viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const member = { companyNumber: 'C-1', employeeId: '1', name: 'Ana', eligibleFrom: localDate('2026-01-10') };
    await expect(add.execute(member, viewer)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
