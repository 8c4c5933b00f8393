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

  it.each([
    ['of nothing', '', 'the key is empty', ''],
    ['of more than 200 characters', 'ã'.repeat(201), 'the key has 201 characters', `${'ã'.repeat(60)}…`],
    ['with a control character', 'a\u0000b', 'the key has a control character in it', 'a\u0000b'],
  ])('refuses a key %s, and shows where it begins', async (_what, key, said, value) => {
    await expect(ask(key, {})).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_INVALID',
      message: expect.stringContaining(said),
      field: 'idempotencyKey',
      value,
      remedy: expect.stringContaining('UUID'),
    });
  });

  it('takes a key of 200 characters, whatever their length in bytes, and the database no longer one', async () => {
    expect(await ask('😀'.repeat(200), {})).toBeDefined();
    const insert = (key: string) =>
      test.owner.transaction((tx) => tx.execute(`INSERT INTO platform.idempotency_key (operation, key, input_hash, answer) VALUES ('spec.act', $1, 'h', '1')`, [key]));
    await expect(insert('a'.repeat(201))).rejects.toMatchObject({ constraint: 'idempotency_key_has_1_to_200_characters' });
    await expect(insert('')).rejects.toMatchObject({ constraint: 'idempotency_key_has_1_to_200_characters' });
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
