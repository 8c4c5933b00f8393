// The flows that the database keeps are those of the domain, and its conversion of amounts is the domain's too.
import fc from 'fast-check';
import { Currency, decimal } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { ACCOUNT_ROLES } from '../domain/account-role';
import { convert, perMinorUnit } from '../domain/exchange-rate';
import { FLOWS } from '../domain/flows';

describe('the pairs of the domain in the database', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('declares the same flows', async () => {
    const rows = await test.database.query<{ debit_role: string; credit_role: string }>('SELECT debit_role, credit_role FROM accounting.flow');
    const declared = Object.entries(FLOWS).flatMap(([debit, credits]) => credits.map((credit) => `${debit} ${credit}`));
    expect(rows.map((row) => `${row.debit_role} ${row.credit_role}`).sort()).toEqual(declared.sort());
  });

  it('gives every role a bit of its own', async () => {
    const rows = await test.database.query<{ bit: number }>(`SELECT accounting.flow_bit(role) AS bit FROM unnest($1::text[]) AS role`, [ACCOUNT_ROLES]);
    expect(new Set(rows.map((row) => row.bit)).size).toBe(ACCOUNT_ROLES.length);
    expect(rows.every((row) => row.bit > 1)).toBe(true);
  });

  it('converts as the domain does, for any amount and cross rate', async () => {
    const pair = { from: 'USD' as Currency, to: 'JPY' as Currency };
    const quote = fc.integer({ min: 1, max: 99_999_999 }).map((n) => decimal((n / 10_000).toFixed(4)));
    const cases = fc.sample(fc.record({ minor: fc.bigInt({ min: -1_000_000_000_000n, max: 1_000_000_000_000n }), rate: fc.record({ numerator: quote, denominator: quote }) }), 3_000);
    const fractions = cases.map(({ rate }) => perMinorUnit(rate, pair));
    const rows = await test.database.query<{ minor: bigint }>(
      `SELECT accounting.converted_minor(minor, numerator, denominator) AS minor
         FROM unnest($1::int8[], $2::numeric[], $3::numeric[]) WITH ORDINALITY AS asked(minor, numerator, denominator, no) ORDER BY no`,
      [cases.map(({ minor }) => minor), fractions.map((f) => f.numerator), fractions.map((f) => f.denominator)],
    );
    const differing = cases.flatMap(({ minor, rate }, index) => {
      const [database, domain] = [rows[index]!.minor, convert(minor, rate, pair)];
      return database === domain ? [] : [{ minor, rate, database, domain }];
    });
    expect(differing).toEqual([]);
  });
});
