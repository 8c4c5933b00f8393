// The one command of `npm test`: builds, then lint, types and every spec side by side; ends with the plain line `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('.', import.meta.url)), '..');
const BIN = join(ROOT, 'node_modules');
const RESULTS = join(ROOT, '.data', 'test-results.json');

/** Steps that pass or fail as a whole; each counts as one in the closing line. */
const BUILD = ['build', join(ROOT, 'scripts/build.mjs')];
const CHECKS = [
  ['lint', join(BIN, 'eslint/bin/eslint.js'), '.', '--max-warnings=0'],
  ['types', join(BIN, 'typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'],
];

const totals = { passed: 0, failed: 0, skipped: 0 };
// The specs run what was built, so that comes first.
count(await step(BUILD));
const checks = CHECKS.map(step);
await specs(process.argv.slice(2));
for (const check of checks) count(await check);
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed === 0 ? 0 : 1);

async function specs(args) {
  mkdirSync(join(ROOT, '.data'), { recursive: true });
  rmSync(RESULTS, { force: true });
  const exitCode = await node([join(BIN, 'jest/bin/jest.js'), '--json', `--outputFile=${RESULTS}`, ...args], 'inherit').ended;
  let report;
  try {
    report = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return count({ name: 'specs', exitCode: exitCode || 1, said: '' }); // Jest broke off before it could report.
  }
  totals.passed += report.numPassedTests;
  totals.skipped += report.numPendingTests;
  // A suite that cannot be loaded has no failed test to show for it, and a green report with a bad exit code is not green.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  totals.failed += failed === 0 && exitCode !== 0 ? 1 : failed;
}

/** Runs a step and keeps what it says, which would be lost between the lines of the specs. */
async function step([name, ...command]) {
  const { child, ended } = node(command, 'pipe');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  return { name, exitCode: await ended, said };
}

function count({ name, exitCode, said }) {
  totals[exitCode === 0 ? 'passed' : 'failed']++;
  process.stdout.write(`${said}${exitCode === 0 ? '✓' : '✗'} ${name}\n`);
}

/** Starts a program on this Node. */
function node(command, output) {
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', output, output] });
  return { child, ended: new Promise((done) => child.once('close', (exitCode) => done(exitCode ?? 1)).once('error', () => done(1))) };
}
