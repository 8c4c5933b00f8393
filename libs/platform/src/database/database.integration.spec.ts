// Transactions: retried when PostgreSQL asks for it, read-only when only reading, whole or not at all.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { LostRace } from './database';

describe('Database', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
    await test.owner.transaction((tx) =>
      tx.execute('CREATE TABLE public.counter (id int PRIMARY KEY, n bigint NOT NULL, on_day date); GRANT ALL ON public.counter TO PUBLIC'),
    );
  });
  afterAll(() => test.drop());

  it('gives int8 as bigint and a date as its text', async () => {
    const [row] = await test.database.query(`SELECT 9007199254740993::int8 AS n, '2026-02-28'::date AS d, ARRAY[1,2]::int8[] AS ns`);
    expect(row).toEqual({ n: 9007199254740993n, d: '2026-02-28', ns: [1n, 2n] });
  });

  it('commits all of a transaction or nothing', async () => {
    const failing = test.database.transaction(async (tx) => {
      await tx.execute('INSERT INTO public.counter VALUES (1, 0)');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await test.database.query('SELECT * FROM public.counter')).toEqual([]);
  });

  it('runs the whole callback again after a serialisation failure', async () => {
    await test.database.transaction((tx) => tx.execute('INSERT INTO public.counter VALUES (2, 0)'));
    let attempts = 0;
    // Both read before either writes, so that PostgreSQL must turn one of them down.
    let bothHaveRead: () => void;
    const meeting = new Promise<void>((resolve) => (bothHaveRead = resolve));
    const increment = () =>
      test.database.transaction(
        async (tx) => {
          const { n } = await tx.one<{ n: bigint }>('SELECT n FROM public.counter WHERE id = 2');
          if (++attempts === 2) bothHaveRead();
          await meeting;
          await tx.execute('UPDATE public.counter SET n = $1 WHERE id = 2', [n + 1n]);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([increment(), increment()]);
    expect(await test.database.query('SELECT n FROM public.counter WHERE id = 2')).toEqual([{ n: 2n }]);
    expect(attempts).toBe(3);
  });

  it('runs the whole callback again after a lost race, and gives up on one that is lost every time', async () => {
    let attempts = 0;
    const losing = (times: number) =>
      test.database.transaction(async (tx) => {
        await tx.execute('INSERT INTO public.counter VALUES ($1, 0)', [++attempts + 100]);
        if (attempts <= times) throw new LostRace('somebody was faster', undefined);
      });
    await losing(2);
    expect(await test.database.query('SELECT id FROM public.counter WHERE id > 100')).toEqual([{ id: 103 }]);
    await expect(losing(Infinity)).rejects.toThrow('somebody was faster');
    expect(attempts).toBe(9);
    await test.database.transaction((tx) => tx.execute('DELETE FROM public.counter WHERE id > 100'));
  });

  it('refuses to write while reading', async () => {
    const writing = test.database.query('INSERT INTO public.counter VALUES (3, 0) RETURNING id');
    await expect(writing).rejects.toThrow('read-only transaction');
  });

  it('lets one of two connections wait for the other for as long as that reads', async () => {
    const limits = await test.database.readTwofold((readers) =>
      Promise.all(readers.map((reader) => reader.one(`SELECT current_setting('idle_in_transaction_session_timeout') AS idle`))),
    );
    expect(limits).toEqual([{ idle: '0' }, { idle: '0' }]);
    expect(await test.database.query(`SELECT current_setting('idle_in_transaction_session_timeout') AS idle`)).toEqual([{ idle: '2min' }]);
  });

  it('reads on two connections what one snapshot shows, and writes on neither', async () => {
    const seen = await test.database.readTwofold(async (readers) => {
      await test.database.transaction((tx) => tx.execute('INSERT INTO public.counter VALUES (77, 0)'));
      const asked = await Promise.all(readers.map((reader) => reader.one<{ n: number; pid: number }>('SELECT count(*)::int AS n, pg_backend_pid() AS pid FROM public.counter WHERE id = 77')));
      const refused = readers.map((reader) => expect(reader.query('INSERT INTO public.counter VALUES (78, 0)')).rejects.toThrow('read-only transaction'));
      await Promise.all(refused);
      return asked;
    }).catch((error: unknown) => error);
    // Both transactions were broken by the writes that they refused, so that their commits were rollbacks.
    expect(seen).toMatchObject([{ n: 0 }, { n: 0 }]);
    expect(new Set((seen as { pid: number }[]).map(({ pid }) => pid)).size).toBe(2);
    await test.database.transaction((tx) => tx.execute('DELETE FROM public.counter WHERE id = 77'));
  });

  it('streams a COPY', async () => {
    const copied = await test.database.transaction((tx) =>
      tx.copyFrom('COPY public.counter (id, n) FROM STDIN', ['10\t1\n', '11\t2\n']),
    );
    expect(copied).toBe(2);
  });

  it('rehearses: gives what the work came to, and leaves nothing of it, nor of any transaction that the work has opened', async () => {
    const { database } = test;
    const add = (id: number) => database.transaction((tx) => tx.execute('INSERT INTO public.counter VALUES ($1, 0)', [id]));
    const seen = await database.rehearse(async (tx) => {
      await add(21);
      // A part that fails undoes its own, as a transaction would.
      await database.transaction(async (inner) => {
        await inner.execute('INSERT INTO public.counter VALUES (22, 0)');
        await add(22);
      }).catch(() => undefined);
      await database.transaction(() => add(23));
      expect(database.isRehearsing).toBe(true);
      expect(await database.query('SELECT id FROM public.counter WHERE id > 20 ORDER BY id')).toHaveLength(2);
      return tx.query('SELECT id FROM public.counter WHERE id > 20 ORDER BY id');
    });
    expect(seen).toEqual([{ id: 21 }, { id: 23 }]);
    expect(database.isRehearsing).toBe(false);
    expect(await database.query('SELECT id FROM public.counter WHERE id > 20')).toEqual([]);
    await expect(database.rehearse(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
