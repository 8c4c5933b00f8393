// The database's earned_minor is the kernel's earned: reports and checks in SQL come to the figures of the recognition run.
import fc from 'fast-check';
import { addDays, earned, LocalDate } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { day } from '../../test/books-under-test';

describe('earned_minor', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('agrees with the kernel for any total, period and day, up to the largest amounts', async () => {
    const start = day('2026-01-01');
    const cases = fc.sample(
      fc.record({
        total: fc.oneof(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.bigInt({ min: -9_000_000_000_000_000_000n, max: 9_000_000_000_000_000_000n })),
        length: fc.integer({ min: 1, max: 800 }),
        until: fc.integer({ min: -5, max: 805 }),
      }),
      5_000,
    );
    const ends: LocalDate[] = cases.map(({ length }) => addDays(start, length));
    const untils: LocalDate[] = cases.map(({ until }) => addDays(start, until));
    const rows = await test.database.query<{ minor: bigint }>(
      `SELECT accounting.earned_minor(total, $1, period_end, p_until) AS minor
         FROM unnest($2::int8[], $3::date[], $4::date[]) WITH ORDINALITY AS asked(total, period_end, p_until, no) ORDER BY no`,
      [start, cases.map(({ total }) => total), ends, untils],
    );
    const differing = cases.flatMap(({ total }, index) => {
      const [end, until] = [ends[index]!, untils[index]!];
      const [database, kernel] = [rows[index]!.minor, earned(total, { start, end }, until)];
      return database === kernel ? [] : [{ total, end, until, database, kernel }];
    });
    expect(differing).toEqual([]);
  });
});
