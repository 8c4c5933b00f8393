// For the specs of exports: Debian's hledger, ledger and beancount, each asked for its verdict and its trial balance.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a stream gives, to its end. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

/** Account and currency to the amount in major units, as text; nothing for what is zero. */
export type Balances = Record<string, string>;

export interface Verdict {
  readonly isSound: boolean;
  readonly complaint: string;
}

export interface Program {
  readonly name: string;
  /** Without each of them it cannot be asked. */
  readonly commands: readonly string[];
  readonly format: 'hledger' | 'ledger' | 'beancount';
  check(file: string): Verdict;
  /** Balances in the currencies of the postings. */
  balances(file: string): Balances;
  /** Balances in the functional currency, at the value of each posting. */
  values(file: string): Balances;
}

const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C.UTF-8', HOME: '/nonexistent' };

/** Looked for where it will be run from, not on the path of whoever started the specs. */
export function isInstalled({ commands }: Program): boolean {
  return commands.every((command) => spawnSync(command, ['--version'], { env: ENVIRONMENT }).status === 0);
}

/** Runs `work` on a file that goes away afterwards. */
export function withFile<T>(text: string, work: (path: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'countinghouse-export-'));
  try {
    const path = join(directory, 'journal.txt');
    writeFileSync(path, text);
    return work(path);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 });
}

function verdict(command: string, args: readonly string[]): Verdict {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: ENVIRONMENT });
  return { isSound: status === 0, complaint: `${stdout}${stderr}` };
}

function collected(rows: readonly (readonly [account: string, amount: string, currency: string])[]): Balances {
  const nonZero = rows.filter(([, amount]) => /[1-9]/.test(amount));
  return Object.fromEntries(nonZero.map(([account, amount, currency]) => [`${account} ${currency}`, amount] as const).sort());
}

/** `Assets:12|1.00 EUR, 2.00 USD` and the like, as lines of account and several amounts; yen have no decimals, whatever a program writes. */
function amountsOf(account: string, amounts: string): [string, string, string][] {
  return [...amounts.matchAll(/(-?[\d.]+) ([A-Z]{3})/g)].map(([, amount, currency]) => [account, amount!.replace(/\.0?$/, ''), currency!]);
}

function hledgerRows(file: string, ...flags: string[]): Balances {
  const csv = run('hledger', ['-f', file, 'balance', '--flat', '--no-total', '-O', 'csv', ...flags]);
  const rows = csv.split('\n').slice(1).map((line) => /^"(.*)","(.*)"$/.exec(line));
  return collected(rows.flatMap((row) => (row ? amountsOf(row[1]!, row[2]!) : [])));
}

const hledger: Program = {
  name: 'hledger',
  commands: ['hledger'],
  format: 'hledger',
  check: (file) => verdict('hledger', ['-f', file, 'check', '--strict']),
  balances: (file) => hledgerRows(file),
  values: (file) => hledgerRows(file, '--cost'),
};

function ledgerRows(file: string, ...flags: string[]): Balances {
  const text = run('ledger', ['-f', file, 'balance', '--flat', '--no-total', '--format', '%(account)|%(scrub(display_total))\n', ...flags]);
  let account = '';
  const rows = text.split('\n').flatMap((line) => {
    const [name, amounts] = line.includes('|') ? line.split('|') : ['', line];
    if (name) account = name;
    return amountsOf(account, amounts ?? '');
  });
  return collected(rows);
}

const ledger: Program = {
  name: 'ledger',
  commands: ['ledger'],
  format: 'ledger',
  check: (file) => verdict('ledger', ['-f', file, '--pedantic', 'balance']),
  balances: (file) => ledgerRows(file),
  values: (file) => ledgerRows(file, '--basis'),
};

function beancountRows(file: string, query: string): Balances {
  const csv = run('bean-query', ['-f', 'csv', file, query]);
  return collected(csv.split('\n').slice(1).flatMap((line) => {
    const comma = line.indexOf(',');
    return comma < 0 ? [] : amountsOf(line.slice(0, comma).trim(), line.slice(comma + 1));
  }));
}

const beancount: Program = {
  name: 'bean-check',
  commands: ['bean-check', 'bean-query'],
  format: 'beancount',
  check: (file) => verdict('bean-check', [file]),
  balances: (file) => beancountRows(file, 'SELECT account, sum(position) GROUP BY account'),
  values: (file) => beancountRows(file, 'SELECT account, sum(weight) GROUP BY account'),
};

export const PROGRAMS: readonly Program[] = [hledger, ledger, beancount];
