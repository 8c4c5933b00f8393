// The plans of runs outlive a deployment: one of a known version looks today as it did when that version was first made.
import { createHash } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { JobRegistry } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { AppModule } from '../src/app.module';
import { configFrom } from '../src/config';

/** All kinds of imports are planned alike. */
const IMPORT = 'b098722d26cea2ad';

/**
 * A hash of the shape, by kind and version. Lines are added and never changed: whoever changes a shape raises the version of its
 * kind, and adds the line that this spec then asks for.
 */
const RECORD: Record<string, string> = {
  'companies.companies 1': IMPORT,
  'companies.members 1': IMPORT,
  'invoicing.billing 1': '335b376403f015d1',
  'invoicing.preview 1': 'a3fa64ccc2d92d84',
  'payments.collection 1': '40f6bd00211ad806',
  'payments.payment-methods 1': IMPORT,
  'platform.test-clock 1': 'c63bafa56f978949',
  'subscriptions.contracts 1': IMPORT,
  'subscriptions.enrolments 1': IMPORT,
};

describe('the plans of runs', () => {
  let test: TestDatabase;
  let app: INestApplicationContext;

  beforeAll(async () => {
    test = await createTestDatabase();
    app = await NestFactory.createApplicationContext(AppModule.forRole('cli', configFrom({ NODE_ENV: 'test', DATABASE_URL: test.url }, ['databaseUrl'])), { logger: false });
  });
  afterAll(async () => {
    await app?.close();
    await test.drop();
  });

  it('look as their versions on record do; another shape is another version', () => {
    const shapes = [...app.get(JobRegistry).runKinds.values()].flatMap(({ kind, version = 1, shape }) => (shape ? [[`${kind} ${version}`, hashOf(shape)] as const] : []));
    expect(Object.fromEntries(shapes)).toEqual(Object.fromEntries(shapes.map(([name]) => [name, RECORD[name]])));
    expect(shapes.map(([name]) => name)).toEqual(expect.arrayContaining(['invoicing.billing 1', 'invoicing.preview 1', 'payments.collection 1', 'companies.members 1']));
  });

  it('have another hash when a property comes, goes or may be left out', () => {
    const shape = (input: z.ZodType) => hashOf({ input, chunk: z.null() });
    const hashes = [
      z.strictObject({ a: z.int() }), z.strictObject({ a: z.int(), b: z.int() }), z.strictObject({ a: z.int().optional() }), z.strictObject({ a: z.string() }), z.strictObject({ a: z.guid() }),
    ].map(shape);
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(shape(z.strictObject({ b: z.int(), a: z.int() }))).toBe(shape(z.strictObject({ a: z.int(), b: z.int() })));
  });
});

/** Of the JSON Schema without what only says the same at greater length, and whatever the order in which it was written down. */
function hashOf({ input, chunk }: { input: z.ZodType; chunk: z.ZodType }): string {
  const text = JSON.stringify([z.toJSONSchema(input), z.toJSONSchema(chunk)], (key, part: unknown) => {
    if (key === 'pattern' || key === '$schema') return undefined;
    if (key === 'required') return [...(part as string[])].sort();
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part;
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
