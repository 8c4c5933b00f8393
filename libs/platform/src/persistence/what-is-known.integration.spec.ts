// What was known at an instant: nothing is recorded later with an earlier stamp, whoever records and however long it takes.
import { createTestDatabase, openTransaction as open, TestDatabase } from '@countinghouse/testing';
import { Database } from '../database/database';
import { Reader, Tx } from '../database/tx';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner.transaction((tx) =>
    tx.execute(`CREATE TABLE public.said (id bigint GENERATED ALWAYS AS IDENTITY, recorded_at timestamptz NOT NULL DEFAULT platform.recorded_at());
                GRANT INSERT, SELECT ON public.said TO countinghouse_app`),
  );
});
afterAll(() => test.drop());

const SAY = 'INSERT INTO public.said DEFAULT VALUES RETURNING recorded_at::text AS at';
const say = async (tx: Tx) => (await tx.one<{ at: string }>(SAY)).at;
const knownUntil = async (reader: Reader | Database) => (await reader.query<{ at: string }>('SELECT platform.known_until()::text AS at'))[0]!.at;
const isBefore = async (first: string, second: string) => (await test.database.query<{ so: boolean }>('SELECT $1::timestamptz < $2::timestamptz AS so', [first, second]))[0]!.so;

describe('what is known', () => {
  it.each(['database', 'owner'] as const)('ends just before the oldest who has recorded and not committed, whom the application cannot see (%s)', async (who) => {
    const first = await open(test[who], say);
    const second = await open(test.database, say);
    const known = await knownUntil(test.database);
    expect(await isBefore(known, first.done)).toBe(true);
    await first.commit();
    const later = await knownUntil(test.database);
    expect(await isBefore(first.done, later)).toBe(true);
    expect(await isBefore(later, second.done)).toBe(true);
    await second.commit();
    expect(await isBefore(second.done, await knownUntil(test.database))).toBe(true);
  });

  it('takes in all that is committed, also when a transaction has begun before and records only afterwards', async () => {
    const late = await open(test.database, (tx) => tx.query('SELECT now()'));
    const committed = await test.database.transaction(say);
    const known = await knownUntil(test.database);
    expect(await isBefore(committed, known)).toBe(true);
    expect(await isBefore(known, (await late.commit(say)) as string)).toBe(true);
  });

  it('is held back by nobody who reads, writes something else, records in another database or holds a lock of the queue', async () => {
    const other = await createTestDatabase();
    try {
      const idle = await Promise.all([
        open(test.database, (tx) => tx.query('SELECT FROM public.said')),
        open(test.owner, (tx) => tx.execute('CREATE TEMP TABLE elsewhere (id int); INSERT INTO elsewhere VALUES (1)')),
        open(other.database, (tx) => tx.one('SELECT platform.recorded_at()')),
        open(test.database, (tx) => tx.query(`SELECT pg_advisory_xact_lock_shared(hashtext('bullmq:finalization'), hashtext('a queue')), pg_advisory_xact_lock_shared(1000000000)`)),
      ]);
      const committed = await test.database.transaction(say);
      expect(await isBefore(committed, await knownUntil(test.database))).toBe(true);
      for (const { commit } of idle) await commit();
    } finally {
      await other.drop();
    }
  });

  it('takes what a transaction records for one, and is not held back by what it has taken back', async () => {
    const { done, commit } = await open(test.database, async (tx) => {
      await tx.execute('SAVEPOINT attempt');
      const [taken, sameTaken] = [await say(tx), await say(tx)];
      await tx.execute('ROLLBACK TO SAVEPOINT attempt');
      const between = await knownUntil(test.database);
      await tx.execute('SAVEPOINT again');
      const kept = await say(tx);
      await tx.execute('RELEASE SAVEPOINT again');
      return { taken, sameTaken, between, kept, sameKept: await say(tx) };
    });
    expect(done.sameTaken).toBe(done.taken);
    expect(done.sameKept).toBe(done.kept);
    expect(await isBefore(done.taken, done.between)).toBe(true);
    expect(await isBefore(done.between, done.kept)).toBe(true);
    expect(await isBefore(await knownUntil(test.database), done.kept)).toBe(true);
    await commit();
    // The next transaction of the same connection has an instant of its own.
    expect(await isBefore(done.kept, await test.database.transaction(say))).toBe(true);
  });

  it('never changes afterwards, whoever records meanwhile', async () => {
    let over = false;
    const record = async () => {
      while (!over) {
        await test.database.transaction(async (tx) => {
          await tx.query('SELECT now()');
          await say(tx);
          await say(tx);
        });
      }
    };
    const COUNT = 'SELECT count(*)::int AS rows FROM public.said WHERE recorded_at <= $1::timestamptz';
    const seen: { known: string; rows: number }[] = [];
    const ask = async () => {
      while (seen.length < 200 || seen.at(-1)!.rows < seen[0]!.rows + 20) {
        const known = await knownUntil(test.database);
        seen.push({ known, rows: (await test.database.query<{ rows: number }>(COUNT, [known]))[0]!.rows });
      }
    };
    const recording = Array.from({ length: 4 }, record);
    await Promise.all([ask(), ask()]).finally(() => (over = true));
    await Promise.all(recording);
    for (const { known, rows } of seen) expect((await test.database.query(COUNT, [known]))[0]).toEqual({ rows });
  });
});
