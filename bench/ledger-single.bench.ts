// One invoice's entry per transaction, and many clients who all meet on one account.
import type { Client } from 'pg';
import { Bench, Clone, medianRound } from './harness';
import { accountsOf, bound, invoiceAccounts, invoiceArrays, POST, PostArguments } from './invoices';

const ACCOUNTS = 10_000;
const WARMING_UP = 10;

export async function measure(bench: Bench): Promise<void> {
  for (const clients of [1, 8]) await measureAgainstInserts(bench, clients);
  await measureHotAccount(bench, 32);
}

/** Through the same driver, with prepared statements; the floors have their indexes and no rule. */
async function measureAgainstInserts(bench: Bench, clients: number): Promise<void> {
  const [ours, floor] = [await bench.clone(), await bench.clone()];
  await floor.run(...WITHOUT_CONSTRAINTS);
  const accounts = invoiceAccounts(await accountsOf(await ours.connect(), bench.issuerId));
  const rate = async (clone: Clone, post: Post) => {
    const role = clone === ours ? 'countinghouse_app' : 'countinghouse_owner';
    const { transactions, cpuSeconds } = await drive(bench, clone, { post, role, clients, accountsFor: () => accounts });
    return transactions / cpuSeconds;
  };
  const measured = { unit: 'transactions per server CPU s', goal: 0.55, better: 'higher' } as const;
  const name = `one invoice per transaction, ${clients} client${clients > 1 ? 's' : ''}: guarded : entry and 4 postings without constraints`;
  for (const [way, post] of [['as pgbench inserts them', asPgbench], ['in one statement', inOneStatement(PLAIN_INSERTS)]] as const) {
    bench.add({ name: `${name}, ${way}`, ...(await medianRound(5, { ours: () => rate(ours, guarded), floor: () => rate(floor, post) })), ...measured });
  }
  await ours.drop();
  await floor.drop();
}

/** By the clock: what waiting costs uses no CPU. */
async function measureHotAccount(bench: Bench, clients: number): Promise<void> {
  const [hot, random] = [await bench.clone(), await bench.clone()];
  const rate = async (clone: Clone, firstLine: (no: number) => number) => {
    const ids = await manyAccounts(clone, bench.issuerId);
    const accountsFor = (no: number) => [firstLine(no), no * 7 + 1, no * 11 + 2, no * 13 + 3].map((at) => ids[at % ACCOUNTS]!);
    const { transactions, seconds } = await drive(bench, clone, { post: guarded, role: 'countinghouse_app', clients, accountsFor });
    return transactions / seconds;
  };
  const round = await medianRound(5, { ours: () => rate(hot, () => 0), floor: () => rate(random, (no) => no * 5) });
  await hot.drop();
  await random.drop();
  const name = `one invoice per transaction, ${clients} clients: all on one hot account : over ${ACCOUNTS} accounts`;
  bench.add({ name, ...round, unit: 'transactions per s', goal: 0.7, better: 'higher' });
}

/** Posts an invoice in a transaction of its own. */
type Post = (client: Client, invoice: Invoice) => Promise<unknown>;

/** Made ready before the clock starts: the arguments of one call, and the same as they are sent. */
interface Invoice {
  readonly args: PostArguments;
  readonly bound: unknown[];
}

interface Drive {
  readonly post: Post;
  /** Nobody works as a superuser, whose rights cost nothing to look up: ours may call functions, the floor writes tables. */
  readonly role: 'countinghouse_app' | 'countinghouse_owner';
  readonly clients: number;
  readonly accountsFor: (no: number) => readonly string[];
}

const inOneStatement = (text: string): Post => (client, invoice) => client.query({ name: 'post', text, values: invoice.bound });

const guarded = inOneStatement(POST);

/** BEGIN, the entry, its postings, COMMIT, each a prepared statement, as a script of pgbench has them. */
const asPgbench: Post = async (client, { args }) => {
  await client.query({ name: 'begin', text: 'BEGIN' });
  const entry = args.slice(0, ENTRY_COLUMNS).map(([value]) => value);
  const { rows } = await client.query<{ id: string }>({ name: 'entry', text: PLAIN_ENTRY, values: entry });
  // Beside the number of its entry, which is the first of the line columns.
  const lines = args.slice(ENTRY_COLUMNS + 1, -1);
  await client.query({ name: 'postings', text: PLAIN_POSTINGS, values: [rows[0]!.id, entry[2], ...LINES.flatMap((at) => lines.map((values) => values[at]))] });
  await client.query({ name: 'commit', text: 'COMMIT' });
};

/** Posts ready-made invoices from as many connections at a time. */
async function drive(bench: Bench, clone: Clone, { post, role, clients, accountsFor }: Drive) {
  const count = bench.sized(1_000, 4_000);
  const invoiceOf = (no: number): Invoice => {
    const args = invoiceArrays(bench.issuerId, 1, () => accountsFor(no));
    return { args, bound: bound(args) };
  };
  const invoices = Array.from({ length: count }, (_, no) => invoiceOf(no));
  const connections: Client[] = [];
  for (let no = 0; no < clients; no++) connections.push(await clone.connect());
  await Promise.all(connections.map((client) => client.query(`SET ROLE ${role}`)));
  let next = 0;
  const work = async (client: Client) => {
    for (let no = next++; no < count; no = next++) await post(client, invoices[no]!);
  };
  // Before the clock starts caches are warm and plans are made: PostgreSQL keeps one from the sixth time on.
  for (let no = 0; no < WARMING_UP; no++) await Promise.all(connections.map((client) => post(client, invoiceOf(no))));
  const started = performance.now();
  const cpuSeconds = await clone.cpuOf(() => Promise.all(connections.map(work)));
  const seconds = (performance.now() - started) / 1000;
  await clone.disconnect();
  return { transactions: count, cpuSeconds, seconds };
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

const ENTRY_COLUMNS = 10;
const LINES = [0, 1, 2, 3];

const PLAIN_ENTRY = `
  INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`;

const PLAIN_POSTINGS = `
  INSERT INTO accounting.posting (entry_id, entry_date, line_no, account_id, currency, amount_minor, functional_amount_minor,
    party_type, party_id, document_type, document_id, tax_code, rate)
  VALUES ${LINES.map((at) => `($1, $2, ${Array.from({ length: 11 }, (_, column) => `$${3 + 11 * at + column}`).join(', ')})`).join(', ')}`;

/** The parameters of {@link POST}, of which it has no use for the entry numbers of the lines ($11). */
const PLAIN_INSERTS = `
  WITH entry AS (
    INSERT INTO accounting.journal_entry (issuer_id, period_start, entry_date, effective_on, kind, source_type, source_id, content_hash, leaf_hash, line_count, reverses)
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::date[], $4::date[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[], $10::int[], $23::int[])
    RETURNING id, entry_date)
  INSERT INTO accounting.posting (entry_id, entry_date, line_no, account_id, currency, amount_minor, functional_amount_minor,
    party_type, party_id, document_type, document_id, tax_code, rate)
  SELECT entry.id, entry.entry_date, line.*
    FROM entry, unnest($12::int[], $13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::text[], $20::uuid[],
                       $21::text[], $22::numeric[]) AS line
   WHERE $11::int[] IS NOT NULL`;
