// One key, one act, one answer: also at the same time, and never with another input.
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { Tx } from '../database/tx';
import { Idempotency } from './idempotency';

describe('Idempotency', () => {
  const idempotency = new Idempotency();
  let test: TestDatabase;
  let done = 0;

  const ask = (key: string, input: unknown, work: (tx: Tx) => Promise<unknown> = async () => ({ no: ++done, sumMinor: 7n })) =>
    test.database.transaction((tx) => idempotency.once(tx, { operation: 'spec.act', key, input }, () => work(tx)));

  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  it('does the act once and gives the same answer again', async () => {
    const first = await ask('a', { amountMinor: 5n, to: 'x' });
    expect(await ask('a', { to: 'x', amountMinor: 5n })).toEqual(first);
    expect(first).toMatchObject({ sumMinor: 7n });
  });

  it('refuses the key for another input, naming key and remedy', async () => {
    await ask('b', { amountMinor: 5n });
    await expect(ask('b', { amountMinor: 6n })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      field: 'idempotencyKey',
      value: 'b',
    });
  });

  it('lets the second of two callers wait, and answers both alike', async () => {
    const before = done;
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('c', {})));
    expect(done).toBe(before + 1);
    expect(new Set(answers.map((answer) => (answer as { no: number }).no)).size).toBe(1);
  });

  it('forgets an act that failed, together with all it wrote', async () => {
    await expect(ask('d', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await ask('d', {})).toBeDefined();
  });

  it('keeps the keys of different acts apart', async () => {
    const other = test.database.transaction((tx) => idempotency.once(tx, { operation: 'spec.other', key: 'a', input: 1 }, async () => 'other'));
    expect(await other).toBe('other');
  });
});
