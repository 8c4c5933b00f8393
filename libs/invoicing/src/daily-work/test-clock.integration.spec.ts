// Years on a test clock: billed, overdue, suspended, paid, recognised, and in the end the very books of whoever lives it day by day.
import { MoveCompanies } from '@countinghouse/companies';
import { CompanyId, InvoiceId, IssuerId, localDate, LocalDate } from '@countinghouse/kernel';
import { AdvanceTestClock, CreateTestClock, violatedConstraint } from '@countinghouse/platform';
import { DraftContract } from '@countinghouse/subscriptions';
import { ACTOR, Business } from '../../test/business';

const BEGIN = localDate('2026-01-01');
/** Two new years later, and a leap day. */
const END = localDate('2028-04-01');
const day = (text: string) => text as LocalDate;

describe('a test clock', () => {
  let business: Business;
  beforeEach(async () => (business = await Business.found(day('2026-11-02'))));
  afterEach(() => business.close());

  const createClock = async (code: string): Promise<IssuerId> => (await business.get(CreateTestClock).execute({ code, like: 'PT01', startsOn: BEGIN }, ACTOR)).id;
  const advance = async (issuerId: IssuerId, to: LocalDate) => {
    const { id } = await business.get(AdvanceTestClock).execute({ issuerId, to }, ACTOR);
    return business.drained(id);
  };

  /** Companies with changes on the way, dated ahead as people agree them; and one that is suspended because it does not pay. */
  const settle = async (issuerId: IssuerId) => {
    const monthly = await business.company({ issuerId, startsOn: BEGIN, members: 3 });
    const unpaid = await business.company({ issuerId, startsOn: BEGIN, members: 2, overduePolicy: 'suspend', graceDays: 20, suspendedBilling: 'stops' });
    const quarterly = await business.company({ issuerId, startsOn: day('2026-02-15'), anchorDay: 31, cycleMonths: 3, timing: 'arrears', members: 2 });
    await business.headcount(monthly.companyId, day('2026-06-11'), 20);
    await business.headcount(monthly.companyId, day('2027-01-21'), -15);
    await business.change(monthly.enrolmentIds.slice(0, 1), 'pause', day('2026-08-10'));
    await business.change(monthly.enrolmentIds.slice(0, 1), 'resume', day('2026-09-17'));
    await business.change(quarterly.enrolmentIds.slice(0, 1), 'end', day('2027-03-10'));
    await business.changeContract(quarterly.contractId, 'end', day('2028-03-10'));
    return { monthly, unpaid, quarterly };
  };
  /** Every document of an issuer as the law sees it, without what is another's: ids and instants. */
  const documents = (issuerId: IssuerId) =>
    business.query(
      `SELECT i.number, i.issued_on, i.due_on, i.net_minor, i.tax_minor, i.gross_minor, i.open_minor, i.state,
              (SELECT json_agg(json_build_array(l.line_no, regexp_replace(l.description, 'Company [0-9]+', 'Company'), l.quantity, l.net_minor, l.service_start, l.service_end) ORDER BY l.line_no)
                 FROM invoicing.invoice_line l WHERE l.invoice_id = i.id)::text AS lines
         FROM invoicing.invoice i WHERE i.issuer_id = $1 ORDER BY i.stream, i.issued_on, i.gross_minor, i.sequence`,
      [issuerId],
    );
  const balances = (issuerId: IssuerId) =>
    business.query(
      `SELECT a.code, p.currency, sum(p.amount_minor) AS minor FROM accounting.posting p JOIN accounting.account a ON a.id = p.account_id
        WHERE a.issuer_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
      [issuerId],
    );

  it('goes years at once, over a leap day, and comes to the documents and books of one that is lived through day by day', async () => {
    const [leap, lived] = [await createClock('TEST-LEAP'), await createClock('TEST-LIVED')];
    await business.price(5490n, day('2027-07-01'));
    await settle(leap);
    await settle(lived);
    const run = await advance(leap, END);
    expect(run).toMatchObject({ state: 'succeeded', parked: 0, total: 822 });
    for (let at: LocalDate = BEGIN; at <= END; ) {
      // Day by day, and in strides of other lengths now and then.
      const to = at.endsWith('-01') ? at : at < '2026-03-01' ? next(at, 1) : next(at, 29);
      await advance(lived, to > END ? END : to);
      if (to >= END) break;
      at = next(to, 1);
    }
    const issued = await documents(leap);
    expect(issued.length).toBeGreaterThan(100);
    expect((await documents(lived)).map(anonymous)).toEqual(issued.map(anonymous));
    expect(await balances(lived)).toEqual(await balances(leap));
    expect(await business.failingProofs()).toEqual([]);
    // Nothing of it has touched the real issuer.
    expect(await documents(business.issuerId)).toEqual([]);
    expect(await business.query('SELECT DISTINCT next_number AS n FROM invoicing.series WHERE issuer_id = $1', [business.issuerId])).toEqual([{ n: 1n }]);
    expect(await balances(business.issuerId)).toEqual([]);
  }, 600_000);

  it('suspends who does not pay after the days of grace, and lets them go on when they have paid', async () => {
    const issuerId = await createClock('TEST-1');
    const { unpaid } = await settle(issuerId);
    // January's invoice of 1 January is due on the 31st; twenty days of grace end with 20 February.
    await advance(issuerId, day('2026-02-20'));
    const life = () =>
      business.query<{ kind: string; on: string; reason: string }>(
        `SELECT kind, effective_on AS on, reason FROM subscriptions.contract_change WHERE contract_id = $1 AND kind IN ('suspend', 'resume') ORDER BY seq`,
        [unpaid.contractId],
      );
    expect(await life()).toEqual([]);
    await advance(issuerId, day('2026-02-21'));
    expect(await life()).toEqual([{ kind: 'suspend', on: '2026-02-21', reason: expect.stringMatching(/^FT 2026A\/[12] is overdue$/) }]);

    await advance(issuerId, day('2026-03-10'));
    const open = await business.query<{ id: InvoiceId; openMinor: bigint }>(
      `SELECT id, open_minor AS "openMinor" FROM invoicing.invoice WHERE issuer_id = $1 AND payer_id = $2 AND open_minor > 0 ORDER BY sequence`,
      [issuerId, unpaid.companyId],
    );
    for (const { id, openMinor } of open) await business.pay(id, openMinor, day('2026-03-10'));
    await advance(issuerId, day('2026-03-10'));
    expect((await life()).slice(1)).toEqual([{ kind: 'resume', on: '2026-03-10', reason: 'nothing is overdue any more' }]);
    expect(await business.failingProofs().then((failing) => failing.filter((name) => !name.startsWith('receivables')))).toEqual([]);
  }, 60_000);

  it('does not mix: the database refuses a company or its payer on two clocks', async () => {
    const issuerId = await createClock('TEST-1');
    const real = await business.company({ startsOn: BEGIN });
    const tested = await business.company({ issuerId, startsOn: BEGIN });
    const add = (company: string, issuer: string) =>
      business
        .execute(`INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency) VALUES (gen_random_uuid(), 'K-X', $1, $2, 'EUR')`, [issuer, company])
        .then(() => 'accepted', (error: unknown) => violatedConstraint(error));
    expect(await add(real.companyId, issuerId)).toBe('company_lives_on_one_clock');
    expect(await add(tested.companyId, business.issuerId)).toBe('company_lives_on_one_clock');
    const paidFor = business.company({ issuerId, startsOn: BEGIN, payerId: real.companyId }).then(() => 'accepted', (error: unknown) => violatedConstraint(error));
    expect(await paidFor).toBe('company_lives_on_one_clock');
    expect(await add(tested.companyId, issuerId)).toBe('accepted');
  });

  describe('does not mix by who pays', () => {
    const actor = { subject: 'ana', role: 'billing', issuers: '*' } as const;
    const move = (companyId: CompanyId, targetId: CompanyId | null, effectiveOn: LocalDate) =>
      business.get(MoveCompanies).execute({ companyId, kind: 'payer', targetId, effectiveOn }, actor).then(() => 'moved', (error: unknown) => error);
    const isProven = async () => (await business.failingProofs()).find((name) => name.startsWith('companies-on-one-clock'));

    it('whichever of the two is moved, through others too, and for days ahead as for days past', async () => {
      const issuerId = await createClock('TEST-1');
      const other = await createClock('TEST-2');
      const real = await business.company({ startsOn: BEGIN });
      const tested = await business.company({ issuerId, startsOn: BEGIN });
      const otherwise = await business.company({ issuerId: other, startsOn: BEGIN });
      const between = await business.companyWithoutContract();
      const refused = { code: 'PAYER_ON_ANOTHER_CLOCK', field: 'payerId', remedy: expect.any(String) as string };
      for (const [one, payer] of [[tested, real], [real, tested], [tested, otherwise]] as const) {
        for (const on of [BEGIN, day('2026-12-01')]) expect(await move(one.companyId, payer.companyId, on)).toMatchObject({ ...refused, value: payer.companyId });
      }
      expect(await move(tested.companyId, between, BEGIN)).toBe('moved');
      expect(await move(between, real.companyId, BEGIN)).toMatchObject(refused);
      expect(await move(real.companyId, between, BEGIN)).toMatchObject(refused);
      // Said again for its day, the move is none.
      expect(await move(tested.companyId, null, BEGIN)).toBe('moved');
      expect(await move(between, real.companyId, BEGIN)).toBe('moved');
      const second = await business.company({ issuerId, startsOn: BEGIN });
      expect(await move(tested.companyId, second.companyId, BEGIN)).toBe('moved');
      expect(await isProven()).toBeUndefined();
    });

    it('which a proof sees when it is done past the application', async () => {
      const issuerId = await createClock('TEST-1');
      const [real, tested] = [await business.company({ startsOn: BEGIN }), await business.company({ issuerId, startsOn: BEGIN })];
      await business.execute(`INSERT INTO companies.company_move (company_id, kind, effective_on, target_id, recorded_by) VALUES ($1, 'payer', $3, $2, 'spec')`, [
        tested.companyId, real.companyId, BEGIN,
      ]);
      expect(await isProven()).toMatch('1 of 2 companies on test clocks live on another, too, C-000001 the first');
    });

    it('when a contract comes after the move', async () => {
      const issuerId = await createClock('TEST-1');
      const real = await business.company({ startsOn: BEGIN });
      const paidFor = await business.companyWithoutContract();
      expect(await move(paidFor, real.companyId, BEGIN)).toBe('moved');
      const draft = (companyId: CompanyId, by: IssuerId) =>
        business.get(DraftContract).execute({ number: `K-${by}-${companyId}`.slice(-40), issuerId: by, companyId, currency: 'EUR' as never, startsOn: BEGIN, cycleMonths: 1, reason: 'spec' }, actor);
      await expect(draft(paidFor, issuerId)).rejects.toMatchObject({ code: 'COMPANY_ON_ANOTHER_CLOCK', field: 'companyId', value: paidFor, remedy: expect.any(String) as string });
      await expect(draft(real.companyId, issuerId)).rejects.toMatchObject({ code: 'COMPANY_ON_ANOTHER_CLOCK' });
      const tested = await business.company({ issuerId, startsOn: BEGIN });
      await expect(draft(tested.companyId, business.issuerId)).rejects.toMatchObject({ code: 'COMPANY_ON_ANOTHER_CLOCK' });
      await draft(paidFor, business.issuerId);
      await draft(tested.companyId, issuerId);
    });

    it('when both are done at once', async () => {
      const issuerId = await createClock('TEST-1');
      const real = await business.company({ startsOn: BEGIN });
      for (let round = 0; round < 3; round++) {
        const fresh = await business.companyWithoutContract();
        const done = await Promise.all([
          move(fresh, real.companyId, BEGIN),
          business.execute(`INSERT INTO subscriptions.contract (id, number, issuer_id, company_id, currency) VALUES (gen_random_uuid(), $3, $1, $2, 'EUR')`, [issuerId, fresh, `K-RACE-${round}`])
            .then(() => 'added', (error: unknown) => violatedConstraint(error)),
        ]);
        expect([['moved', 'company_lives_on_one_clock'], [expect.objectContaining({ code: 'PAYER_ON_ANOTHER_CLOCK' }), 'added']]).toContainEqual(done);
      }
    });
  });

  it('is left alone by the runs of the real issuer', async () => {
    const issuerId = await createClock('TEST-1');
    await settle(issuerId);
    await business.company({ startsOn: day('2026-11-01') });
    expect(await business.bill(day('2026-12-01'))).toMatchObject({ state: 'succeeded' });
    expect(await documents(issuerId)).toEqual([]);
  });
});

/** Numbers within a day are given in the order of ids, which differ; the rest of a document does not. */
function anonymous(document: object): object {
  return { ...document, number: undefined };
}

function next(from: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10) as LocalDate;
}
