// Growth: what posting, a balance as of a day and the trial balance cost when the ledger has become a hundred times as long; and verifying it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { exportJournal, SealBlocks } from '@countinghouse/accounting';
import { LocalDate, localDate } from '@countinghouse/kernel';
import { Database, Proofs } from '@countinghouse/platform';
import { Bench, Clone, medianRound } from './harness';
import { accountsOf, bound, invoiceAccounts, invoiceArrays, POST } from './invoices';

const LINES_PER_ENTRY = 4;
const SMALL = 100_000;
/** So many transactions a day spread over all shards of the day totals, as in production. */
const TRANSACTIONS_PER_DAY = 16;
const BEGINNING = localDate('2026-01-01');

export async function measure(bench: Bench): Promise<void> {
  const large = bench.sized(500_000, 1_000_000, 10_000_000);
  // Both grow by the day: three months, and two years, of which all but the last month are closed.
  const small = await grown(bench, SMALL, localDate('2026-03-31'));
  const grownUp = await grown(bench, large, localDate('2027-12-31'));
  // First, because what is posted for the measurement comes with hashes that are not its own.
  await measureVerify(bench, grownUp);
  await measurePosting(bench, small, grownUp);
  await measureBalances(bench, small, grownUp);
  await small.clone.drop();
  await grownUp.clone.drop();
}

interface Ledger {
  readonly clone: Clone;
  readonly postings: number;
  readonly lastDay: LocalDate;
}

async function grown(bench: Bench, postings: number, lastDay: LocalDate): Promise<Ledger> {
  const clone = await bench.clone();
  const client = await clone.connect();
  await client.query(LOAD_DAY);
  await client.query(LOAD);
  const days = (Date.parse(lastDay) - Date.parse(BEGINNING)) / 86_400_000 + 1;
  const perTransaction = Math.ceil(postings / LINES_PER_ENTRY / days / TRANSACTIONS_PER_DAY);
  await client.query(`CALL public.load('${bench.issuerId}', '${BEGINNING}', '${lastDay}', ${perTransaction})`);
  await client.query(`UPDATE accounting.period SET state = 'closing' WHERE ends_on <= date_trunc('month', $1::date)`, [lastDay]);
  await client.query(`UPDATE accounting.period SET state = 'closed' WHERE state = 'closing'`);
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM accounting.posting');
  await clone.disconnect();
  return { clone, postings: Number(rows[0]!.count), lastDay };
}

async function measurePosting(bench: Bench, small: Ledger, large: Ledger): Promise<void> {
  const post = async ({ clone, lastDay }: Ledger) => {
    const client = await clone.connect();
    const accounts = invoiceAccounts(await accountsOf(client, bench.issuerId));
    const calls = Array.from({ length: 10 }, () => bound(dated(invoiceArrays(bench.issuerId, 1_000, () => accounts), lastDay)));
    const cpuSeconds = await clone.cpuOf(async () => {
      for (const call of calls) await client.query(POST, call);
    });
    await clone.disconnect();
    return (calls.length * 1_000 * LINES_PER_ENTRY) / cpuSeconds;
  };
  const round = await medianRound(5, { ours: () => post(large), floor: () => post(small) });
  bench.add({ name: `growth: posting into ${millions(large)} : into ${millions(small)} postings`, ...round, unit: 'postings per server CPU s', goal: 0.9, better: 'higher' });
}

