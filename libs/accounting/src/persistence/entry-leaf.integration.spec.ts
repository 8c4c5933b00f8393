// The canonical form of an entry, as whoever posts writes it and as the database reads it back.
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { Currency, IssuerId, fromEpochDay, localDate, toEpochDay } from '@countinghouse/kernel';
import type { Fact, Party } from '@countinghouse/contracts';
import { BooksUnderTest } from '../../test/books-under-test';
import { EntryForm, leafForm } from '../domain/entry-leaf';

// PostgreSQL keeps no NUL and no half of a surrogate pair.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\0', ' ')),
  fc.string({ unit: fc.constantFrom("'", '\\', '\t', '\n', 'E', 'N', 'é', ' '), maxLength: 12 }),
);
const date = fc.integer({ min: toEpochDay(localDate('1999-01-01')), max: toEpochDay(localDate('2101-12-31')) }).map(fromEpochDay);
const amount = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });
const rate = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.option(fc.stringMatching(/^\d{1,12}$/), { nil: undefined })).map(([whole, places]) => (places ? `${whole}.${places}` : `${whole}`));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const line = fc.record({
  accountId: fc.bigInt({ min: 1n, max: 2n ** 62n }),
  currency: fc.constantFrom('EUR', 'USD', 'JPY') as fc.Arbitrary<Currency>,
  amountMinor: amount,
  functionalAmountMinor: amount,
  party: optional(fc.record({ type: text, id: text }) as unknown as fc.Arbitrary<Party>),
  document: optional(fc.record({ type: text, id: fc.uuid() })),
  taxCode: optional(text),
  rate: optional(rate),
});
const form = fc
  .record({
    issuerId: fc.uuid() as unknown as fc.Arbitrary<IssuerId>,
    kind: text as unknown as fc.Arbitrary<Fact['kind']>,
    sourceType: text,
    sourceId: text,
    effectiveOn: date,
    periodStart: date,
    entryDate: date,
    content: text,
    lines: fc.array(line, { minLength: 2, maxLength: 6 }),
  })
  .map(({ periodStart, entryDate, content, lines, ...entry }): EntryForm => ({
    draft: { ...entry, lines: lines.map(({ accountId: _, role: __, ...rest }: (typeof lines)[number] & { role?: string }) => ({ ...rest, role: 'revenue' as const })) } as unknown as EntryForm['draft'],
    contentHash: hash('sha256', content, 'buffer'),
    periodStart,
    entryDate,
    accountIds: lines.map(({ accountId }) => accountId),
  }));

describe('the leaf of an entry', () => {
  let ledger: BooksUnderTest;
  beforeAll(async () => {
    ledger = await BooksUnderTest.create();
  });
  afterAll(() => ledger.test.drop());

  it('has the same form for who posts and for the database, whatever stands in the entry', async () => {
    const forms = fc.sample(form, { numRuns: 400, seed: 11 });
    for (const each of forms) expect(await formInDatabase(each)).toBe(leafForm(each));
  });

  it('has the same form on every setting of a session', async () => {
    const [each] = fc.sample(form, { numRuns: 1, seed: 12 });
    const asSet = await ledger.database.read(async (reader) => {
      await reader.query(`SELECT set_config('datestyle', 'German', true), set_config('timezone', 'Asia/Tokyo', true), set_config('bytea_output', 'escape', true)`);
      return ask(reader, each!);
    });
    expect(asSet).toBe(leafForm(each!));
  });

  it('is what the books post with every entry', async () => {
    const invoice = ledger.anInvoice();
    await ledger.record(invoice, ledger.aPaymentOf(invoice));
    const [same] = await ledger.database.query('SELECT count(*)::int AS entries, bool_and(leaf_hash = hash) AS same FROM accounting.entry_leaf');
    expect(same).toEqual({ entries: 2, same: true });
  });

  const formInDatabase = (each: EntryForm) => ledger.database.read((reader) => ask(reader, each));
});

async function ask(reader: { one<Row extends object>(sql: string, params: readonly unknown[]): Promise<Row> }, { draft, contentHash, periodStart, entryDate, accountIds }: EntryForm): Promise<string> {
  const { lines } = draft;
  const { found } = await reader.one<{ found: string }>(
    `SELECT accounting.leaf_of_entry($1, $2, $3, $4, $5, $6, $7, $8, $9) || (
       SELECT string_agg(E'\\n' || accounting.leaf_of_line(no::int, account, currency, amount, functional, $3, party_type, party, document_type, document, tax, rate), '' ORDER BY no)
         FROM unnest($10::bigint[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::uuid[], $18::text[], $19::numeric[])
              WITH ORDINALITY AS line(account, currency, amount, functional, party_type, party, document_type, document, tax, rate, no)) AS found`,
    [
      ...[draft.issuerId, periodStart, entryDate, draft.effectiveOn, draft.kind, draft.sourceType, draft.sourceId, contentHash, lines.length],
      accountIds,
      lines.map(({ currency }) => currency),
      lines.map(({ amountMinor }) => amountMinor),
      lines.map(({ functionalAmountMinor }) => functionalAmountMinor),
      lines.map(({ party }) => party?.type ?? null),
      lines.map(({ party }) => party?.id ?? null),
      lines.map(({ document }) => document?.type ?? null),
      lines.map(({ document }) => document?.id ?? null),
      lines.map(({ taxCode }) => taxCode ?? null),
      lines.map(({ rate }) => rate ?? null),
    ],
  );
  return found;
}
