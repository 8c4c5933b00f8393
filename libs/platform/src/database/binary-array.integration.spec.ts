// Binary arrays: what PostgreSQL reads is what was given.
import fc from 'fast-check';
import { fromEpochDay, localDate, toEpochDay } from '@countinghouse/kernel';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { byteaArray, dateArray, int4Array, int8Array, textArray, uuidArray } from './binary-array';

const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(fc.option(arbitrary), { maxLength: 20 });
const text = fc.oneof(fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')), fc.constantFrom('', 'NULL', '{', '"', '\\', ',', 'é€😀'));
const date = fc.integer({ min: toEpochDay(localDate('0001-01-01')), max: toEpochDay(localDate('9999-12-31')) }).map(fromEpochDay);

describe('binary arrays', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase([]);
  });
  afterAll(() => test.drop());

  it.each([
    ['int', int4Array, nullable(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), String],
    ['bigint', int8Array, nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), String],
    ['text', textArray, nullable(text), String],
    ['date', dateArray, nullable(date), String],
    ['uuid', uuidArray, nullable(fc.uuid()), String],
    ['bytea', byteaArray, nullable(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))), (bytes: unknown) => `\\x${(bytes as Buffer).toString('hex')}`],
  ] as [string, (values: never) => Buffer, fc.Arbitrary<unknown[]>, (value: unknown) => string][])('of %s arrive as they were given, with their nulls', async (type, encode, values, written) => {
    for (const each of [[], [null], ...fc.sample(values, { numRuns: 60, seed: 5 })]) {
      const { back, count } = await test.database.read((reader) =>
        reader.one<{ back: (string | null)[]; count: number }>(`SELECT cardinality($1::${type}[]) AS count, to_json($1::${type}[]::text[]) AS back`, [encode(each as never)]),
      );
      expect(count).toBe(each.length);
      expect(back).toEqual(each.map((value) => (value === null ? null : written(value))));
    }
  });

  it('refuse what does not fit', () => {
    expect(() => int4Array([2 ** 31])).toThrow('out of range');
    expect(() => int8Array([2n ** 63n])).toThrow('out of range');
    for (const id of ['', 'x', '01a2151f-f7fe-7bb4-b45a-a1b1ab05dea', '01a2151f-f7fe-7bb4-b45a-a1b1ab05deaz', '01a2151f-f7fe-7bb4-b45a-a1b1ab05dea2aa']) expect(() => uuidArray([id])).toThrow('is not a uuid');
  });

  it('are refused by the server where an array of another type is wanted', async () => {
    await expect(test.database.read((reader) => reader.query('SELECT $1::bigint[]', [int4Array([1])]))).rejects.toThrow('array element type 23 (integer) instead of expected 20 (bigint)');
  });
});
