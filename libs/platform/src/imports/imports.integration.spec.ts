// Imports end to end, by a kind of their own: staged whole or not at all, checked, applied, and once only.
import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Audit } from '../audit/audit';
import { Actor, systemActor } from '../auth/actor';
import { Tx } from '../database/tx';
import { newId } from '../ids/new-id';
import { JobRegistry } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { Run } from '../runs/run';
import { RunChunks } from '../runs/run-chunks';
import { Runs } from '../runs/runs';
import { ImportColumns, RowOf } from './columns';
import { ImportFileUnreadable, ImportInput, ImportKind, ImportMode, ImportRow, ImportRun } from './import';
import { rejectUnreadable } from './import.queries';
import { ImportHandler } from './import-handler';
import { Imports } from './imports';
import { RejectionRetention } from './rejection-retention';
import { Rejection, rejection } from './rejection';
import { StagedRowRetention } from './staged-row-retention';

const COLUMNS = {
  code: { type: 'text', required: true, max: 20 },
  name: { type: 'text', required: true },
  seats: { type: 'int', min: 0, max: 1000 },
} as const satisfies ImportColumns;
type Row = RowOf<typeof COLUMNS>;

@ImportKind({ kind: 'workshop.rooms', queue: 'workshop', columns: COLUMNS, key: ['code'] })
class RoomsImport extends ImportHandler<Row> {
  failing = false;

  async check(_reader: unknown, rows: readonly ImportRow<Row>[]): Promise<Rejection[]> {
    return rows
      .filter(({ values }) => values.name === 'Cellar')
      .map(({ line, values }) =>
        rejection({ line, column: 'name', value: values.name, code: 'NO_CELLARS', reason: 'No cellars.', remedy: 'Take an attic.' }),
      );
  }

  async apply(tx: Tx, rows: readonly ImportRow<Row>[]): Promise<Record<string, number>> {
    if (this.failing) throw new Error('the roof is leaking');
    const added = await tx.execute(
      `INSERT INTO public.room SELECT * FROM unnest($1::text[], $2::text[], $3::int[]) ON CONFLICT (code) DO NOTHING`,
      [rows.map(({ values }) => values.code), rows.map(({ values }) => values.name), rows.map(({ values }) => values.seats)],
    );
    return { added };
  }
}

@ImportKind({ kind: 'workshop.keys', queue: 'workshop', columns: { code: { type: 'text', required: true, max: 3, secret: true }, room: { type: 'text' } }, key: ['code'] })
class KeysImport extends ImportHandler<{ code: string }> {
  async check(): Promise<Rejection[]> {
    return [];
  }
  async apply(): Promise<Record<string, number>> {
    return {};
  }
}

