// A company that is closed: settled first, and never invoiced at the same moment.
import { ChangeCompanyStatus, type CompanyObstacle } from '@countinghouse/companies';
import { InvoiceId, isDomainError, LocalDate, RunId } from '@countinghouse/kernel';
import { newId, Tx } from '@countinghouse/platform';
import { hasToWait } from '@countinghouse/testing';
import { Business, ACTOR, ContractedCompany } from '../../test/business';
import { BillPayers } from '../use-cases/bill-payers';

const day = (text: string) => text as LocalDate;
const THROUGH = day('2026-11-01');

describe('a company that is closed', () => {
  let business: Business;
  let company: ContractedCompany;
  beforeAll(async () => (business = await Business.found(day('2026-11-02'))));
  afterAll(() => business.close());
  /** Its contract ran through October, and its fee is due at the end. */
  beforeEach(async () => {
    company = await business.company({ startsOn: day('2026-10-01'), timing: 'arrears', members: 2 });
    await business.changeContract(company.contractId, 'end', day('2026-11-01'));
  });

  const close = (): Promise<readonly CompanyObstacle[] | string> =>
    business.get(ChangeCompanyStatus).execute({ companyId: company.companyId, move: 'close', reason: 'gone' }, ACTOR).catch((error: unknown) => (isDomainError(error) ? error.message : Promise.reject(error)));
  const reopen = () => business.get(ChangeCompanyStatus).execute({ companyId: company.companyId, move: 'reopen', reason: 'back' }, ACTOR);
  const invoices = () =>
    business.query<{ id: InvoiceId; openMinor: bigint }>(`SELECT id, open_minor AS "openMinor" FROM invoicing.invoice WHERE payer_type = 'company' AND payer_id = $1 ORDER BY sequence`, [company.companyId]);
  const settle = async () => {
    await business.bill(THROUGH);
    for (const { id, openMinor } of await invoices()) if (openMinor > 0n) await business.pay(id, openMinor, day('2026-11-02'));
  };
  const bill = (tx: Tx) =>
    business.get(BillPayers).execute(tx, { companyIds: [company.companyId] }, { issuerId: business.issuerId, through: THROUGH, issuedOn: day('2026-11-02'), runId: newId<RunId>() });
  const closeIn = (tx: Tx) =>
    business.get(ChangeCompanyStatus).applyTo(tx, [company.companyId], 'close', { by: 'spec', reason: 'gone', at: new Date(business.clock.now()) }, ACTOR);
  const correct = (change: number) => business.headcount(company.companyId, day('2026-10-16'), change);

  it('is billed what its contracts have come to and has paid it first', async () => {
    expect(await close()).toMatch('Something is still to be billed.');
    await business.bill(THROUGH);
    expect(await close()).toMatch('1 invoice is open.');
    for (const { id, openMinor } of await invoices()) await business.pay(id, openMinor, day('2026-11-02'));
    expect(await close()).toEqual([]);
  });

  it('is not closed while something of its contracts cannot be rated', async () => {
    await settle();
    await business.change(company.enrolmentIds.slice(0, 1), 'plan', day('2026-10-10'), await business.planWithoutPrice());
    expect(await close()).toMatch('Something of its contracts cannot be rated.');
    await business.change(company.enrolmentIds.slice(0, 1), 'plan', day('2026-10-10'), business.planId);
    expect(await close()).toEqual([]);
  });

  it('may leave a credit, and is told of it', async () => {
    await settle();
    await correct(-1);
    expect(await close()).toEqual([expect.objectContaining({ severity: 'warns', detail: 'A credit is left that no invoice will net.' })]);
  });

  it('gets no document for a correction of the past until it is reopened, and the run says so', async () => {
    await settle();
    expect(await close()).toEqual([]);
    await correct(3);
    const run = await business.bill(THROUGH);
    expect(run).toMatchObject({ state: 'succeeded', parked: 1 });
    expect(await invoices()).toHaveLength(1);
    const [parked] = await business.query('SELECT item, code, reason FROM platform.run_parked_item WHERE run_id = $1', [run.id]);
    expect(parked).toEqual({ item: `company ${company.companyId}`, code: 'COMPANY_CLOSED', reason: expect.stringMatching(/Reopen it to bill what it owes\.$/) as string });
    await reopen();
    await business.bill(THROUGH);
    expect(await invoices()).toHaveLength(2);
    expect(await close()).toMatch('1 invoice is open.');
  });

  /** Runs the second once the first has done its work and before it commits; says whether the second had to wait. */
  async function overlapping<A, B>(first: (tx: Tx) => Promise<A>, second: (tx: Tx) => Promise<B>): Promise<{ first: A; second: B; waited: boolean }> {
    let waited = false;
    let other!: Promise<B>;
    const done = await business.database.transaction(async (tx) => {
      const result = await first(tx);
      other = business.database.transaction(second);
      waited = await hasToWait(business.test, other);
      return result;
    });
    return { first: done, second: await other, waited };
  }

  it('is closed while a billing run is at work: the run waits, finds it closed and tells', async () => {
    await settle();
    const { first, second, waited } = await overlapping(
      async (tx) => {
        const closed = await closeIn(tx);
        await correct(3);
        return closed;
      },
      bill,
    );
    expect(waited).toBe(true);
    expect(first).toMatchObject({ moved: [company.companyId], refused: [] });
    expect(second.parked).toMatchObject([{ item: `company ${company.companyId}`, code: 'COMPANY_CLOSED' }]);
    expect(await invoices()).toHaveLength(1);
  });

  it('is invoiced while it is being closed: the closing waits, finds an open invoice and is refused', async () => {
    await settle();
    await correct(3);
    const { first, second, waited } = await overlapping(bill, closeIn);
    expect(waited).toBe(true);
    expect(first.result).toMatchObject({ companyInvoices: 1 });
    expect(second.refused).toMatchObject([{ companyId: company.companyId, error: { code: 'COMPANY_CANNOT_MOVE', message: expect.stringContaining('1 invoice is open.') as string } }]);
    expect(await invoices()).toHaveLength(2);
    const [row] = await business.query<{ status: string }>('SELECT status FROM companies.company WHERE id = $1', [company.companyId]);
    expect(row!.status).toBe('active');
  });
});
