// Importing members from a file: against COPY of the same rows, and whether memory stays where it is when the file grows.
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { from as copyFrom } from 'pg-copy-streams';
import { Id } from '@countinghouse/kernel';
import { newId } from '@countinghouse/platform';
import { Bench, Clone, medianOf, Round } from './harness';

const COMPANIES = 50;

/** The heap that every process of the product is started with, whatever the bench itself has; the last limit given counts. */
const HEAP_OF_THE_PRODUCT = '--max-old-space-size=320';

export async function measure(bench: Bench): Promise<void> {
  const rows = bench.sized(20_000, 200_000);
  const businesses = await bench.clone();
  const companies = Array.from({ length: COMPANIES }, () => newId<Id<'Company'>>());
  await businesses.run(
    `INSERT INTO companies.company (id, number, legal_name, country, currency, language, time_zone, payment_terms_days)
     SELECT id, 'C-' || no, 'Company ' || no, 'PT', 'EUR', 'pt', 'Europe/Lisbon', 30
       FROM unnest('{${companies.join(',')}}'::uuid[]) WITH ORDINALITY AS c(id, no)`,
    'ANALYZE',
  );
  const files = { whole: await membersFile(bench, 'whole', rows), tenth: await membersFile(bench, 'tenth', rows / 10), copy: await copyFile(bench, rows, companies) };

  const rounds: Round[] = [];
  let [peak, peakOfTenth] = [0, 0];
  for (let no = 0; no < bench.sized(1, 2); no++) {
    const imported = (file: string) => bench.onClone((clone) => importInChild(clone, file), businesses.name);
    const whole = await imported(files.whole);
    const cpuOfCopy = await bench.onClone((clone) => copied(clone, files.copy), businesses.name);
    rounds.push({ ours: rows / whole.cpuSeconds, floor: rows / cpuOfCopy });
    peakOfTenth = Math.max(peakOfTenth, (await imported(files.tenth)).peakMiB);
    peak = Math.max(peak, whole.peakMiB);
  }
  await businesses.drop();
  bench.add({ name: `import of ${rows} members : COPY into the table without triggers`, ...medianOf(rounds), unit: 'rows per server CPU s', goal: 0.3, better: 'higher' });
  bench.add({ name: `import: peak memory with ${rows} members : 400 MiB`, ours: peak, floor: 400, unit: 'MiB', goal: 1, better: 'lower' });
  bench.add({ name: `import: peak memory with ${rows} members : with ${rows / 10}`, ours: peak, floor: peakOfTenth, unit: 'MiB', goal: 1.25, better: 'lower' });
}

/** In a process of its own, as a worker would do it, so that its memory is its own. */
async function importInChild(clone: Clone, file: string): Promise<{ cpuSeconds: number; peakMiB: number }> {
  let peakMiB = 0;
  const cpuSeconds = await clone.cpuOf(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, HEAP_OF_THE_PRODUCT, join(__dirname, 'import-child.ts'), clone.url, file]);
    peakMiB = Number(stdout.trim());
  });
  return { cpuSeconds, peakMiB };
}

async function copied(clone: Clone, file: string): Promise<number> {
  await clone.run('ALTER TABLE companies.member DISABLE TRIGGER USER');
  const client = await clone.connect();
  const copy = 'COPY companies.member (id, company_id, employee_id, name, email, cost_centre, eligible_from) FROM STDIN (FORMAT csv)';
  return clone.cpuOf(() => pipeline(createReadStream(file), client.query(copyFrom(copy))));
}

const person = (no: number) => ({ company: no % COMPANIES, rest: `E${no},Person Number ${no},person${no}@example.com,CC${no % 20},2026-01-01` });

function membersFile(bench: Bench, name: string, rows: number): Promise<string> {
  const lines = Array.from({ length: rows }, (_, no) => person(no)).map(({ company, rest }) => `C-${company + 1},${rest}\n`);
  return write(bench, `${name}.csv`, ['company_number,employee_id,name,email,cost_centre,eligible_from\n', ...lines]);
}

function copyFile(bench: Bench, rows: number, companies: readonly string[]): Promise<string> {
  return write(bench, 'copy.csv', Array.from({ length: rows }, (_, no) => person(no)).map(({ company, rest }) => `${newId()},${companies[company]},${rest}\n`));
}

async function write(bench: Bench, name: string, lines: readonly string[]): Promise<string> {
  const file = join(bench.directory, name);
  await pipeline(Readable.from(lines), createWriteStream(file));
  return file;
}
