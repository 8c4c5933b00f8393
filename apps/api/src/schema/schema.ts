// `npm run schema`: prints schema.graphql anew, unless that would break clients without a word to them.
// `-- --check` writes nothing and fails when the committed file is not what the code says; `-- --base <commit>` compares with
// that commit instead of the last one: a build of a branch names the branch it goes into.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DomainError } from '@countinghouse/kernel';
import { runProgram } from '../process';
import { printedSchema } from './api-schema';
import { announcement, breakingChanges, unannounced } from './breaking-changes';
import { readText, schemaAt, SCHEMA_FILE } from './repository';

runProgram(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false }, base: { type: 'string', default: 'HEAD' } } });
  const root = process.cwd();
  const printed = await printedSchema();
  const before = schemaAt(root, values.base);
  const silent = before === undefined ? [] : unannounced(breakingChanges(before, printed), readText(root, 'CHANGELOG.md'));
  if (silent.length > 0) {
    const lines = silent.map((change) => `  ${announcement(change)}`).join('\n');
    throw new DomainError('SCHEMA_BREAKS_CLIENTS', 'clients that work today would not work with this schema', {
      remedy: `keep what they use, or announce each change in CHANGELOG.md with exactly this line:\n${lines}\n`,
    });
  }
  if (values.check && readText(root, SCHEMA_FILE) !== printed) {
    throw new DomainError('SCHEMA_NOT_PRINTED', `${SCHEMA_FILE} is not what the code says`, { remedy: 'run `npm run schema` and commit what it writes' });
  }
  if (!values.check) writeFileSync(join(root, SCHEMA_FILE), printed);
  process.stdout.write(`${SCHEMA_FILE} ${values.check ? 'is what the code says' : 'is written'}; nothing breaks unannounced since ${values.base}.\n`);
});
