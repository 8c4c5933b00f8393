// Once per test run: a PostgreSQL of its own, and the template database that every spec clones.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startEmbeddedPostgres } from '@countinghouse/platform';
import { PERSISTENCE } from '../../src/persistence';

const ROOT = join(__dirname, '../../../..');
const MEMORY = '/dev/shm';
/** Twice what the databases of all workers take at once, with their log. */
const ROOM_BYTES = 1_000_000_000;

export default async function globalSetup(): Promise<void> {
  const folder = place();
  clear(folder);
  const directory = mkdtempSync(join(folder, `countinghouse-test-${process.pid}-`));
  chmodSync(directory, 0o755);
  // Scenarios run the processes as they are shipped, and start them again and again: V8 keeps what it made of their code.
  run([join(ROOT, 'scripts/build.mjs')]);
  const compiled = join(directory, 'compiled');
  run(['-e', `require(${JSON.stringify(join(ROOT, 'dist/apps/api/src/app.module.js'))})`], { NODE_COMPILE_CACHE: compiled });
  process.env['TEST_COMPILED_CODE'] = compiled;
  const server = await startEmbeddedPostgres({ directory, durability: 'fast' });
  await migrate({ url: server.url, manifests: PERSISTENCE });
  process.env['TEST_DATABASE_URL'] = server.url;
  Object.assign(globalThis, { __postgres: { server, directory } });
  // Nest keeps the GraphQL types that were declared on the global object, and Jest hands that to specs of the same process:
  // they would find these types beside their own, made of another realm's String and Boolean.
  for (const name of ['GqlTypeMetadataStorage', 'GqlLazyMetadataStorageHost']) Reflect.deleteProperty(globalThis, name);
}

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): void {
  execFileSync(process.execPath, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** In memory where there is room: a database is 800 files, and some disks take longer to make and delete them than a spec runs. */
function place(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > ROOM_BYTES ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** What runs that were broken off have left there: nobody takes it away after Ctrl-C. */
function clear(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = /^countinghouse-test-(\d+)-/.exec(name)?.[1];
    if (owner && !lives(Number(owner))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
