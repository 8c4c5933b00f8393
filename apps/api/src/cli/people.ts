// The operator's commands about people: a company's file, looked at before it counts.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { ImportMembers, mappingOfText } from '@countinghouse/companies';
import { CompanyId, DomainError, localDate, parseId, RunId } from '@countinghouse/kernel';
import { Database, Imports } from '@countinghouse/platform';
import { Command, required, Session } from './command';
import { finishRuns, RUN_HELP, RUN_OPTIONS } from './finish-run';

const TEXT = { type: 'string' } as const;
const REFUSED_SHOWN = 20;

export const IMPORT_PEOPLE: Command = {
  name: 'import-people',
  summary: 'import the people of one company, or confirm such an import',
  usage: '<company number> <file> [--snapshot] [--as-of <day>] [--columns <map>] [--no-review] [--again] | confirm <run> [--accept-removals]',
  options: {
    snapshot: { type: 'boolean', default: false },
    'as-of': TEXT,
    columns: TEXT,
    'no-review': { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    'accept-removals': { type: 'boolean', default: false },
    ...RUN_OPTIONS,
  },
  help: [
    '--snapshot         the file names everybody: who is missing from it leaves; without it, people it does not name stay as they are',
    '--as-of <day>      the day on which the file is true; today when it is left out',
    '--columns <map>    the names of the file for our columns, kept for the next files: "Mitarbeiter-Nr=employee_id,Eintritt=eligible_from"',
    '--no-review        do not wait for confirm; a snapshot that removes too many people waits all the same',
    '--again            import a file that has been imported already',
    '--accept-removals  with confirm: the people whom the snapshot does not name shall leave, though they are many',
    RUN_HELP,
  ],
  async run(session, [first, second], values) {
    const app = await session.app();
    if (first === 'confirm') {
      const id = parseId<RunId>(required(second, '<run>'), 'run');
      await app.get(ImportMembers).confirm(id, values['accept-removals'] === true, session.actor);
      return finishRuns(session, [id], values);
    }
    const path = required(second, '<file>');
    const companyId = await companyOf(session, required(first, '<company number>'));
    const file = await open(path).catch((error: NodeJS.ErrnoException) => {
      throw new DomainError('FILE_UNREADABLE', `${path} cannot be read: ${error.code}`, { field: 'file', value: path, remedy: 'give the path of a CSV file' });
    });
    const run = await app.get(ImportMembers).start(
      {
        companyId,
        fileName: basename(path),
        source: file.createReadStream(),
        content: values['snapshot'] ? 'snapshot' : 'delta',
        review: !values['no-review'],
        again: values['again'] === true,
        ...(typeof values['as-of'] === 'string' && { asOf: localDate(values['as-of'], '--as-of') }),
        ...(typeof values['columns'] === 'string' && { mapping: mappingOfText(values['columns'], '--columns') }),
      },
      session.actor,
    );
    const code = await finishRuns(session, [run.id], values);
    const refused = await app.get(Database).read((reader) => app.get(Imports).rejections(reader, run.id, { limit: REFUSED_SHOWN }));
    for (const { line, column, code: why, reason, remedy } of refused) session.print(`  line ${line}${column ? `, ${column}` : ''}: ${why}: ${reason} ${remedy}`);
    return code || (refused.length > 0 ? 1 : 0);
  },
};

async function companyOf(session: Session, number: string): Promise<CompanyId> {
  const app = await session.app();
  const [company] = await app.get(Database).query<{ id: CompanyId }>('SELECT id FROM companies.company WHERE number = $1', [number]);
  if (company) return company.id;
  throw new DomainError('COMPANY_UNKNOWN', `there is no company ${number}`, { field: 'company number', value: number, remedy: 'register the company first' });
}
