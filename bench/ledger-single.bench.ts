// One invoice's entry per transaction, and many clients who all meet on one account.
import type { Client } from 'pg';
import { Bench, Clone, medianRound } from './harness';
import { accountsOf, invoiceAccounts, invoiceArrays, POST, PostArguments } from './invoices';

const ACCOUNTS = 10_000;

export async function measure(bench: Bench): Promise<void> {
  for (const clients of [1, 8]) await measureAgainstInserts(bench, clients);
  await measureHotAccount(bench, 32);
}

/** Both sides send one statement for each transaction through the same driver; the floor has its indexes and no rule. */
async function measureAgainstInserts(bench: Bench, clients: number): Promise<void> {
  const [ours, floor] = [await bench.clone(), await bench.clone()];
  await floor.run(...WITHOUT_CONSTRAINTS);
  const accounts = invoiceAccounts(await accountsOf(await ours.connect(), bench.issuerId));
  const rate = async (clone: Clone, statement: string) => {
    const { transactions, cpuSeconds } = await drive(bench, clone, { statement, clients, accountsFor: () => accounts });
    return transactions / cpuSeconds;
  };
  const round = await medianRound(5, { ours: () => rate(ours, POST), floor: () => rate(floor, PLAIN_INSERTS) });
  await ours.drop();
  await floor.drop();
  const name = `one invoice per transaction, ${clients} client${clients > 1 ? 's' : ''}: guarded : plain inserts of entry and 4 postings`;
  bench.add({ name, ...round, unit: 'transactions per server CPU s', goal: 0.55, better: 'higher' });
}

/** By the clock: what waiting costs uses no CPU. */
async function measureHotAccount(bench: Bench, clients: number): Promise<void> {
  const [hot, random] = [await bench.clone(), await bench.clone()];
  const rate = async (clone: Clone, firstLine: (no: number) => number) => {
    const ids = await manyAccounts(clone, bench.issuerId);
    const accountsFor = (no: number) => [firstLine(no), no * 7 + 1, no * 11 + 2, no * 13 + 3].map((at) => ids[at % ACCOUNTS]!);
    const { transactions, seconds } = await drive(bench, clone, { statement: POST, clients, accountsFor });
    return transactions / seconds;
  };
  const round = await medianRound(5, { ours: () => rate(hot, () => 0), floor: () => rate(random, (no) => no * 5) });
  await hot.drop();
  await random.drop();
  const name = `one invoice per transaction, ${clients} clients: all on one hot account : over ${ACCOUNTS} accounts`;
  bench.add({ name, ...round, unit: 'transactions per s', goal: 0.7, better: 'higher' });
}

interface Drive {
  readonly statement: string;
  readonly clients: number;
  readonly accountsFor: (no: number) => readonly string[];
}

/** Posts ready-made invoices, each in a transaction of its own, from as many connections at a time. */
async function drive(bench: Bench, clone: Clone, { statement, clients, accountsFor }: Drive) {
  const count = bench.sized(1_000, 4_000);
  const invoices = Array.from({ length: count }, (_, no) => textOf(invoiceArrays(bench.issuerId, 1, () => accountsFor(no))));
  const connections: Client[] = [];
  for (let no = 0; no < clients; no++) connections.push(await clone.connect());
  let next = 0;
  const post = async (client: Client) => {
    for (let no = next++; no < count; no = next++) await client.query({ name: 'post', text: statement, values: invoices[no]! as string[] });
  };
  // Plans are made and caches warmed before the clock starts.
  await Promise.all(connections.map((client) => client.query({ name: 'post', text: statement, values: textOf(invoiceArrays(bench.issuerId, 1, () => accountsFor(0))) })));
  const started = performance.now();
  const cpuSeconds = await clone.cpuOf(() => Promise.all(connections.map(post)));
  const seconds = (performance.now() - started) / 1000;
  await clone.disconnect();
  return { transactions: count, cpuSeconds, seconds };
}

/** Arrays as the text that the driver would make of them each time. */
function textOf(args: PostArguments): string[] {
  return args.map((array) => `{${array.map((value) => (Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : value === null ? 'NULL' : `"${String(value)}"`)).join(',')}}`);
}

/** Ids of accounts in a chart large enough that two clients seldom meet. */
async function manyAccounts(clone: Clone, issuerId: string): Promise<string[]> {
  const client = await clone.connect();
  await client.query(
    `INSERT INTO accounting.account (issuer_id, code, name, type) SELECT $1, 'B' || no, 'Bench ' || no, 'asset' FROM generate_series(1, ${ACCOUNTS}) AS no ON CONFLICT DO NOTHING`,
    [issuerId],
  );
  await client.query('ANALYZE accounting.account');
  const { rows } = await client.query<{ id: string }>(`SELECT id FROM accounting.account WHERE code LIKE 'B%' ORDER BY id`);
  return rows.map(({ id }) => id);
}

const WITHOUT_CONSTRAINTS = [
  'ALTER TABLE accounting.journal_entry DISABLE TRIGGER USER',
  'ALTER TABLE accounting.posting DISABLE TRIGGER USER',
  `DO $$ DECLARE rule record; BEGIN
     FOR rule IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
                  WHERE contype = 'c' AND conrelid IN ('accounting.journal_entry'::regclass, 'accounting.posting'::regclass) LOOP
       EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.of_table, rule.conname);
     END LOOP;
   END $$`,
];

/** The parameters of {@link POST}, of which it has no use for the entry numbers of the lines ($11). */
const PLAIN_INSERTS = `
  WITH entry AS (
    INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, reverses)
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::date[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[], $10::int[], $23::bigint[])
    RETURNING id, entry_date)
  INSERT INTO accounting.posting (entry_id, entry_date, line_no, account_id, currency, amount_minor, functional_amount_minor,
    party_type, party_id, document_type, document_id, tax_code, rate)
  SELECT entry.id, entry.entry_date, line.*
    FROM entry, unnest($12::int[], $13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::text[], $20::uuid[],
                       $21::text[], $22::numeric[]) AS line
   WHERE $11::int[] IS NOT NULL`;
