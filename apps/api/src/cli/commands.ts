// The operator's commands, as a table.
import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { StartRecognitionRun } from '@countinghouse/accounting';
import { StartBillingRun } from '@countinghouse/invoicing';
import { addMonths, DomainError, localDate, LocalDate, parseId, RunId, startOfMonth, timeZone } from '@countinghouse/kernel';
import { StartCollectionRun } from '@countinghouse/payments';
import {
  AppClock, Database, Deliveries, DevelopmentIssuer, Imports, migrate, newId, Proofs, Role, ROLES, Run, Runs,
} from '@countinghouse/platform';
import { DEMO_FILES, demoFile, writeDemoFiles } from '../demo/files';
import { LoadDemo } from '../demo/load-demo';
import { PERSISTENCE } from '../persistence';
import { readStartOptions } from '../supervisor/options';
import { aligned, proofLines } from '../supervisor/table';
import { CLOSE, EXPORT } from './books';
import { RATES, REVALUE } from './currencies';
import { chosenIssuers, Command, required, Session, Values } from './command';
import { finishRuns, RUN_HELP, RUN_OPTIONS } from './finish-run';
import { RETENTION } from './retention';
import { REVENUE } from './revenue';
import { IMPORT_PEOPLE } from './people';
import { TEST_CLOCK } from './test-clock';

const TEXT = { type: 'string' } as const;
const ISSUER_HELP = '--issuer <code>   one issuer only; all of them when it is left out';
const KEY_HELP = '--key <text>      idempotency key: the same key again gives the same run';

const MIGRATE: Command = {
  name: 'migrate',
  summary: 'bring the database to the newest migration',
  usage: '',
  help: ['Several at once take turns; nothing happens when there is nothing to do.'],
  async run({ config, print }) {
    print(`${await migrate({ url: config.databaseUrl, manifests: PERSISTENCE })} migrations run`);
    return 0;
  },
};

const SEED: Command = {
  name: 'seed',
  summary: 'load the demo business',
  usage: '[--companies <n>] [--members <n>] [--month <YYYY-MM>] [--here]',
  options: { companies: TEXT, members: TEXT, month: TEXT, ...RUN_OPTIONS },
  help: ['--companies, --members, --month   as in npm start', RUN_HELP],
  async run(session, _args, values) {
    const app = await session.app();
    const sizes = ['companies', 'members', 'month'].flatMap((name) => (typeof values[name] === 'string' ? [`--${name}=${values[name]}`] : []));
    const options = readStartOptions(sizes);
    const today = app.get(AppClock).today(timeZone('UTC'));
    const folder = resolve(session.config.dataDirectory, 'demo');
    const size = await writeDemoFiles(folder, { ...options, month: options.month ?? addMonths(startOfMonth(today), -1) });
    const load = app.get(LoadDemo);
    await load.setUp(size.month, session.actor);
    let code = 0;
    for (const file of DEMO_FILES) {
      const run = await load.importFile(file, demoFile(folder, file), session.actor);
      code ||= await finishRuns(session, [run.id], values);
    }
    await load.agree(session.actor);
    return code;
  },
};

const IMPORT: Command = {
  name: 'import',
  summary: 'import a CSV file',
  usage: '<kind> <file> [--all-or-nothing] [--again] [--here]',
  options: { 'all-or-nothing': { type: 'boolean', default: false }, again: { type: 'boolean', default: false }, ...RUN_OPTIONS },
  help: [
    '<kind>            companies.companies, companies.members, subscriptions.contracts, subscriptions.enrolments, payments.payment-methods',
    '--all-or-nothing  import no row when one is refused',
    '--again           import a file that has been imported already',
    RUN_HELP,
  ],
  async run(session, [kind, file], values) {
    const app = await session.app();
    const path = required(file, '<file>');
    const run = await app.get(Imports).start(
      {
        kind: required(kind, '<kind>'),
        fileName: basename(path),
        source: (await openFile(path)).createReadStream(),
        mode: values['all-or-nothing'] ? 'allOrNothing' : 'goodRows',
        again: values['again'] === true,
      },
      session.actor,
    );
    const code = await finishRuns(session, [run.id], values);
    const refused = await app.get(Database).read((reader) => app.get(Imports).rejections(reader, run.id, { limit: 20 }));
    for (const { line, column, code: why, reason, remedy } of refused) session.print(`  line ${line}${column ? `, ${column}` : ''}: ${why}: ${reason} ${remedy}`);
    return code || (refused.length > 0 ? 1 : 0);
  },
};

