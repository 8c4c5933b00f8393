// The embedded server: durable, its folder moves nowhere, and whatever it left behind does not stop the next start.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { RunningPostgres, startEmbeddedPostgres } from './embedded-postgres';
import { freePort } from './ports';

jest.mock('./ports', () => {
  const actual = jest.requireActual<typeof import('./ports')>('./ports');
  return { ...actual, freePort: jest.fn(actual.freePort) };
});

describe('the embedded PostgreSQL', () => {
  let directory: string;
  let running: RunningPostgres | undefined;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'countinghouse-embedded-'));
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const start = async () => (running = await startEmbeddedPostgres({ directory, durability: 'durable' }));

  it('keeps what was committed on disk before it says so, sorts by code point, and opens no socket but loopback', async () => {
    const { url } = await start();
    expect(await ask(url, 'SHOW fsync')).toBe('on');
    expect(await ask(url, 'SHOW synchronous_commit')).toBe('on');
    expect(await ask(url, 'SHOW full_page_writes')).toBe('on');
    expect(await ask(url, 'SHOW listen_addresses')).toBe('127.0.0.1');
    expect(await ask(url, 'SHOW unix_socket_directories')).toBe('');
    expect(await ask(url, 'SHOW server_encoding')).toBe('UTF8');
    expect(await ask(url, `SELECT 'Z' < 'a'`)).toBe(true);
    expect(await ask(url, `SELECT upper('ß é ŝ')`)).toBe('ß É Ŝ');
  });

  it('has what was committed after it was killed', async () => {
    const { url, pid, ended } = await start();
    await ask(url, 'CREATE TABLE kept (n int)');
    await ask(url, 'INSERT INTO kept VALUES (7)');
    process.kill(pid, 'SIGKILL');
    await ended;
    expect(existsSync(join(directory, 'cluster', 'postmaster.pid'))).toBe(true);
    const again = await start();
    expect(await ask(again.url, 'SELECT n FROM kept')).toBe(7);
  });

  it('starts beside a pid file that names a process which is no server of this cluster', async () => {
    writeFileSync(join(directory, 'cluster', 'postmaster.pid'), `${process.pid}\n${directory}/cluster\n`);
    await expect(start()).resolves.toMatchObject({ port: expect.any(Number) });
  });

  it('stops a server that an earlier process left running before it starts its own', async () => {
    const first = await startEmbeddedPostgres({ directory, durability: 'durable' });
    const second = await start();
    await first.ended;
    expect(await ask(second.url, 'SELECT 1')).toBe(1);
  });

  describe('on a port that somebody else has', () => {
    /** Takes whoever connects, and never says a word. */
    let squatter: Server;
    const guests: Socket[] = [];
    let port: number;

    beforeAll(async () => {
      squatter = createServer((guest) => guests.push(guest));
      port = await new Promise<number>((done) => squatter.listen(0, '127.0.0.1', () => done((squatter.address() as { port: number }).port)));
    });
    afterAll(() => {
      squatter.close();
      for (const guest of guests) guest.destroy();
    });

    it('says which it is and what to do about it, if it was asked for', async () => {
      await expect(startEmbeddedPostgres({ directory, durability: 'durable', port })).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        value: String(port),
        remedy: expect.stringContaining('choose another port'),
      });
    });

    it('takes another one, if it has chosen it and was not fast enough', async () => {
      jest.mocked(freePort).mockResolvedValueOnce(port);
      const { url, port: taken } = await start();
      expect(taken).not.toBe(port);
      expect(await ask(url, 'SELECT 1')).toBe(1);
    });
  });
});

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0] && Object.values(rows[0])[0];
  } finally {
    await client.end();
  }
}