describe('Imports', () => {
  const actor: Actor = { subject: 'ana', role: 'billing', issuers: '*' };
  const rooms = new RoomsImport();
  let test: TestDatabase;
  let runs: Runs;
  let imports: Imports;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    test = await createTestDatabase();
    await test.owner.transaction((tx) => tx.execute('CREATE TABLE public.room (code text PRIMARY KEY, name text, seats int); GRANT ALL ON public.room TO PUBLIC'));
    const registry = JobRegistry.of(rooms, new KeysImport());
    const settings = new QueueSettings(test.url, undefined, { retryMs: 1, chunkFailures: 2 });
    runs = new Runs(test.database, new Audit(), new RunChunks(test.database, new Audit(), registry, settings));
    imports = new Imports(test.database, runs, registry);
  });
  afterAll(() => test.drop());
  beforeEach(() => test.owner.transaction((tx) => tx.execute('TRUNCATE public.room')));

  const start = (file: string | Buffer, options: { mode?: ImportMode; again?: boolean; kind?: string } = {}) =>
    imports.start({ kind: 'workshop.rooms', fileName: 'rooms.csv', source: Readable.from([Buffer.from(file)]), ...options }, actor);
  const run = async (file: string | Buffer, options?: Parameters<typeof start>[1]): Promise<Run> => runs.drain((await start(file, options)).id);
  const rejections = (of: Run) => test.database.read((reader) => imports.rejections(reader, of.id));
  const brief = async (of: Run) => (await rejections(of)).map(({ line, column, code }) => [line, column, code]);
  const stored = () => test.database.query<{ code: string; name: string; seats: number | null }>('SELECT * FROM public.room ORDER BY code');
  const staged = () => test.database.query('SELECT 1 FROM platform.import_row');
  const refusal = async (file: string | Buffer): Promise<ImportFileUnreadable> => {
    const before = await test.database.query('SELECT id FROM platform.run');
    const error = await start(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImportFileUnreadable);
    expect(await test.database.query('SELECT id FROM platform.run')).toEqual(before);
    expect(await staged()).toEqual([]);
    return error as ImportFileUnreadable;
  };

  it('imports the rows, counts them, and leaves no staged row behind', async () => {
    const done = await run('code,name,seats\nA,Attic,2\nB,João d’Ávila,\nC,李 小龍,7\n');
    expect(done).toMatchObject({ state: 'succeeded', result: { imported: '3', refused: '0', added: '3' } });
    expect(await stored()).toEqual([
      { code: 'A', name: 'Attic', seats: 2 },
      { code: 'B', name: 'João d’Ávila', seats: null },
      { code: 'C', name: '李 小龍', seats: 7 },
    ]);
    expect(await staged()).toEqual([]);
  });

  it.each([
    ['semicolons and capitals', 'Code;NAME;Seats\nA;Attic, upper;2\n'],
    ['tabs and another order', 'seats\tname\tcode\n2\tAttic, upper\tA\n'],
    ['a byte order mark and CRLF', '\ufeffcode,name,seats\r\nA,"Attic, upper",2\r\n'],
    ['further columns and blank lines', '\ncode,colour,name,seats\n\nA,red,"Attic, upper",2\n,,,\n'],
    ['empty cells behind the last column', 'code,name,seats\nA,"Attic, upper",2,,\n'],
  ])('reads a file with %s', async (_what, file) => {
    expect(await run(file)).toMatchObject({ state: 'succeeded', result: { imported: '1' } });
    expect(await stored()).toEqual([{ code: 'A', name: 'Attic, upper', seats: 2 }]);
  });

  it('lists the columns that it ignored', async () => {
    const { id } = await run('code,colour,name,Floor no\nZ,red,Attic,1\n');
    const [file] = await test.database.query('SELECT columns, ignored_columns, encoding, delimiter, row_count FROM platform.import_file WHERE run_id = $1', [id]);
    expect(file).toEqual({ columns: ['code', 'name'], ignored_columns: ['colour', 'Floor no'], encoding: 'ascii', delimiter: ',', row_count: 1 });
  });

  it('reads a file in Latin-1', async () => {
    await run(Buffer.from('code;name\nA;Øst-Müller\n', 'latin1'));
    expect(await stored()).toEqual([{ code: 'A', name: 'Øst-Müller', seats: null }]);
  });

  it('refuses rows by line and column, and imports the good ones', async () => {
    const lines = ['code,name,seats', 'A,Attic,2', 'B,Barn,-5', ',Chapel,1', '"D","two\nlines",3', 'E,Cellar,1', 'A,Annex,4', 'F,Flat', 'G,Gate,1,x', 'H,Hall,9'];
    const done = await run(lines.join('\n'));
    expect(await brief(done)).toEqual([
      [3, 'seats', 'NUMBER_INVALID'],
      [4, 'code', 'VALUE_MISSING'],
      [7, 'name', 'NO_CELLARS'],
      [8, 'code', 'ROW_REPEATED'],
      [9, null, 'ROW_TOO_SHORT'],
      [10, null, 'ROW_TOO_LONG'],
    ]);
    expect((await stored()).map(({ code }) => code)).toEqual(['A', 'D', 'H']);
    expect(done).toMatchObject({ state: 'succeeded', result: { imported: '3', refused: '6' } });
    expect((await rejections(done))[0]).toMatchObject({ value: '-5', reason: expect.any(String), remedy: expect.stringContaining('0 to 1000') });
    expect((await rejections(done))[3]).toMatchObject({ value: 'A', reason: 'Line 2 of the file has the same code.' });
  });

  it('does not repeat a secret, wherever it stands in the line', async () => {
    const done = await run('code,room\nsecret,A\nsecret\n"secret,A\nabc,A\nabc,B\n', { kind: 'workshop.keys' });
    expect(await brief(done)).toEqual([
      [2, 'code', 'TEXT_TOO_LONG'],
      [3, null, 'ROW_TOO_SHORT'],
      [4, null, 'QUOTE_UNCLOSED'],
      [6, 'code', 'ROW_REPEATED'],
    ]);
    expect((await rejections(done)).map(({ value }) => value)).toEqual([null, null, null, null]);
  });

  it('says what is wrong with a row in the order of its cells, in whatever order the rows lie in the table', async () => {
    const [fileId, runId] = [newId(), newId<RunId>()];
    const said = await test.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO platform.import_row (file_id, row_no, line, problems)
         SELECT $1, n, n + 1, (SELECT json_agg(json_build_object('column', 'c' || c, 'code', 'WRONG', 'reason', '', 'remedy', '') ORDER BY c) FROM generate_series(1, 5) AS c)
           FROM generate_series(100, 1, -1) AS n`,
        [fileId],
      );
      // As they lie there, and not by the index, which has them in order already.
      await tx.execute('SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off');
      await rejectUnreadable(tx, { id: runId, input: { fileId } } as unknown as ImportRun);
      return tx.query<{ line: number; column: string }>('SELECT line, "column" FROM platform.import_rejection WHERE run_id = $1 ORDER BY id', [runId]);
    });
    await test.database.transaction((tx) => tx.execute('DELETE FROM platform.import_row WHERE file_id = $1', [fileId]));
    expect(said).toEqual(Array.from({ length: 500 }, (_, no) => ({ line: 2 + Math.floor(no / 5), column: `c${1 + (no % 5)}` })));
  });

  it('gives the rejections page by page', async () => {
    const done = await run(`code,name\n${Array.from({ length: 5 }, (_, i) => `R${i},Cellar`).join('\n')}\n`);
    const [first, second] = await test.database.read((reader) => imports.rejections(reader, done.id, { limit: 2 }));
    const rest = await test.database.read((reader) => imports.rejections(reader, done.id, { after: second!, limit: 10 }));
    expect([first!.line, second!.line, ...rest.map(({ line }) => line)]).toEqual([2, 3, 4, 5, 6]);
  });

  it('imports nothing in the mode allOrNothing when one row is refused, and all when none is', async () => {
    const refused = await run('code,name\nA,Attic\nB,Cellar\n', { mode: 'allOrNothing' });
    expect(refused).toMatchObject({ state: 'succeeded', result: { imported: '0', refused: '2' } });
    expect(await stored()).toEqual([]);
    const many = Array.from({ length: 4_500 }, (_, i) => `R${i},Attic`).join('\n');
    expect(await run(`code,name\n${many}\n`, { mode: 'allOrNothing' })).toMatchObject({ result: { imported: '4500', added: '4500' } });
  });

  it('reports a file that was cut in the middle by line, and keeps the whole rows', async () => {
    const whole = 'code,name,seats\nA,Attic,2\nB,"Barn, old",3\nC,Court,4\n';
    const inQuote = await run(whole.slice(0, whole.indexOf('old')));
    expect(await brief(inQuote)).toEqual([[3, null, 'FILE_CUT_OFF']]);
    const inRow = await run(whole.slice(0, whole.indexOf('ourt')));
    expect(await brief(inRow)).toEqual([[4, null, 'FILE_CUT_OFF']]);
    expect((await stored()).map(({ code }) => code)).toEqual(['A', 'B']);
    const inCharacter = await run(Buffer.from('code,seats,name\nA,2,João\nB,3,李').subarray(0, -1));
    expect(await brief(inCharacter)).toEqual([[3, 'name', 'CHARACTER_UNREADABLE']]);
  });

  it('refuses a file that cannot be read, and stores nothing of it', async () => {
    const long = Array.from({ length: 50_000 }, (_, i) => `R${i},João`).join('\n');
    const broken = Buffer.concat([Buffer.from(`code,name\n${long}\nX,`), Buffer.from([0xe3, 0x28]), Buffer.from('\n')]);
    const refusals = [
      await refusal(''),
      await refusal('\n\n'),
      await refusal('code|name\nA|Attic\n'),
      await refusal('code;seats\nA;2\n'),
      await refusal('code,name,Name\nA,Attic,Attic\n'),
      await refusal(Buffer.from('code,name\nA,Attic\n', 'utf16le')),
      await refusal(broken),
    ];
    expect(refusals.map(({ code }) => code)).toEqual(refusals.map(() => 'IMPORT_FILE_UNREADABLE'));
    expect(refusals.map(({ rejection: { line, column, code } }) => [line, column, code])).toEqual([
      [1, null, 'HEADER_MISSING'],
      [1, null, 'HEADER_MISSING'],
      [1, 'code', 'COLUMN_MISSING'],
      [1, 'name', 'COLUMN_MISSING'],
      [1, 'name', 'COLUMN_TWICE'],
      [1, null, 'ENCODING_UNREADABLE'],
      [50_002, null, 'ENCODING_UNREADABLE'],
    ]);
    expect(refusals[2]!.rejection.reason).toBe('The header has no column code; it has code|name.');
    expect(refusals[3]!.rejection).toMatchObject({ value: 'code | seats', remedy: expect.stringContaining('Add the column name') });
  });

  it('stores nothing when the sender breaks off', async () => {
    async function* breakingOff() {
      yield Buffer.from(`code,name\n${'A,Attic\n'.repeat(50_000)}`);
      throw new Error('connection reset');
    }
    const source = Readable.from(breakingOff());
    await expect(imports.start({ kind: 'workshop.rooms', fileName: 'rooms.csv', source }, actor)).rejects.toThrow('connection reset');
    expect(await staged()).toEqual([]);
    expect(await run('code,name\nK,Attic\n')).toMatchObject({ state: 'succeeded' });
  });

  it('answers the same file with the same run and changes nothing', async () => {
    const file = 'code,name\nS,Attic\n';
    const first = await run(file);
    const second = await start(file);
    expect(second).toMatchObject({ id: first.id, state: 'succeeded' });
    expect(await staged()).toEqual([]);
    expect((await run(file, { mode: 'allOrNothing' })).id).not.toBe(first.id);
  });

  it('makes one run of a file that comes twice at once', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => start('code,name\nT,Attic\n')));
    expect([two!.id, three!.id]).toEqual([one!.id, one!.id]);
    await runs.drain(one!.id);
    expect(await test.database.query(`SELECT 1 FROM platform.import_file WHERE run_id = $1`, [one!.id])).toHaveLength(1);
  });

  it('imports a file again when it is asked to, but not while the first import is at work', async () => {
    const file = 'code,name\nU,Attic\n';
    const first = await start(file);
    expect((await start(file, { again: true })).id).toBe(first.id);
    await runs.drain(first.id);
    const again = await run(file, { again: true });
    expect(again.id).not.toBe(first.id);
    expect(again).toMatchObject({ state: 'succeeded', result: { imported: '1', added: '0' } });
    expect((await start(file)).id).toBe(again.id);
  });

  it('fails the run when the rows cannot be written, and takes the file again', async () => {
    const file = 'code,name\nV,Attic\n';
    rooms.failing = true;
    const failed = await run(file);
    rooms.failing = false;
    expect(failed.state).toBe('failed');
    const second = await run(file);
    expect(second.id).not.toBe(failed.id);
    expect(second).toMatchObject({ state: 'succeeded', result: { added: '1' } });
    expect(await staged()).toEqual([]);
  });

  it('takes a file with nothing but a header for an import of nothing', async () => {
    expect(await run('code,name\n')).toMatchObject({ state: 'succeeded', input: { rows: 0 } as Partial<ImportInput> });
  });

  it('is for people with the role billing, and for known kinds', async () => {
    const source = Readable.from(['code,name\n']);
    await expect(imports.start({ kind: 'workshop.rooms', fileName: 'x', source }, { ...actor, role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(imports.start({ kind: 'x.y', fileName: 'x', source }, systemActor('test'))).rejects.toMatchObject({
      code: 'IMPORT_KIND_UNKNOWN',
      remedy: 'Use one of: workshop.keys, workshop.rooms.',
    });
  });

  it('says in the audit trail who started it, with which file, and how it ended', async () => {
    const { id } = await run('code,name\nW,Attic\n');
    const entries = await test.database.query<{ actor: string; action: string }>(
      `SELECT actor, action FROM platform.audit_entry WHERE subject_id = $1 ORDER BY id`,
      [id],
    );
    expect(entries).toEqual([
      { actor: 'ana', action: 'platform.start-run' },
      { actor: 'system:runs', action: 'platform.finish-run' },
    ]);
  });

  it('forget after a while the rows of files of which nothing came, and then do not go on without them', async () => {
    const file = (name: string) => `code,name\n${Array.from({ length: 3_000 }, (_, n) => `${name}${n},Attic`).join('\n')}\n`;
    rooms.failing = true;
    const failed = await run(file('F'));
    rooms.failing = false;
    const cancelled = await start(file('C'));
    await runs.cancel(cancelled.id, actor);
    const waiting = await start(file('W'));
    const recent = await start(file('R'));
    await runs.cancel(recent.id, actor);
    await test.owner.transaction((tx) => tx.execute(`UPDATE platform.run SET finished_at = now() - interval '31 days' WHERE id = ANY ($1)`, [[failed.id, cancelled.id]]));
    await test.owner.transaction((tx) => tx.execute(`UPDATE platform.run SET finished_at = now() - interval '29 days' WHERE id = $1`, [recent.id]));

    const retention = new StagedRowRetention();
    const before = new Date(Date.now() - 30 * 86_400_000);
    const pruner = async (rows = 0): Promise<number> => {
      const forgotten = await test.database.transaction((tx) => retention.forget(tx, before, 1_000));
      return forgotten === 0 ? rows : pruner(rows + forgotten);
    };
    const both = await Promise.all([pruner(), pruner()]);
    expect(both[0]! + both[1]!).toBe(6_000);
    expect(await test.database.query('SELECT f.run_id AS id, count(*)::int AS rows FROM platform.import_row r JOIN platform.import_file f ON f.id = r.file_id GROUP BY 1 ORDER BY 1')).toEqual(
      [waiting.id, recent.id].map((id) => ({ id, rows: 3_000 })),
    );
    await runs.resume(failed.id, actor);
    expect(await runs.drain(failed.id)).toMatchObject({ state: 'failed', error: expect.stringMatching(/^IMPORT_ROWS_GONE: .* Send the file again\.$/) });
    expect(await runs.drain(waiting.id)).toMatchObject({ state: 'succeeded', result: { imported: '3000' } });
    expect(await run(file('F'))).toMatchObject({ state: 'succeeded', result: { imported: '3000' } });
    await runs.drain((await start(file('R'))).id);
    expect(await staged()).toEqual([]);
  });

  it('forget after a while what stood in refused rows, and keep where and why they were refused', async () => {
    const done = await run('code,name,seats\nR,Attic,many\n');
    const retention = new RejectionRetention();
    const forget = (days: number) => test.database.transaction((tx) => retention.forget(tx, new Date(Date.now() - days * 86_400_000), 5_000));
    const kept = async () => (await rejections(done)).map(({ line, column, code, value, reason }) => ({ line, column, code, value, mentions: reason.includes('many') }));
    expect(await forget(1)).toBe(0);
    expect(await kept()).toEqual([{ line: 2, column: 'seats', code: 'NUMBER_INVALID', value: 'many', mentions: true }]);
    expect(await forget(-1)).toBeGreaterThan(0);
    expect(await kept()).toEqual([{ line: 2, column: 'seats', code: 'NUMBER_INVALID', value: null, mentions: false }]);
    expect(await forget(-1)).toBe(0);
  });
});
