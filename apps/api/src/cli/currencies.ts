// The operator's commands for currencies: exchange rates, and the revaluation of a month.
import { createReadStream } from 'node:fs';
import { ImportEcbRates, SetRate, StartRevaluationRun } from '@countinghouse/accounting';
import { currency, DomainError, localDate, startOfMonth } from '@countinghouse/kernel';
import { chosenIssuers, Command, required, Session, Values } from './command';
import { finishRuns, RUN_HELP, RUN_OPTIONS } from './finish-run';

const TEXT = { type: 'string' } as const;

export const RATES: Command = {
  name: 'rates',
  summary: 'import the ECB’s exchange rates, or set one by hand',
  usage: 'import <file> | set <base> <quote> <rate> --on <day> --issuer <code> --reason <text>',
  options: { on: TEXT, issuer: TEXT, reason: TEXT },
  help: [
    'import <file>     the CSV of the European Central Bank, unzipped: eurofxref.csv or eurofxref-hist.csv',
    'set               what one <base> is worth in <quote>, in the books of one issuer',
    '--on <day>        it holds from this day on until there is a newer one',
    '--reason <text>   where it comes from',
  ],
  run: (session, [act, ...args], values) => {
    if (act === 'import') return importRates(session, args);
    if (act === 'set') return setRate(session, args, values);
    throw new DomainError('ACT_UNKNOWN', `rates cannot be told to ${act ?? 'nothing'}`, { value: act ?? '', remedy: 'use import or set' });
  },
};

export const REVALUE: Command = {
  name: 'revalue',
  summary: 'revalue foreign currency at the end of a month',
  usage: '<YYYY-MM> [--issuer <code>] [--here]',
  options: { issuer: TEXT, ...RUN_OPTIONS },
  help: ['--issuer <code>   one issuer only; all of them when it is left out', RUN_HELP],
  async run(session, [month], values) {
    const app = await session.app();
    const periodStart = startOfMonth(localDate(`${required(month, '<YYYY-MM>')}-01`, 'month'));
    const runs = [];
    for (const { id: issuerId } of await chosenIssuers(app, values['issuer'])) runs.push(await app.get(StartRevaluationRun).execute({ issuerId, periodStart }, session.actor));
    return finishRuns(session, runs.map((run) => run.id), values);
  },
};

async function importRates(session: Session, [file]: readonly string[]): Promise<number> {
  const app = await session.app();
  const { days, rates, added } = await app.get(ImportEcbRates).execute(readable(required(file, '<file>')), session.actor);
  session.print(`${rates} rates of ${days} days, ${added} of them new`);
  return 0;
}

async function setRate(session: Session, [base, quote, rate]: readonly string[], values: Values): Promise<number> {
  const app = await session.app();
  const [issuer] = await chosenIssuers(app, required(values['issuer'], '--issuer'));
  const pair = { base: currency(required(base, '<base>')), quote: currency(required(quote, '<quote>')), rate: required(rate, '<rate>') };
  const on = localDate(required(values['on'], '--on'), '--on');
  await app.get(SetRate).execute({ ...pair, issuerId: issuer!.id, on, reason: required(values['reason'], '--reason') }, session.actor);
  session.print(`from ${on} on 1 ${pair.base} is ${pair.rate} ${pair.quote} for ${issuer!.code}`);
  return 0;
}

async function* readable(path: string): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new DomainError('FILE_UNREADABLE', `${path} cannot be read: ${code}`, { field: 'file', value: path, remedy: 'give the path of a CSV file' });
  }
}