async function measureBalances(bench: Bench, small: Ledger, large: Ledger): Promise<void> {
  const timed = (sql: string, times: number) => async ({ clone, lastDay }: Ledger) => {
    const client = await clone.connect();
    const { rows } = await client.query<{ account_id: string }>(
      `SELECT account_id FROM accounting.account_day GROUP BY account_id ORDER BY sum(posting_count) DESC LIMIT 1`,
    );
    const ask = () => client.query({ name: 'ask', text: sql, values: [bench.issuerId, lastDay, ...(sql.includes('$3') ? [rows[0]!.account_id] : [])] });
    await ask();
    const cpuSeconds = await clone.cpuOf(async () => {
      for (let no = 0; no < times; no++) await ask();
    });
    await clone.disconnect();
    return (cpuSeconds / times) * 1000;
  };
  const balance = timed(BALANCE, 400);
  const trial = timed(TRIAL_BALANCE, 200);
  const unit = 'server CPU ms';
  const sizes = `of ${millions(large)} : of ${millions(small)} postings`;
  bench.add({ name: `growth: the hottest account's balance as of a day, ${sizes}`, ...(await medianRound(3, { ours: () => balance(large), floor: () => balance(small) })), unit, goal: 1.5, better: 'lower' });
  bench.add({ name: `growth: the trial balance as of a day, ${sizes}`, ...(await medianRound(3, { ours: () => trial(large), floor: () => trial(small) })), unit, goal: 8, better: 'lower' });
}

/** The proofs that need nothing but the ledger, against Debian's `ledger` reading the export. By the clock: one is a server, one a program. */
async function measureVerify(bench: Bench, { clone, postings }: Ledger): Promise<void> {
  const name = `verify: ${LEDGER_PROOFS.length} proofs over ${(postings / 1e6).toFixed(2)} M postings, the chain among them : Debian's ledger checking the export`;
  if (spawnSync('ledger', ['--version']).status !== 0) return bench.leaveOut(name, 'ledger is not installed (apt-get install ledger)');
  await clone.app(async (app) => {
    const seal = app.get(SealBlocks, { strict: false });
    while ((await seal.execute()) > 0);
    await clone.run('VACUUM ANALYZE');
    const database = app.get(Database);
    const round = await medianRound(3, {
      ours: () => seconds(() => prove(app)),
      floor: () => database.read((reader) => ledgerSeconds(exportJournal(reader, bench.issuerId, 'ledger'), join(bench.directory, 'journal.ledger'))),
    });
    bench.add({ name, ...round, unit: 's', goal: 0.5, better: 'lower' });
  });
}

const LEDGER_PROOFS = ['chain-verifies', 'day-totals', 'entries-balance', 'period-balances'];

