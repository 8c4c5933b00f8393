// Ten people start the billing run of one month at once: one set of invoices, and no gap in any series.
import { StartBillingRun } from '@countinghouse/invoicing';
import { addMonths, RunId } from '@countinghouse/kernel';
import { newId, Proofs, systemActor } from '@countinghouse/platform';
import { House } from './house';

const SIZE = { companies: 8, members: 500 };
const STARTERS = 10;

describe('ten simultaneous billing runs for one month', () => {
  let house: House;

  beforeAll(async () => {
    house = await House.open();
    await house.startWorker();
  }, 60_000);
  afterAll(() => house.close());

  const billTenTimes = async (issuerIds: readonly string[]): Promise<RunId[]> => {
    const bill = house.get(StartBillingRun);
    const started = issuerIds.flatMap((issuerId) =>
      Array.from({ length: STARTERS }, () =>
        bill.execute({ idempotencyKey: newId<RunId>(), issuerId: issuerId as never, through: addMonths(house.month, 1) }, systemActor('scenario')),
      ),
    );
    const ids = new Set((await Promise.all(started)).map((run) => run.id));
    for (const id of ids) expect(await house.done(id)).toMatchObject({ state: 'succeeded', parked: 0 });
    return [...ids];
  };

  const documents = async () => {
    const [row] = await house.database.query<{ invoices: bigint; payers: bigint; gross: string; charges: bigint }>(
      `SELECT count(*) AS invoices, count(DISTINCT (payer_id, issuer_id)) AS payers, sum(gross_minor)::text AS gross,
              (SELECT count(*) FROM subscriptions.charge) AS charges FROM invoicing.invoice`,
    );
    return row!;
  };

  it('make one set of invoices, and a further ten find nothing to bill', async () => {
    const issuers = await house.loadDemo(SIZE);
    const issuerIds = issuers.map((issuer) => issuer.id);
    await billTenTimes(issuerIds);
    const first = await documents();
    expect(first.invoices).toBeGreaterThan(300n);
    expect(first.payers).toBe(first.invoices);

    await billTenTimes(issuerIds);
    expect(await documents()).toEqual(first);

    const proofs = await house.database.read((reader) => house.get(Proofs).all(reader));
    expect(proofs.filter((proof) => !proof.ok)).toEqual([]);
  }, 120_000);
});
