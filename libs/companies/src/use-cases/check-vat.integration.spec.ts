// VAT checks: what is due is asked about, what is answered is kept, and what is not answered changes nothing.
import { CompanyId } from '@countinghouse/kernel';
import { Audit } from '@countinghouse/platform';
import { BILLING, Desk, VIEWER } from '../../test/desk';
import { VatConfig } from '../vat/vat-config';
import { VatAnswer, VatQuestion, VatService } from '../vat/vat-service';
import { CheckVat } from './check-vat';

const HOUR = 3_600_000;

/** Answers what it is told, and remembers what it was asked. */
class Register extends VatService {
  readonly source = 'sandbox';
  readonly asked: string[] = [];
  result: VatAnswer['result'] = 'valid';
  meanwhile: () => Promise<void> = async () => undefined;
  atOnce = 0;
  mostAtOnce = 0;

  async ask({ prefix, number }: VatQuestion): Promise<VatAnswer> {
    this.asked.push(`${prefix}${number}`);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await this.meanwhile();
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.atOnce--;
    return { result: this.result, consultation: 'W-1', traderName: 'ACME', traderAddress: null, raw: { said: this.result } };
  }
}

describe('a VAT check', () => {
  let desk: Desk;
  let register: Register;
  let vat: CheckVat;

  beforeEach(async () => {
    desk = await Desk.open();
    register = new Register();
    vat = new CheckVat(desk.test.database, new Audit(), desk.clock, { service: register } as VatConfig);
  });
  afterEach(() => desk.test.drop());

  const shown = async (id: CompanyId) =>
    (await desk.query<object>('SELECT vat_status AS status, vat_checked_on AS "on", vat_attempts AS attempts FROM companies.company WHERE id = $1', [id]))[0];
  const later = (hours: number) => desk.clock.advanceTo(desk.clock.now() + hours * HOUR);

  it('is made soon after a number of the Union is entered, and again after 90 days', async () => {
    const id = await desk.company({ taxId: '501964843' });
    await desk.company({ taxId: '11.222.333/0001-81', country: 'BR' });
    await desk.company();
    expect([await vat.checkDue(), await vat.checkDue()]).toEqual([1, 0]);
    expect(register.asked).toEqual(['PT501964843']);
    expect(await shown(id)).toEqual({ status: 'valid', on: '2026-03-10', attempts: 0 });
    later(89 * 24);
    expect(await vat.checkDue()).toBe(0);
    later(25);
    register.result = 'invalid';
    expect(await vat.checkDue()).toBe(1);
    expect(await shown(id)).toMatchObject({ status: 'invalid' });
    expect(await desk.query(`SELECT result, source, consultation, trader_name, answer, requested_by FROM companies.vat_check WHERE company_id = $1 ORDER BY checked_at`, [id])).toEqual([
      { result: 'valid', source: 'sandbox', consultation: 'W-1', trader_name: 'ACME', answer: { said: 'valid' }, requested_by: 'system:companies.check-vat' },
      { result: 'invalid', source: 'sandbox', consultation: 'W-1', trader_name: 'ACME', answer: { said: 'invalid' }, requested_by: 'system:companies.check-vat' },
    ]);
    expect(await desk.query(`SELECT change ->> 'vatStatus' AS status FROM platform.audit_entry WHERE action = 'companies.check-vat' ORDER BY id`)).toEqual([{ status: 'valid' }, { status: 'invalid' }]);
  });

  it('that nobody answers changes nothing but when it is made again, ever later', async () => {
    const id = await desk.company({ taxId: '501964843', vatStatus: 'valid' });
    await desk.test.database.transaction((tx) => tx.execute(`UPDATE companies.company SET vat_due_at = '-infinity' WHERE id = $1`, [id]));
    register.result = 'unavailable';
    const waits = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      expect(await vat.checkDue()).toBe(1);
      const [{ due }] = (await desk.query<{ due: Date }>('SELECT vat_due_at AS due FROM companies.company WHERE id = $1', [id])) as [{ due: Date }];
      waits.push((due.getTime() - desk.clock.now()) / HOUR);
      desk.clock.advanceTo(due.getTime());
    }
    expect(waits).toEqual([0.25, 0.5, 1, 2, 4, 8, 16, 24, 24]);
    expect(await shown(id)).toEqual({ status: 'valid', on: null, attempts: 9 });
    register.result = 'valid';
    await vat.checkDue();
    expect(await shown(id)).toMatchObject({ status: 'valid', attempts: 0 });
  });

  it('is made when somebody asks for it, and kept with who did', async () => {
    const id = await desk.company({ taxId: 'DE136695976', country: 'DE' });
    await expect(vat.execute(id, VIEWER)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const check = await vat.execute(id, BILLING);
    expect(await desk.query('SELECT id, requested_by FROM companies.vat_check')).toEqual([{ id: check, requested_by: 'ana' }]);
    register.result = 'unavailable';
    await vat.execute(id, BILLING);
    expect(await shown(id)).toMatchObject({ status: 'valid' });
    const audited = await desk.query<{ change: object }>(`SELECT change FROM platform.audit_entry WHERE action = 'companies.check-vat' ORDER BY id`);
    expect(audited.map(({ change }) => change)).toMatchObject([{ result: 'valid', vatStatus: 'valid' }, { result: 'unavailable' }]);
    await expect(vat.execute(await desk.company(), BILLING)).rejects.toMatchObject({ code: 'VAT_CHECK_IMPOSSIBLE' });
    await expect(new CheckVat(desk.test.database, new Audit(), desk.clock).execute(id, BILLING)).rejects.toMatchObject({ code: 'VAT_CHECKS_OFF' });
  });

  it('of a number that changes meanwhile is kept, and shown of nobody', async () => {
    const id = await desk.company({ taxId: '501964843' });
    register.meanwhile = () => desk.editing.execute({ companyId: id, changes: { taxId: '999999990' } }, BILLING);
    await vat.checkDue();
    expect(await shown(id)).toMatchObject({ status: 'unchecked' });
    expect(await desk.query('SELECT tax_id FROM companies.vat_check')).toEqual([{ tax_id: '501964843' }]);
  });

  it('is asked by one of two workers, four at a time, and again by another when the first dies', async () => {
    for (let n = 0; n < 30; n++) await desk.company({ taxId: '501964843' });
    const counts = await Promise.all([vat.checkDue(), vat.checkDue()]);
    expect(counts.sort()).toEqual([10, 20]);
    expect(register.asked).toHaveLength(30);
    expect(register.mostAtOnce).toBeLessThanOrEqual(8);
    const last = await desk.company({ taxId: '501964843' });
    register.meanwhile = () => Promise.reject(new Error('killed'));
    await expect(vat.checkDue()).rejects.toThrow('killed');
    register.meanwhile = async () => undefined;
    expect(await vat.checkDue()).toBe(0);
    later(1);
    expect(await vat.checkDue()).toBe(1);
    expect(await shown(last)).toMatchObject({ status: 'valid' });
  });

  it('is evidence that nobody changes', async () => {
    await desk.company({ taxId: '501964843', vatStatus: 'valid' });
    expect(await desk.query('SELECT result, source, requested_by FROM companies.vat_check')).toEqual([{ result: 'valid', source: 'stated', requested_by: 'ana' }]);
    for (const sql of ['UPDATE companies.vat_check SET result = $$invalid$$', 'DELETE FROM companies.vat_check']) {
      await expect(desk.test.owner.transaction((tx) => tx.execute(sql))).rejects.toThrow('append-only');
      await expect(desk.test.database.transaction((tx) => tx.execute(sql))).rejects.toThrow('permission denied');
    }
  });
});
