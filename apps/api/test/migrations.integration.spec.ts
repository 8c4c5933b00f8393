// The migrations: each can be taken back, and taken back and done again they leave no difference.
import { migrate } from '@countinghouse/platform';
import { createTestDatabase, TestDatabase } from '@countinghouse/testing';
import { PERSISTENCE } from '../src/persistence';
import { catalogueOf } from './catalogue';

describe('the migrations', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase(PERSISTENCE);
  });
  afterAll(() => test.drop());

  const catalogue = () => test.database.read(catalogueOf);
  const listed = PERSISTENCE.flatMap((manifest) => [...manifest.migrations]);

  it('have names of their own, in the order of the arrows', () => {
    const timestamps = listed.map((migration) => Number(/\d{13}$/.exec(migration.name)?.[0]));
    expect(new Set(timestamps).size).toBe(listed.length);
    expect(timestamps).toEqual([...timestamps].sort((a, b) => a - b));
  });

  it('go all the way down and up again, and leave the catalogue as it was', async () => {
    const before = await catalogue();
    for (let undone = 0; undone < listed.length; undone++) await test.dataSource.undoLastMigration({ transaction: 'each' });

    // What remains is where TypeORM keeps its own list.
    const schemas = (await catalogue()).filter((line) => line.startsWith('schema '));
    expect(schemas).toEqual(['schema platform', 'schema public']);
    expect((await catalogue()).filter((line) => line.startsWith('relation ') && !line.includes('platform.migration'))).toEqual([]);

    expect(await migrate({ url: test.url, manifests: PERSISTENCE })).toBe(listed.length);
    expect(await catalogue()).toEqual(before);
  });

  it('have nothing to do when they are done', async () => {
    expect(await migrate({ url: test.url, manifests: PERSISTENCE })).toBe(0);
  });
});
