// What stands between npm and the application: installs what is missing, builds what has changed, and hands over to Node 24.
// It runs on any Node from 20 on and imports nothing that has to be installed. `node scripts/run.mjs <command> [arguments]`
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');
const API = 'dist/apps/api/src';

/** Each command and the program that does it. Nothing but these is started. */
const COMMANDS = {
  start: [`${API}/supervisor/start.js`],
  dev: [`${API}/supervisor/start.js`, '--watch'],
  db: [`${API}/supervisor/db.js`],
  verify: [`${API}/cli.js`, 'verify'],
  cli: [`${API}/cli.js`],
  schema: [`${API}/schema/schema.js`],
  test: ['scripts/test.mjs'],
  // A million ids of the large sizes are held by the bench and not by the product; the last limit given is the one that counts.
  bench: ['--max-old-space-size=4096', '-r', '@swc-node/register', 'bench/bench.ts'],
  build: [],
};

const [command, ...args] = process.argv.slice(2);
const program = COMMANDS[command];
if (!program) {
  console.error(`There is no command "${command ?? ''}". There are: ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(2);
}
if (!isInstalled()) await install();
await mustSucceed(runNode(['scripts/build.mjs'], { quiet: command !== 'build' }));
if (program.length > 0) process.exit(await runNode(['--enable-source-maps', '--max-old-space-size=320', ...program, ...args]));

/**
 * Whether node_modules holds what the lockfile says. npm writes node_modules/.package-lock.json as the last act of an
 * install, so an interrupted one does not count. Optional packages of other platforms may be missing.
 */
function isInstalled() {
  const written = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(written) || !existsSync(NODE)) return false;
  const installed = JSON.parse(readFileSync(written, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || (installed[path] ? installed[path].version === version : optional === true),
  );
}

async function install() {
  console.error('Installing the packages of the lockfile; this happens once and takes a minute or two …');
  // Without node_modules/.bin, whose node would be deleted under the feet of the npm that runs on it.
  const path = process.env.PATH.split(delimiter).filter((folder) => !folder.includes(join('node_modules', '.bin')));
  const env = { ...process.env, PATH: path.join(delimiter) };
  await mustSucceed(run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { env, stdio: ['ignore', 2, 2] }));
  if (!existsSync(NODE)) {
    console.error(`npm has installed the packages but not Node 24 (${NODE}). Allow install scripts (npm config set ignore-scripts false) and start again.`);
    process.exit(1);
  }
}

/** The channel lets the program notice when this process is killed. */
function runNode(nodeArgs, { quiet = false } = {}) {
  // The compiler keeps a cache in the home folder unless it is told where; nothing is written outside the project.
  const env = { XDG_CACHE_HOME: join(ROOT, 'node_modules', '.cache'), ...process.env };
  return run(NODE, nodeArgs, { env, stdio: ['inherit', quiet ? 'ignore' : 'inherit', 'inherit', 'ipc'] });
}

/** Runs a program, passes signals on, and gives its exit code (128 + signal when one has ended it). */
function run(file, fileArgs, options) {
  const child = spawn(file, fileArgs, { cwd: ROOT, ...options });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      done(code ?? 128 + constants.signals[signal]);
    });
  });
}

async function mustSucceed(running) {
  const code = await running;
  if (code !== 0) process.exit(code);
}
