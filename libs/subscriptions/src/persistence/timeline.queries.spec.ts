// Timelines are written by one way each, so that nothing that goes with it can be forgotten: the books, the renewal, the headcount, the audit.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const SRC = join(__dirname, '..');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('migrations'))
  .map((file) => ({ file: relative(SRC, join(SRC, file)), text: readFileSync(join(SRC, file), 'utf8') }));
const whoSays = (words: RegExp) => sources.filter(({ text }) => words.test(text)).map(({ file }) => file).sort();

it.each([
  ['a contract', /await appendContractChanges\(/, ['persistence/import.queries.ts', 'use-cases/amendments.ts', 'use-cases/draft-contract.ts']],
  ['an enrolment', /await appendEnrolmentChanges\(/, ['use-cases/follow-leaving.ts', 'use-cases/record-enrolment-changes.ts']],
  ['any of them, in SQL', /INSERT INTO subscriptions\.(contract|fee|enrolment)_change|INSERT INTO subscriptions\.subsidy_rule/, ['persistence/timeline.queries.ts']],
])('the timeline of %s is appended to here and nowhere else', (_what, words, places) => {
  expect(whoSays(words)).toEqual(places);
});