const BILL: Command = {
  name: 'bill',
  summary: 'bill what is owed and not charged yet',
  usage: '--through <day> [--issuer <code>] [--key <text>] [--here]',
  options: { through: TEXT, issuer: TEXT, key: TEXT, ...RUN_OPTIONS },
  help: ['--through <day>   the midnight up to which is billed: 2026-03-01 bills February', ISSUER_HELP, KEY_HELP, RUN_HELP],
  run: (session, _args, values) =>
    forIssuers(session, values, (app, issuerId, idempotencyKey) =>
      app.get(StartBillingRun).execute({ idempotencyKey, issuerId, through: dayOf(values['through'], '--through') }, session.actor),
    ),
};

const RECOGNISE: Command = {
  name: 'recognise',
  summary: 'recognise the revenue earned through a day',
  usage: '--through <day> [--issuer <code>] [--here]',
  options: { through: TEXT, issuer: TEXT, ...RUN_OPTIONS },
  help: ['--through <day>   the last day that counts as earned: 2026-02-28', ISSUER_HELP, RUN_HELP],
  run: (session, _args, values) =>
    forIssuers(session, values, (app, issuerId) => app.get(StartRecognitionRun).execute({ issuerId, through: dayOf(values['through'], '--through') }, session.actor)),
};

const COLLECT: Command = {
  name: 'collect',
  summary: 'collect the payments that are due',
  usage: '[--through <day>] [--issuer <code>] [--key <text>] [--here]',
  options: { through: TEXT, issuer: TEXT, key: TEXT, ...RUN_OPTIONS },
  help: ['--through <day>   payments due by then; today when it is left out', ISSUER_HELP, KEY_HELP, RUN_HELP],
  run: (session, _args, values) =>
    forIssuers(session, values, (app, issuerId, idempotencyKey, zone) => {
      const through = values['through'] === undefined ? app.get(AppClock).today(zone) : dayOf(values['through'], '--through');
      return app.get(StartCollectionRun).execute({ idempotencyKey, issuerId, through }, session.actor);
    }),
};

const VERIFY: Command = {
  name: 'verify',
  summary: 'run every proof; exit code 1 if one fails',
  usage: '',
  help: ['Each proof is checked for every issuer and currency, all on one snapshot.'],
  async run(session) {
    const app = await session.app();
    const proofs = await app.get(Proofs).sideBySide();
    const failed = proofs.filter((proof) => !proof.ok).length;
    session.print(proofLines(proofs));
    session.print(failed === 0 ? `All ${proofs.length} proofs hold.` : `${failed} of ${proofs.length} proofs fail.`);
    return failed === 0 && proofs.length > 0 ? 0 : 1;
  },
};

const REPLAY: Command = {
  name: 'replay',
  summary: 'set events free that were given up',
  usage: '[--consumer <name>] [--event <id>] [--all] [--list]',
  options: { consumer: TEXT, event: TEXT, all: { type: 'boolean', default: false }, list: { type: 'boolean', default: false } },
  help: ['--consumer <name> those of one consumer', '--event <id>      those of one event', '--all             every one', '--list            only show them'],
  async run(session, _args, values) {
    const app = await session.app();
    const deliveries = app.get(Deliveries);
    if (values['list']) {
      for (const { eventId, event, consumer, failures, lastError } of await app.get(Database).read((reader) => deliveries.parked(reader))) {
        session.print(`${eventId} ${event} → ${consumer} (${failures} failures): ${lastError ?? ''}`);
      }
      return 0;
    }
    const which = {
      ...(typeof values['consumer'] === 'string' && { consumer: values['consumer'] }),
      ...(typeof values['event'] === 'string' && { eventId: parseId<never>(values['event'], 'event') as string }),
    };
    if (Object.keys(which).length === 0 && !values['all']) required(undefined, '--consumer, --event or --all');
    session.print(`${await deliveries.replay(which, session.actor)} deliveries set free`);
    return 0;
  },
};

