// A worker that is killed while it imports a company's people: the import goes on where it was, and nobody is counted twice.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { ImportMembers } from '@countinghouse/companies';
import { CompanyId, localDate, RunId } from '@countinghouse/kernel';
import { newId, Proofs, Run, Runs, systemActor } from '@countinghouse/platform';
import { House } from './house';

const ACTOR = systemActor('scenario');
const PEOPLE = 30_000;
/** Rows are checked, then applied. */
const STAGES = [0, 1];

const row = (no: number) => `E${no},Çağla Øst-Müller ${no},person${no}@example.com,CC${no % 7},${no % 30 === 0 ? 'never' : '2026-01-01'}\n`;

describe('a worker killed while it imports people', () => {
  let house: House;

  beforeAll(async () => {
    house = await House.open();
  }, 60_000);
  afterAll(() => house.close());

  async function company(number: string): Promise<CompanyId> {
    const id = newId<CompanyId>();
    await house.database.transaction((tx) =>
      tx.execute(
        `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
         VALUES ($1, $2, $2, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30)`,
        [id, number],
      ),
    );
    return id;
  }

  function* file(): Generator<string> {
    yield 'employee_id,name,email,cost_centre,eligible_from\n';
    for (let no = 0; no < PEOPLE; no++) yield row(no);
  }

  const start = (companyId: CompanyId) =>
    house.get(ImportMembers).start({ companyId, fileName: 'people.csv', source: Readable.from(file()), content: 'snapshot', asOf: localDate('2026-06-01'), review: false }, ACTOR);

  /** Everything that an import leaves of a company, but for ids and times. */
  const leftBy = async (companyId: CompanyId, { id, result }: Run) => ({
    result,
    people: await house.database.query(`SELECT count(*), md5(string_agg(concat_ws(',', employee_id, name, email, cost_centre, eligible_from, status), ';' ORDER BY employee_id)) FROM companies.member WHERE company_id = $1`, [companyId]),
    log: await house.database.query(`SELECT cost_centre, effective_on, sum(change) FROM companies.headcount_change WHERE company_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`, [companyId]),
    refused: await house.database.query(`SELECT count(*), count(DISTINCT line) AS lines FROM platform.import_rejection WHERE run_id = $1`, [id]),
    staged: await house.database.query('SELECT 1 FROM platform.import_row'),
  });

  /** Waits until a worker has taken up a stage for the first or second time. */
  const taken = (id: RunId, stage: number, time: number): Promise<void> => {
    const sql = `SELECT 1 FROM platform.run_chunk WHERE run_id = $1 AND stage = $2 AND (dispatches >= $3 OR state = 'done')`;
    return house.until(`stage ${stage} is taken up ${time} times`, async () => (await house.database.query(sql, [id, stage, time])).length > 0);
  };

  it('resumes it and comes to what an undisturbed one comes to', async () => {
    const [quiet, killed] = [await company('Q-1'), await company('K-1')];
    await house.startWorker();
    const undisturbed = await house.done((await start(quiet)).id);
    const expected = await leftBy(quiet, undisturbed);
    expect(expected.result).toMatchObject({ added: '29000', refused: '1000', removed: '0' });

    const { id } = await start(killed);
    for (const stage of STAGES) {
      for (const time of [1, 2]) {
        await taken(id, stage, time);
        await sleep(randomInt(200));
        await house.killWorker();
        await house.startWorker();
      }
    }
    const run = await house.done(id);
    expect(run.state).toBe('succeeded');
    expect(await leftBy(killed, run)).toEqual(expected);
    const proofs = await house.database.read((reader) => house.get(Proofs).all(reader));
    expect(proofs.filter(({ name, ok }) => name === 'headcount-log' && !ok)).toEqual([]);
    expect(await house.database.read((reader) => house.get(Runs).active(reader))).toBe(0);
  }, 180_000);
});
