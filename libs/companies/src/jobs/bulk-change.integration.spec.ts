// One thing done to many companies: through the API, as a run, and what could not be done parked with its reason.
import { createHash } from 'node:crypto';
import { Global, Module } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { Runs } from '@countinghouse/platform';
import { CompaniesApi } from '../../test/api';
import { CompaniesHttpModule } from '../companies-http.module';
import { VatConfig } from '../vat/vat-config';

@Global()
@Module({
  providers: [{ provide: VatConfig, useValue: new VatConfig({ production: false, checks: 'sandbox', viesUrl: 'https://vies.example' }) }],
  exports: [VatConfig],
})
class Settings {}

describe('many companies', () => {
  let api: CompaniesApi;

  beforeAll(async () => {
    api = await CompaniesApi.open(Settings, CompaniesHttpModule);
  });
  afterAll(() => api.close());

  /** So many companies with a name of their own, the first of which is the payer of the others. */
  const group = async (name: string, size: number): Promise<string[]> => {
    await api.get(Runs)['database'].transaction((tx) =>
      tx.execute(
        `WITH first AS (
           INSERT INTO companies.company (id, number, legal_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days)
           VALUES (uuidv7(), $1 || '-0000', $1 || ' group', 'PT', '501964843', 'unchecked', 'EUR', 'pt', 'UTC', 30) RETURNING id)
         SELECT id FROM first`,
        [name],
      ),
    );
    await api.get(Runs)['database'].transaction((tx) =>
      tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, tax_id, vat_status, currency, language, time_zone, payment_terms_days, payer_id)
         SELECT uuidv7(), $1 || '-' || lpad(n::text, 4, '0'), $1 || ' child', 'PT', CASE n % 3 WHEN 0 THEN '501964843' WHEN 1 THEN '999999990' END, 'unchecked', 'EUR', 'pt', 'UTC', 30, g.id
           FROM generate_series(1, $2::int - 1) AS n, companies.company g WHERE g.number = $1 || '-0000'`,
        [name, size],
      ),
    );
    return (await api.query<{ id: string }>('SELECT id FROM companies.company WHERE number LIKE $1 ORDER BY number', [`${name}-%`])).map(({ id }) => `Company_${id}`);
  };
  const start = async (mutation: string, type: string, input: object, role?: 'viewer') => {
    const query = `mutation ($input: ${type}!) { act: ${mutation}(input: $input) { run { id kind } userErrors { code path } } }`;
    return (await api.ask(query, { input: { idempotencyKey: createHash('sha256').update(JSON.stringify([mutation, input])).digest('hex'), ...input } }, role)).act;
  };
  const finish = async ({ run, userErrors }: { run: { id: string }; userErrors: object[] }) => {
    expect(userErrors).toEqual([]);
    const done = await api.get(Runs).drain(run.id.slice('Run_'.length) as RunId);
    expect(done.error).toBeNull();
    return done;
  };

  it('are suspended by a filter, each with its version and its audit row', async () => {
    await group('SUS', 1_201);
    const started = await start('companiesSuspend', 'CompaniesBulkInput', { filter: { search: 'SUS' }, reason: 'unpaid' });
    expect(await finish(started)).toMatchObject({ state: 'succeeded', total: 1_201, result: { changed: '1201', refused: '0' } });
    expect(await start('companiesSuspend', 'CompaniesBulkInput', { filter: { search: 'SUS' }, reason: 'unpaid' })).toEqual(started);
    expect(
      await api.query(
        `SELECT c.status, count(*)::int AS companies, count(v.no)::int AS versions, count(a.id)::int AS audited FROM companies.company c
           LEFT JOIN companies.company_version v ON v.company_id = c.id AND v.no = 2 AND v.reason = 'unpaid' AND v.recorded_by = 'billing'
           LEFT JOIN platform.audit_entry a ON a.subject_id = c.id::text AND a.action = 'companies.suspend-company' AND a.actor = 'billing'
          WHERE c.number LIKE 'SUS-%' GROUP BY 1`,
      ),
    ).toEqual([{ status: 'suspended', companies: 1_201, versions: 1_201, audited: 1_201 }]);
    expect(await finish(await start('companiesResume', 'CompaniesBulkInput', { filter: { search: 'SUS' } }))).toMatchObject({ result: { changed: '1201' } });
  });

  it('are closed as a whole group, whoever pays for the others last', async () => {
    const ids = await group('CLO', 1_100);
    expect(await finish(await start('companiesClose', 'CompaniesBulkInput', { companyIds: ids, reason: 'sold' }))).toMatchObject({ state: 'succeeded', parked: 0, result: { changed: '1100' } });
  });

  it('that could not be closed are parked with what stands in the way', async () => {
    const [payer] = await group('PAR', 3);
    const run = await finish(await start('companiesClose', 'CompaniesBulkInput', { companyIds: [payer], reason: 'sold' }));
    expect(run).toMatchObject({ state: 'succeeded', parked: 1, result: { changed: '0', refused: '1' } });
    const [parked] = await api.get(Runs)['database'].read((reader) => api.get(Runs).parkedItems(reader, run.id));
    expect(parked).toMatchObject({ item: 'PAR-0000', code: 'COMPANY_CANNOT_MOVE', reason: expect.stringContaining('2 companies, PAR-0001 the first, are invoiced through it') });
  });

  it('are given another payer from a day on, all but those who would pay for themselves', async () => {
    const ids = await group('MOV', 20);
    const run = await finish(await start('companiesPayerChange', 'CompaniesPayerChangeInput', { filter: { search: 'MOV' }, payerId: ids[5], effectiveOn: '2026-01-01' }));
    // The new payer itself, and the group, through which it pays.
    expect(run).toMatchObject({ state: 'succeeded', parked: 2, result: { changed: '18', refused: '2' } });
    const placed = await api.query(`SELECT companies.place_on(id, 'payer', '2025-12-31') = $1 AS was, payer_id = $2 AS is, count(*)::int AS count FROM companies.company
      WHERE number LIKE 'MOV-%' AND number NOT IN ('MOV-0000', 'MOV-0005') GROUP BY 1, 2`, [ids[0]!.slice(8), ids[5]!.slice(8)]);
    expect(placed).toEqual([{ was: true, is: true, count: 18 }]);
  });

  it('are moved on the day that it is for each of them, unless a day is told, and not too far ahead', async () => {
    const ids = await group('ZON', 3);
    const query = `UPDATE companies.company SET time_zone = CASE number WHEN 'ZON-0001' THEN 'Pacific/Kiritimati' ELSE 'Pacific/Pago_Pago' END WHERE number IN ('ZON-0001', 'ZON-0002')`;
    await api.get(Runs)['database'].transaction((tx) => tx.execute(query));
    const far = await start('companiesPayerChange', 'CompaniesPayerChangeInput', { companyIds: ids.slice(1), payerId: null, effectiveOn: '2999-01-01' });
    expect(far).toMatchObject({ run: null, userErrors: [{ code: 'MOVE_TOO_FAR_AHEAD' }] });
    expect(await finish(await start('companiesPayerChange', 'CompaniesPayerChangeInput', { companyIds: ids.slice(1), payerId: null }))).toMatchObject({ result: { changed: '2' } });
    const days = await api.query<{ day: string }>(
      `SELECT m.effective_on AS day FROM companies.company_move m JOIN companies.company c ON c.id = m.company_id WHERE c.number LIKE 'ZON-%' AND m.target_id IS NULL ORDER BY c.number`,
    );
    // A day and an hour lie between the two zones.
    expect(days[0]!.day > days[1]!.day).toBe(true);
  });

  it('have their VAT numbers checked', async () => {
    await group('VAT', 100);
    const run = await finish(await start('companiesVatCheck', 'CompaniesBulkInput', { filter: { search: 'VAT' } }));
    expect(run).toMatchObject({ kind: 'companies.bulk-vat-check', state: 'succeeded', total: 67, result: { checked: '67', changed: '34' } });
    expect(await api.query(`SELECT vat_status AS status, count(*)::int AS count FROM companies.company WHERE number LIKE 'VAT-%' AND tax_id IS NOT NULL GROUP BY 1 ORDER BY 1`)).toEqual([
      { status: 'unchecked', count: 33 },
      { status: 'valid', count: 34 },
    ]);
  });

  it('are left alone where it is not said which, or who may not', async () => {
    expect(await start('companiesClose', 'CompaniesBulkInput', { reason: 'x' })).toMatchObject({ userErrors: [{ code: 'BULK_SCOPE_INVALID' }] });
    expect(await start('companiesClose', 'CompaniesBulkInput', { filter: {}, reason: 'x' })).toMatchObject({ userErrors: [{ code: 'BULK_SCOPE_INVALID' }] });
    expect(await start('companiesClose', 'CompaniesBulkInput', { companyIds: [], reason: 'x' })).toMatchObject({ userErrors: [{ code: 'BULK_SCOPE_INVALID' }] });
    expect(await start('companiesClose', 'CompaniesBulkInput', { filter: { search: 'x' } })).toMatchObject({ userErrors: [{ code: 'REASON_MISSING' }] });
    expect(await start('companiesClose', 'CompaniesBulkInput', { filter: { search: 'x' }, reason: 'x' }, 'viewer')).toMatchObject({ userErrors: [{ code: 'FORBIDDEN' }] });
  });

  it('are downloaded as CSV, by a filter, and can be imported again', async () => {
    await group('CSV', 2_500);
    const { status, headers, text } = await api.download('/downloads/companies?search=CSV', 'viewer');
    expect([status, headers['content-type'], headers['content-disposition']]).toEqual([200, 'text/csv; charset=utf-8; header=present', 'attachment; filename="companies.csv"']);
    const lines = text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(2_501);
    expect(lines[0]).toMatch(/^number,legal_name,trade_name,country,tax_id,/);
    expect(lines[2]).toMatch(/^CSV-0001,CSV child,,PT,999999990,,unchecked,EUR,pt,UTC,net,30,.*,active,,CSV-0000$/);
    expect((await api.download('/downloads/companies?status=gone')).body).toMatchObject({ code: 'ARGUMENT_INVALID', field: 'status' });
    expect((await api.download('/downloads/companies?search=a&search=b')).status).toBe(400);
    expect((await api.download('/downloads/companies?search=nobody')).text.trimEnd().split('\r\n')).toHaveLength(1);
  });
});