const RUNS: Command = {
  name: 'runs',
  summary: 'list runs; show, pause, resume or cancel one',
  usage: '[show|pause|resume|cancel <id>] [--kind <kind>]',
  options: { kind: TEXT },
  help: ['Without an argument: the newest runs.', 'show: how it stands, and the first hundred items it has parked, with their reasons.'],
  async run(session, [act, id], values) {
    const app = await session.app();
    const runs = app.get(Runs);
    if (act === undefined) {
      const list = await app.get(Database).read((reader) => runs.list(reader, typeof values['kind'] === 'string' ? { kind: values['kind'] } : {}));
      session.print(aligned([['run', 'kind', 'state', 'done', 'total', 'parked'], ...list.map(runRow)], ''));
      return 0;
    }
    if (act === 'show') {
      const shown = parseId<RunId>(required(id, '<id>'));
      const { run, parked } = await app.get(Database).read(async (reader) => ({ run: await runs.get(reader, shown), parked: await runs.parkedItems(reader, shown, { limit: 100 }) }));
      session.print(`${runRow(run).join('  ')}${run.error ? `\n${run.error}` : ''}`);
      for (const { item, code, reason } of parked) session.print(`  ${item}: ${code}: ${reason}`);
      return 0;
    }
    if (act !== 'pause' && act !== 'resume' && act !== 'cancel') throw unknownAct(act);
    const run = await runs[act](parseId<RunId>(required(id, '<id>')), session.actor);
    session.print(`${run.kind} ${run.id} is ${run.state}`);
    return 0;
  },
};

const TOKEN: Command = {
  name: 'token',
  summary: 'make a token for the API (development only)',
  usage: '[--role <role>] [--subject <name>] [--issuers <codes>]',
  options: { role: TEXT, subject: TEXT, issuers: TEXT },
  help: [`--role <role>     ${ROLES.join(', ')} (default admin)`, '--subject <name>  who it speaks for (default developer)', '--issuers <codes> with commas between (default all)'],
  async run(session, _args, values) {
    if (session.config.production) {
      throw new DomainError('DEVELOPMENT_ONLY', 'tokens of the development issuer do not exist in production', { remedy: 'use the identity provider' });
    }
    const role = (values['role'] ?? 'admin') as Role;
    if (!ROLES.includes(role)) throw new DomainError('ROLE_UNKNOWN', `there is no role ${role}`, { field: 'role', value: role, remedy: `use one of: ${ROLES.join(', ')}` });
    const app = await session.app();
    const issuer = await DevelopmentIssuer.open(app.get(AppClock), resolve(session.config.dataDirectory));
    const issuers = typeof values['issuers'] === 'string' ? values['issuers'].split(',') : '*';
    session.print(await issuer.token({ subject: typeof values['subject'] === 'string' ? values['subject'] : 'developer', role, issuers }));
    return 0;
  },
};

export const COMMANDS: readonly Command[] = [MIGRATE, SEED, IMPORT, IMPORT_PEOPLE, BILL, COLLECT, RECOGNISE, RATES, REVALUE, VERIFY, CLOSE, EXPORT, REPLAY, RUNS, RETENTION, REVENUE, TEST_CLOCK, TOKEN];

type App = Awaited<ReturnType<Session['app']>>;
type Issuers = Awaited<ReturnType<typeof chosenIssuers>>;

/** Starts a run for each chosen issuer and finishes them. */
async function forIssuers(
  session: Session,
  values: Values,
  start: (app: App, issuerId: Issuers[number]['id'], key: string, zone: Issuers[number]['timeZone']) => Promise<Run>,
): Promise<number> {
  const app = await session.app();
  const started: Run[] = [];
  for (const { id, code, timeZone: zone } of await chosenIssuers(app, values['issuer'])) {
    const key = typeof values['key'] === 'string' ? `${values['key']} ${code}` : newId<RunId>();
    started.push(await start(app, id, key, zone));
  }
  return finishRuns(session, started.map((run) => run.id), values);
}

function dayOf(text: string | boolean | undefined, option: string): LocalDate {
  return localDate(required(text, option), option);
}

/** Opened before anything is started: a stream says too late, and to nobody, that there is no such file. */
async function openFile(path: string) {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    throw new DomainError('FILE_UNREADABLE', `${path} cannot be read: ${error.code}`, { field: 'file', value: path, remedy: 'give the path of a CSV file' });
  });
}

function runRow(run: Run): string[] {
  return [run.id, run.kind, run.state, String(run.done), String(run.total), String(run.parked)];
}

function unknownAct(act: string): DomainError {
  return new DomainError('ACT_UNKNOWN', `a run cannot be told to ${act}`, { value: act, remedy: 'use show, pause, resume or cancel' });
}
