// The one command of `npm test`: lint, types, build, then every spec; ends with the plain line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(fileURLToPath(new URL('.', import.meta.url)), '..');
const BIN = join(ROOT, 'node_modules');
const RESULTS = join(ROOT, '.data', 'test-results.json');

/** Steps that pass or fail as a whole; each counts as one in the closing line. */
const STEPS = [
  ['lint', join(BIN, 'eslint/bin/eslint.js'), '.', '--max-warnings=0'],
  ['types', join(BIN, 'typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'],
  ['build', join(ROOT, 'scripts/build.mjs')],
];

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const [name, ...command] of STEPS) count(name, node(command));
specs(process.argv.slice(2));
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed === 0 ? 0 : 1);

function specs(args) {
  mkdirSync(join(ROOT, '.data'), { recursive: true });
  rmSync(RESULTS, { force: true });
  const exitCode = node([join(BIN, 'jest/bin/jest.js'), '--json', `--outputFile=${RESULTS}`, ...args]);
  let report;
  try {
    report = JSON.parse(readFileSync(RESULTS, 'utf8'));
  } catch {
    return count('specs', exitCode || 1); // Jest broke off before it could report.
  }
  totals.passed += report.numPassedTests;
  totals.skipped += report.numPendingTests;
  // A suite that cannot be loaded has no failed test to show for it, and a green report with a bad exit code is not green.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  totals.failed += failed === 0 && exitCode !== 0 ? 1 : failed;
}

function count(name, exitCode) {
  totals[exitCode === 0 ? 'passed' : 'failed']++;
  console.log(`${exitCode === 0 ? '✓' : '✗'} ${name}`);
}

/** Runs a program on this Node; its output goes where ours goes. */
function node(command) {
  return spawnSync(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1;
}
