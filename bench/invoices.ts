// Invoices to post: entries of four lines for ten thousand companies, as facts for the books and as arrays for the ledger's SQL.
import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { InvoiceFinalisedFact } from '@countinghouse/contracts';
import { addDays, currency, Id, IssuerId, LocalDate, localDate } from '@countinghouse/kernel';
import { byteaArray, dateArray, int4Array, int8Array, newId, textArray, uuidArray } from '@countinghouse/platform';

const COMPANIES = 10_000;
const EUR = currency('EUR');
const FIRST_DAY = localDate('2026-01-01');
const DAYS = 28;

/** Entry columns of accounting.post_entries, one element for each entry; then its line columns, one for each line. */
export type PostArguments = readonly (readonly unknown[])[];

export const POST = `SELECT accounting.post_entries(${Array.from({ length: 23 }, (_, at) => `$${at + 1}`).join(', ')})`;

/** The place of the leaf hashes among them. */
export const LEAF_HASHES = 8;

/** Account ids by role. */
export type Accounts = Readonly<Record<string, string>>;

export async function accountsOf(client: Client, issuerId: IssuerId): Promise<Accounts> {
  const { rows } = await client.query<{ role: string; id: string }>('SELECT role, id FROM accounting.account WHERE issuer_id = $1 AND role IS NOT NULL', [issuerId]);
  return Object.fromEntries(rows.map(({ role, id }) => [role, id]));
}

const companies = Array.from({ length: COMPANIES }, () => newId<Id<'Company'>>());

/** Facts of invoices with two tax groups, one of them exempt: a receivable, two deferrals and a tax. */
export function invoiceFacts(issuerId: IssuerId, count: number): InvoiceFinalisedFact[] {
  return Array.from({ length: count }, (_, no): InvoiceFinalisedFact => {
    const on = dayOf(no);
    return {
      kind: 'invoice-finalised',
      issuerId,
      sourceType: 'invoice',
      sourceId: newId(),
      on,
      currency: EUR,
      party: { type: 'company', id: companies[no % COMPANIES]! },
      documentNumber: `FT 2026/${no}`,
      netMinor: 15_000n,
      taxMinor: 2_300n,
      taxes: [
        { country: 'PT', category: 'S', rate: '23.00', baseMinor: 10_000n, taxMinor: 2_300n },
        { country: 'PT', category: 'E', rate: '0.00', baseMinor: 5_000n, taxMinor: 0n },
      ],
      lines: [{ lineNo: 1, netMinor: 15_000n, servicePeriod: { start: on, end: addDays(on, 30) } }],
    };
  });
}

/** The arguments in the form in which the books send them; each of the floors that takes arrays takes them so too. */
export function bound(args: PostArguments): unknown[] {
  return args.map((array, at) => BINARY[COLUMNS[at]!](array as never));
}

const COLUMNS = [
  ...(['uuid', 'date', 'date', 'date', 'text', 'text', 'text', 'bytea', 'bytea', 'int'] as const),
  ...(['int', 'int', 'bigint', 'text', 'bigint', 'bigint', 'text', 'text', 'text', 'uuid', 'text', 'numeric'] as const),
  'int',
] as const;

const BINARY = {
  uuid: uuidArray,
  date: dateArray,
  text: textArray,
  bytea: byteaArray,
  int: int4Array,
  bigint: (values: readonly (string | number)[]) => int8Array(values.map(BigInt)),
  numeric: (values: readonly unknown[]) => values,
};

/** The same as arguments of {@link POST}. Another choice of accounts, one for each line, comes from `accountsFor`. */
export function invoiceArrays(issuerId: IssuerId, count: number, accountsFor: (no: number) => readonly string[]): PostArguments {
  const entries = Array.from({ length: count }, (_, no) => ({ no, id: newId(), on: dayOf(no) }));
  const lines = entries.flatMap(({ no, id }) => {
    const [receivable, deferred, exempt, tax] = accountsFor(no);
    const party = companies[no % COMPANIES]!;
    return [
      { no: 1, account: receivable, amount: 17_300, party, document: id, tax: null },
      { no: 2, account: deferred, amount: -10_000, party: null, document: null, tax: 'PT S 23.00' },
      { no: 3, account: exempt, amount: -5_000, party: null, document: null, tax: 'PT E 0.00' },
      { no: 4, account: tax, amount: -2_300, party: null, document: null, tax: 'PT S 23.00' },
    ].map((line) => ({ ...line, entry: no + 1 }));
  });
  return [
    entries.map(() => issuerId),
    entries.map(() => FIRST_DAY),
    entries.map(({ on }) => on),
    entries.map(({ on }) => on),
    entries.map(() => 'invoice-finalised'),
    entries.map(() => 'invoice'),
    entries.map(({ id }) => id),
    entries.map(({ id }) => createHash('sha256').update(id).digest()),
    // Whose hash it is costs the ledger nothing; only who verifies would mind.
    entries.map(({ id }) => createHash('sha256').update(id).digest()),
    entries.map(() => 4),
    lines.map((line) => line.entry),
    lines.map((line) => line.no),
    lines.map((line) => line.account),
    lines.map(() => EUR),
    lines.map((line) => line.amount),
    lines.map((line) => line.amount),
    lines.map((line) => (line.party === null ? null : 'company')),
    lines.map((line) => line.party),
    lines.map((line) => (line.document === null ? null : 'invoice')),
    lines.map((line) => line.document),
    lines.map((line) => line.tax),
    lines.map(() => null),
    entries.map(() => null),
  ];
}

/** The accounts of a real invoice: three that every invoice of the issuer meets on. */
export function invoiceAccounts(accounts: Accounts): readonly string[] {
  return [accounts['receivables']!, accounts['deferred-revenue']!, accounts['deferred-revenue']!, accounts['vat-payable']!];
}

function dayOf(no: number): LocalDate {
  return addDays(FIRST_DAY, no % DAYS);
}
