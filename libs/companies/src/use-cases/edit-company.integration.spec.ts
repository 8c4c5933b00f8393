// Edits are versions: what a company was on a day can be told for ever, and nobody rewrites it.
import { localDate } from '@countinghouse/kernel';
import { violatedConstraint } from '@countinghouse/platform';
import { ACCOUNTANT, BILLING, Desk, VIEWER } from '../../test/desk';

const day = localDate;

describe('editing a company', () => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.test.drop());

  const profileOn = async (id: never, on: string) => (await desk.test.database.read((reader) => desk.companies.profilesOn(reader, [id], day(on)))).get(id)!;

  it('keeps what was true on the days before', async () => {
    const id = (await desk.company({ legalName: 'Old Lda', taxId: '501964843' })) as never;
    await desk.editing.execute({ companyId: id, changes: { legalName: 'New Lda', paymentTermsKind: 'end-of-month', paymentTermsDays: 15 }, validFrom: day('2026-03-01'), reason: 'renamed' }, BILLING);
    await desk.editing.execute({ companyId: id, changes: { city: 'Porto', costCentres: ['Sales', 'Sales', ' IT '], purchaseOrder: 'PO-7' } }, BILLING);
    expect(await profileOn(id, '2026-02-28')).toMatchObject({ version: 1, profile: { legalName: 'Old Lda', paymentTermsKind: 'net', city: null } });
    expect(await profileOn(id, '2026-03-01')).toMatchObject({ version: 2, profile: { legalName: 'New Lda', paymentTermsDays: 15, city: null } });
    expect(await profileOn(id, '2026-03-10')).toMatchObject({ version: 3, profile: { legalName: 'New Lda', city: 'Porto', costCentres: ['Sales', 'IT'], purchaseOrder: 'PO-7' } });
    expect(await profileOn(id, '1999-01-01')).toMatchObject({ version: 1 });
    expect(await desk.query('SELECT no, recorded_by, reason FROM companies.company_version WHERE company_id = $1 ORDER BY no', [id])).toEqual([
      { no: 1, recorded_by: 'ana', reason: null },
      { no: 2, recorded_by: 'ana', reason: 'renamed' },
      { no: 3, recorded_by: 'ana', reason: null },
    ]);
    expect(await desk.query(`SELECT actor, reason, change FROM platform.audit_entry WHERE subject_id = $1 AND action = 'companies.edit-company' ORDER BY id`, [id])).toEqual([
      { actor: 'ana', reason: 'renamed', change: { fields: ['legalName', 'paymentTermsDays', 'paymentTermsKind'], validFrom: '2026-03-01' } },
      { actor: 'ana', reason: null, change: { fields: ['purchaseOrder', 'costCentres', 'city'] } },
    ]);
  });

  it('that changes nothing makes no version', async () => {
    const id = await desk.company({ city: 'Lisboa' });
    await desk.editing.execute({ companyId: id, changes: { city: ' Lisboa ' } }, BILLING);
    expect(await desk.query('SELECT no FROM companies.company_version WHERE company_id = $1', [id])).toEqual([{ no: 1 }]);
  });

  it('unchecks the VAT number when it changes, and remembers what was known of the old one', async () => {
    const id = (await desk.company({ taxId: '501964843', vatStatus: 'valid' })) as never;
    await desk.editing.execute({ companyId: id, changes: { taxId: 'PT 999 999 990' } }, BILLING);
    expect(await desk.query('SELECT tax_id, vat_status FROM companies.company WHERE id = $1', [id])).toEqual([{ tax_id: '999999990', vat_status: 'unchecked' }]);
    expect((await profileOn(id, '2026-03-10')).vatStatus).toBe('unchecked');
    expect(await profileOn(id, '2026-03-09')).toMatchObject({ vatStatus: 'valid', profile: { taxId: '501964843' } });
  });

  it.each<[object, string, string]>([
    [{ taxId: '501964842' }, 'TAX_ID_INVALID', 'taxId'],
    [{ legalName: ' ' }, 'COMPANY_INCOMPLETE', 'legalName'],
    [{ city: 'x'.repeat(101) }, 'TEXT_TOO_LONG', 'city'],
    [{ country: 'XX' }, 'COUNTRY_UNKNOWN', 'country'],
    [{ delivery: 'email' }, 'DELIVERY_WITHOUT_ADDRESS', 'email'],
    [{ delivery: 'e-invoice' }, 'DELIVERY_WITHOUT_ADDRESS', 'eInvoiceAddress'],
    [{ delivery: 'portal', portalUrl: 'http://x.example' }, 'PORTAL_URL_INVALID', 'portalUrl'],
    [{ eInvoiceScheme: '9946' }, 'E_INVOICE_ADDRESS_INVALID', 'eInvoiceScheme'],
    [{ eInvoiceScheme: '5000', eInvoiceAddress: 'PT501964843' }, 'E_INVOICE_ADDRESS_INVALID', 'eInvoiceScheme'],
    [{ email: 'ana at example' }, 'EMAIL_INVALID', 'email'],
    [{ costCentres: [''] }, 'COST_CENTRES_INVALID', 'costCentres'],
    [{ paymentTermsDays: 400 }, 'PAYMENT_TERMS_INVALID', 'paymentTermsDays'],
  ])('with %j is refused as %s', async (changes, code, field) => {
    const id = await desk.company();
    await expect(desk.editing.execute({ companyId: id, changes }, BILLING)).rejects.toMatchObject({ code, field, remedy: expect.any(String) });
  });

  it('takes every way of delivery that has its address', async () => {
    const id = await desk.company();
    await desk.editing.execute({ companyId: id, changes: { delivery: 'e-invoice', eInvoiceScheme: '9946', eInvoiceAddress: 'PT501964843' } }, BILLING);
    await desk.editing.execute({ companyId: id, changes: { delivery: 'portal', portalUrl: 'https://suppliers.example/in' } }, BILLING);
    await desk.editing.execute({ companyId: id, changes: { delivery: 'email', email: 'contas@acme.example' } }, BILLING);
    expect(await desk.query('SELECT delivery FROM companies.company WHERE id = $1', [id])).toEqual([{ delivery: 'email' }]);
  });

  it('neither lies ahead nor before the last change', async () => {
    const id = await desk.company();
    await desk.editing.execute({ companyId: id, changes: { city: 'Lisboa' }, validFrom: day('2026-03-05') }, BILLING);
    for (const validFrom of [day('2026-03-04'), day('2026-03-11')]) {
      await expect(desk.editing.execute({ companyId: id, changes: { city: 'Faro' }, validFrom }, BILLING)).rejects.toMatchObject({ code: 'VERSION_OUT_OF_ORDER' });
    }
  });

  it('of the bank account takes an accountant, and a valid IBAN', async () => {
    const id = await desk.company();
    const change = (iban: string, actor = ACCOUNTANT) => desk.editing.execute({ companyId: id, changes: { iban, accountHolder: 'Acme Lda' } }, actor);
    await expect(change('PT50 0002 0123 1234 5678 9015 4', BILLING)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(change('PT50 0002 0123 1234 5678 9015 5')).rejects.toMatchObject({ code: 'IBAN_INVALID' });
    await change('PT50 0002 0123 1234 5678 9015 4');
    expect(await desk.query('SELECT iban FROM companies.company WHERE id = $1', [id])).toEqual([{ iban: 'PT50000201231234567890154' }]);
    expect(JSON.stringify(await desk.query('SELECT change FROM platform.audit_entry WHERE subject_id = $1', [id]))).not.toContain('PT50');
  });

  it('needs the role billing, and an open company', async () => {
    const id = await desk.company();
    await expect(desk.editing.execute({ companyId: id, changes: { city: 'Faro' } }, VIEWER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await desk.status.execute({ companyId: id, move: 'close', reason: 'gone' }, BILLING);
    await expect(desk.editing.execute({ companyId: id, changes: { city: 'Faro' } }, BILLING)).rejects.toMatchObject({ code: 'COMPANY_CLOSED' });
    await expect(desk.editing.execute({ companyId: '01900000-0000-7000-8000-000000000000' as never, changes: {} }, BILLING)).rejects.toMatchObject({ code: 'COMPANY_UNKNOWN' });
  });

  it('made with psql is a version, too, and no version is ever changed', async () => {
    const id = await desk.company();
    const execute = (sql: string) => desk.test.owner.transaction((tx) => tx.execute(sql, [id]));
    await execute(`UPDATE companies.company SET city = 'Évora' WHERE id = $1`);
    expect(await desk.query(`SELECT no, profile ->> 'city' AS city, recorded_by FROM companies.company_version WHERE company_id = $1 ORDER BY no`, [id])).toEqual([
      { no: 1, city: null, recorded_by: 'ana' },
      { no: 2, city: 'Évora', recorded_by: 'system:postgres' },
    ]);
    const refused = (sql: string) => execute(sql).then(() => 'nothing', (error: Error) => violatedConstraint(error) ?? error.message);
    expect(await refused(`UPDATE companies.company SET city = 'Faro', version = version + 2 WHERE id = $1`)).toBe('company_versions_follow_each_other');
    expect(await refused(`UPDATE companies.company SET city = 'Faro', version = version + 1, valid_from = '2020-01-01' WHERE id = $1`)).toBe('company_versions_follow_each_other');
    expect(await refused(`UPDATE companies.company_version SET reason = 'none' WHERE company_id = $1`)).toContain('append-only');
    expect(await refused(`DELETE FROM companies.company_version WHERE company_id = $1`)).toContain('append-only');
  });

  it('by two at once loses neither', async () => {
    const id = (await desk.company()) as never;
    await Promise.all([
      desk.editing.execute({ companyId: id, changes: { city: 'Braga' } }, BILLING),
      desk.editing.execute({ companyId: id, changes: { postalCode: '4700' } }, BILLING),
    ]);
    expect(await profileOn(id, '2026-03-10')).toMatchObject({ version: 3, profile: { city: 'Braga', postalCode: '4700' } });
  });
});

describe('registering a company', () => {
  let desk: Desk;

  beforeAll(async () => {
    desk = await Desk.open();
  });
  afterAll(() => desk.test.drop());

  it('by several at once under one number registers one, and changes nothing of it', async () => {
    for (let round = 0; round < 5; round++) {
      const number = `R-${round}`;
      const answers = await Promise.all(
        ['Ana', 'Bo', 'Cy', 'Di'].map((legalName) => desk.company({ number, legalName }).then(() => legalName, (error: { code?: string; message: string }) => error.code ?? error.message)),
      );
      const [winner, ...others] = answers.filter((answer) => answer !== 'COMPANY_NUMBER_TAKEN');
      expect(others).toEqual([]);
      expect(await desk.query('SELECT legal_name, version FROM companies.company WHERE number = $1', [number])).toEqual([{ legal_name: winner, version: 1 }]);
    }
  });

  it('by several at once with one key answers all with the same company', async () => {
    const ids = await Promise.all(Array.from({ length: 4 }, () => desk.company({ number: 'K-1', legalName: 'K', idempotencyKey: 'once' })));
    expect(new Set(ids).size).toBe(1);
    await expect(desk.company({ number: 'K-2', legalName: 'K', idempotencyKey: 'once' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});
