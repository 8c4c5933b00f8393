// Bulk posting: what the guarantees of the ledger leave of the speed of COPY, and what foreign keys would leave of it.
import type { Client } from 'pg';
import { Books } from '@countinghouse/accounting';
import { Database } from '@countinghouse/platform';
import { copyIn, copyOut, CopiedTable, WITH_FOREIGN_KEYS, WITHOUT_TRIGGERS } from './copied-rows';
import { Bench, Clone, medianOf, Round } from './harness';
import { accountsOf, bound, invoiceAccounts, invoiceArrays, invoiceFacts, POST } from './invoices';

const LINES_PER_ENTRY = 4;
const ENTRIES_PER_CALL = 5_000;
const UNIT = 'postings per server CPU s';

export async function measure(bench: Bench): Promise<void> {
  const entries = bench.sized(20_000, 100_000);
  await measureSql(bench, entries);
  await measureBooks(bench, entries / 2);
}

/** accounting.post_entries as Books calls it, against COPY of the rows that it has written. */
async function measureSql(bench: Bench, entries: number): Promise<void> {
  const againstCopy: Round[] = [];
  const againstKeys: Round[] = [];
  let written: CopiedTable[] = [];
  for (let no = 0; no < 3; no++) {
    const ours = await bench.onClone(async (clone) => {
      const client = await clone.connect();
      const cpu = await post(bench, clone, client, entries);
      written = [await copyOut(client, 'accounting.journal_entry'), await copyOut(client, 'accounting.posting')];
      return rate(entries, cpu);
    });
    againstCopy.push({ ours, floor: rate(entries, await copied(bench, written, WITHOUT_TRIGGERS)) });
    againstKeys.push({ ours, floor: rate(entries, await copied(bench, written, [...WITHOUT_TRIGGERS, ...WITH_FOREIGN_KEYS])) });
  }
  const name = `bulk: guarded posting of ${entries * LINES_PER_ENTRY} postings`;
  bench.add({ name: `${name} : COPY without triggers`, ...medianOf(againstCopy), unit: UNIT, goal: 0.6, better: 'higher' });
  bench.add({ name: `${name} : COPY with row-level foreign keys`, ...medianOf(againstKeys), unit: UNIT, goal: 2, better: 'higher' });
}

async function post(bench: Bench, clone: Clone, client: Client, entries: number): Promise<number> {
  const accounts = invoiceAccounts(await accountsOf(client, bench.issuerId));
  const calls = Array.from({ length: entries / ENTRIES_PER_CALL }, () => bound(invoiceArrays(bench.issuerId, ENTRIES_PER_CALL, () => accounts)));
  return clone.cpuOf(async () => {
    for (const call of calls) await client.query(POST, call);
  });
}

/** Books.record from Node, with all that an invoice leaves in the books, against COPY of all of it. */
async function measureBooks(bench: Bench, entries: number): Promise<void> {
  const rounds: Round[] = [];
  for (let no = 0; no < 3; no++) {
    let written: CopiedTable[] = [];
    const ours = await bench.onClone(async (clone) => {
      const calls = Array.from({ length: entries / ENTRIES_PER_CALL }, () => invoiceFacts(bench.issuerId, ENTRIES_PER_CALL));
      const cpu = await clone.app((app) =>
        clone.cpuOf(async () => {
          for (const facts of calls) await app.get(Database).transaction((tx) => app.get(Books).record(tx, facts));
        }),
      );
      const client = await clone.connect();
      for (const table of ['journal_entry', 'posting', 'document', 'revenue_schedule']) written.push(await copyOut(client, `accounting.${table}`));
      return rate(entries, cpu);
    });
    rounds.push({ ours, floor: rate(entries, await copied(bench, written, WITHOUT_TRIGGERS)) });
    written = [];
  }
  const name = `bulk: Books.record of ${entries} invoices with schedules and documents : COPY of the same rows without triggers`;
  bench.add({ name, ...medianOf(rounds), unit: UNIT, goal: 0.6, better: 'higher' });
}

/** CPU seconds of the COPY. */
async function copied(bench: Bench, tables: readonly CopiedTable[], alterations: readonly string[]): Promise<number> {
  return bench.onClone(async (clone) => {
    await clone.run(...alterations);
    const client = await clone.connect();
    return clone.cpuOf(() => copyIn(client, tables));
  });
}

function rate(entries: number, cpuSeconds: number): number {
  return (entries * LINES_PER_ENTRY) / cpuSeconds;
}
