// `npm run bench [-- <topic> …] [--quick | --full]`: measures us against floors in the same run, prints a table, writes bench/results/latest.json.
import 'reflect-metadata';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bench, isReached, lineText, Size } from './harness';

const TOPIC = /^(.+)\.bench\.ts$/;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' }, full: { type: 'boolean' } } });
  const size: Size = values.full ? 'full' : values.quick ? 'quick' : 'standard';
  const all = readdirSync(__dirname).flatMap((file) => TOPIC.exec(file)?.[1] ?? []);
  const topics = all.filter((topic) => positionals.length === 0 || positionals.some((wanted) => topic.startsWith(wanted)));
  if (topics.length === 0) throw new Error(`there is no such bench; there are: ${all.join(', ')}`);

  const bench = await Bench.start(size);
  try {
    for (const topic of topics) {
      console.log(`${topic} …`);
      const { measure } = (await import(`./${topic}.bench`)) as { measure(bench: Bench): Promise<void> };
      await measure(bench);
    }
  } finally {
    await bench.stop();
  }
  report(bench, topics.length === all.length);
}

/** Only a run of everything is worth keeping. */
function report({ lines, leftOut, size }: Bench, isWhole: boolean): void {
  console.log(`\n${lines.map(lineText).join('\n')}`);
  for (const { name, reason } of leftOut) console.log(`  – ${name}: left out, ${reason}`);
  console.log(`\n${lines.filter(isReached).length} of ${lines.length} goals are reached`);
  if (!isWhole) return;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
  const folder = join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify({ machine, size, lines, leftOut }, null, 2)}\n`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