async function prove(app: INestApplicationContext): Promise<void> {
  const results = await app.get(Proofs).sideBySide(LEDGER_PROOFS);
  if (results.length !== LEDGER_PROOFS.length) throw new Error('a proof is missing');
  for (const { name, ok, detail } of results) if (!ok) throw new Error(`${name} does not hold: ${detail}`);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Seconds that ledger needs once the text lies in a file; ten million postings are more than this process may hold. */
async function ledgerSeconds(text: AsyncIterable<string>, path: string): Promise<number> {
  await pipeline(text, createWriteStream(path));
  return seconds(async () => {
    const ledger = spawn('ledger', ['-f', path, '--strict', 'balance', '--no-total', '--depth', '1'], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(ledger, 'exit')) as [number];
    if (code !== 0) throw new Error(`ledger finds the export wrong (${code})`);
  });
}

/** Posts into the open month. */
function dated(args: readonly (readonly unknown[])[], day: LocalDate): (readonly unknown[])[] {
  const month = `${day.slice(0, 7)}-01`;
  return args.map((array, at) => (at === 1 ? array.map(() => month) : at === 2 || at === 3 ? array.map(() => day) : array));
}

const millions = ({ postings }: Ledger) => `${(postings / 1e6).toFixed(1)} M`;

const BALANCE = 'SELECT currency, debit_minor - credit_minor FROM accounting.balance_as_of($1, $2) WHERE account_id = $3';
const TRIAL_BALANCE = `
  SELECT account.code, total.* FROM accounting.balance_as_of($1, $2) total JOIN accounting.account ON account.id = total.account_id ORDER BY account.code`;

/** A transaction of invoices of one day, for ten thousand companies. */
const LOAD_DAY = `
  CREATE FUNCTION public.load_part(p_issuer uuid, p_day date, p_entries int) RETURNS void LANGUAGE sql AS $$
    WITH role AS (
      SELECT (array_agg(id) FILTER (WHERE role = 'receivables'))[1] AS receivables, (array_agg(id) FILTER (WHERE role = 'deferred-revenue'))[1] AS deferred,
             (array_agg(id) FILTER (WHERE role = 'vat-payable'))[1] AS vat FROM accounting.account WHERE issuer_id = p_issuer
    ), entry AS (
      SELECT no, uuidv7() AS document, ('00000000-0000-7000-8000-' || lpad(((no * 7919) % 10000)::text, 12, '0')) AS party
        FROM generate_series(1, p_entries) AS no
    ), line AS (
      SELECT entry.no, line.* , entry.document, entry.party FROM entry, role, LATERAL (VALUES
        (1, role.receivables, 17300::bigint, NULL), (2, role.deferred, -10000, 'PT S 23.00'), (3, role.deferred, -5000, 'PT E 0.00'), (4, role.vat, -2300, 'PT S 23.00')
      ) AS line(line_no, account, amount, tax)
    ), leaf AS (
      SELECT no, sha256(convert_to(accounting.leaf_of_entry(p_issuer, date_trunc('month', p_day)::date, p_day, p_day, 'invoice-finalised', 'invoice', document::text,
                 sha256(document::text::bytea), 4) || string_agg(E'\\n' || accounting.leaf_of_line(line_no, account, 'EUR', amount, amount, p_day,
                 CASE line_no WHEN 1 THEN 'company' END, CASE line_no WHEN 1 THEN party END, CASE line_no WHEN 1 THEN 'invoice' END,
                 CASE line_no WHEN 1 THEN document END, tax, NULL), '' ORDER BY line_no), 'UTF8')) AS hash FROM line GROUP BY no, document
    ), entries AS (
      SELECT array_agg(p_issuer) AS a1, array_agg(date_trunc('month', p_day)::date) AS a2, array_agg(p_day) AS a3, array_agg('invoice-finalised'::text) AS a5,
             array_agg('invoice'::text) AS a6, array_agg(document::text ORDER BY no) AS a7, array_agg(sha256(document::text::bytea) ORDER BY no) AS a8,
             (SELECT array_agg(hash ORDER BY no) FROM leaf) AS leaves, array_agg(4) AS a9,
             array_agg(NULL::int) AS a22 FROM entry
    ), lines AS (
      SELECT array_agg(no::int ORDER BY no, line_no) AS b1, array_agg(line_no ORDER BY no, line_no) AS b2, array_agg(account ORDER BY no, line_no) AS b3,
             array_agg('EUR'::text) AS b4, array_agg(amount ORDER BY no, line_no) AS b5,
             array_agg(CASE WHEN line_no = 1 THEN 'company'::text END ORDER BY no, line_no) AS b7,
             array_agg(CASE WHEN line_no = 1 THEN party END ORDER BY no, line_no) AS b8, array_agg(CASE WHEN line_no = 1 THEN 'invoice'::text END ORDER BY no, line_no) AS b9,
             array_agg(CASE WHEN line_no = 1 THEN document END ORDER BY no, line_no) AS b10, array_agg(tax::text ORDER BY no, line_no) AS b11,
             array_agg(NULL::numeric) AS b12 FROM line)
    SELECT count(*) FROM entries, lines, accounting.post_entries(a1, a2, a3, a3, a5, a6, a7, a8, leaves, a9, b1, b2, b3, b4, b5, b5, b7, b8, b9, b10, b11, b12, a22)
  $$`;

const LOAD = `
  CREATE PROCEDURE public.load(p_issuer uuid, p_from date, p_through date, p_entries int) LANGUAGE plpgsql AS $$
  BEGIN
    FOR day IN 0 .. p_through - p_from LOOP
      FOR transaction IN 1 .. ${TRANSACTIONS_PER_DAY} LOOP
        PERFORM public.load_part(p_issuer, p_from + day, p_entries);
        COMMIT;
      END LOOP;
    END LOOP;
  END $$`;
