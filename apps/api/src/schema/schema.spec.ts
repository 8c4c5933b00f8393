// The committed schema: it is what the code says, and it breaks nobody unannounced.
import { join } from 'node:path';
import { printedSchema } from './api-schema';
import { announcement, breakingChanges, unannounced } from './breaking-changes';
import { readText, schemaAt, SCHEMA_FILE } from './repository';

const ROOT = join(__dirname, '../../../..');
const BEFORE = 'type Query { invoice(id: ID!): Invoice } type Invoice { number: String! total: String }';

describe('schema.graphql', () => {
  it('is what the resolvers declare; `npm run schema` prints it', async () => {
    expect(readText(ROOT, SCHEMA_FILE)).toBe(await printedSchema());
  });

  it.each(['HEAD', 'HEAD~1'])('breaks no client of %s that CHANGELOG.md does not warn', (commit) => {
    const before = schemaAt(ROOT, commit);
    const changes = before === undefined ? [] : breakingChanges(before, readText(ROOT, SCHEMA_FILE));
    expect(unannounced(changes, readText(ROOT, 'CHANGELOG.md'))).toEqual([]);
  });

  it('has no commit to be compared with where there is none', () => {
    expect(schemaAt(ROOT, 'no-such-commit')).toBeUndefined();
  });
});

describe('a breaking change', () => {
  it('is a removed field, a narrower type or a new required argument, and not an added field', () => {
    expect(breakingChanges(BEFORE, BEFORE.replace('total: String', ''))).toEqual(['Invoice.total was removed.']);
    expect(breakingChanges(BEFORE, BEFORE.replace('number: String!', 'number: String'))).toHaveLength(1);
    expect(breakingChanges(BEFORE, BEFORE.replace('(id: ID!)', '(id: ID!, on: String!)'))).toHaveLength(1);
    expect(breakingChanges(BEFORE, BEFORE.replace('total: String', 'total: String dueOn: String'))).toEqual([]);
  });

  it('is refused until the changelog has its line', () => {
    const changes = ['Invoice.total was removed.'];
    expect(unannounced(changes, '# Changelog\n- Invoice.total was improved.')).toEqual(changes);
    expect(unannounced(changes, `# Changelog\n## 1.0\n  ${announcement(changes[0]!)}\n`)).toEqual([]);
  });
});
