// The main job as people start it: seconds against the promise of one minute, and whether twice the members take about twice as long.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench } from './harness';

const PROMISED_SECONDS = 60;

export async function measure(bench: Bench): Promise<void> {
  const members = bench.sized(2_000, 20_000);
  const companies = members / 100;
  const half = await secondsOf(companies, members / 2);
  const whole = await secondsOf(companies, members);
  bench.add({ name: `main job: ${companies} companies with ${members} members, from files to proofs : the promise`, ours: whole, floor: PROMISED_SECONDS, unit: 's', goal: 1, better: 'lower' });
  bench.add({ name: `main job: ${members} members : ${members / 2} members`, ours: whole, floor: half, unit: 's', goal: 2.2, better: 'lower' });
}

interface Summary {
  readonly seconds: Readonly<Record<string, number>>;
  readonly proofs: readonly { readonly ok: boolean }[];
}

/** Seconds of the four phases, on a fresh folder and the durable database of `npm start`. */
async function secondsOf(companies: number, members: number): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'countinghouse-bench-start-'));
  chmodSync(directory, 0o755);
  try {
    const args = ['scripts/run.mjs', 'start', '--once', '--json', `--companies=${companies}`, `--members=${members}`];
    const child = spawn(process.execPath, args, { cwd: join(__dirname, '..'), env: { ...process.env, DATA_DIRECTORY: directory }, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const [code] = (await once(child, 'close')) as [number];
    if (code !== 0) throw new Error(`npm start ended with ${code}:\n${said}`);
    const { seconds, proofs } = JSON.parse(said.trimEnd().split('\n').at(-1)!) as Summary;
    if (!proofs.every((proof) => proof.ok)) throw new Error('a proof does not hold');
    return Object.values(seconds).reduce((sum, each) => sum + each, 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
