// The operator's commands for test clocks: create one, move it on, list them.
import { localDate, DomainError } from '@countinghouse/kernel';
import { AdvanceTestClock, CreateTestClock, Database } from '@countinghouse/platform';
import { aligned } from '../supervisor/table';
import { chosenIssuers, Command, required } from './command';
import { finishRuns, RUN_HELP, RUN_OPTIONS } from './finish-run';

const TEXT = { type: 'string' } as const;

export const TEST_CLOCK: Command = {
  name: 'test-clock',
  summary: 'create an issuer on a clock of its own, or move that clock on',
  usage: '[create --code <code> --like <code> --on <day> | advance --issuer <code> --to <day>]',
  options: { code: TEXT, like: TEXT, on: TEXT, issuer: TEXT, to: TEXT, ...RUN_OPTIONS },
  help: [
    'Without an argument: the test clocks and the days they show.',
    '--code <code>     of the new issuer; contracts that name it live on its clock',
    '--like <code>     the issuer whose country, currency and time zone it shares',
    '--on <day>        the day that its clock shows first',
    '--issuer <code>   the test issuer whose clock is moved',
    '--to <day>        the day that its clock shows at the end; everything due on the way happens, in order',
    RUN_HELP,
  ],
  async run(session, [act], values) {
    const app = await session.app();
    if (act === 'create') {
      const input = { code: required(values['code'], '--code'), like: required(values['like'], '--like'), startsOn: localDate(required(values['on'], '--on'), '--on') };
      const { code } = await app.get(CreateTestClock).execute(input, session.actor);
      session.print(`${code} lives on a clock of its own from ${input.startsOn} on`);
      return 0;
    }
    if (act === 'advance') {
      const [issuer] = await chosenIssuers(app, required(values['issuer'], '--issuer'));
      const run = await app.get(AdvanceTestClock).execute({ issuerId: issuer!.id, to: localDate(required(values['to'], '--to'), '--to') }, session.actor);
      return finishRuns(session, [run.id], values);
    }
    if (act !== undefined) throw new DomainError('ACT_UNKNOWN', `a test clock cannot be told to ${act}`, { value: act, remedy: 'use create or advance' });
    const clocks = await app.get(Database).query<{ code: string; day: string }>(
      `SELECT code, (test_clock_at AT TIME ZONE time_zone)::date AS day FROM platform.issuer WHERE test_clock_at IS NOT NULL ORDER BY code`,
    );
    session.print(aligned([['issuer', 'day'], ...clocks.map(({ code, day }) => [code, day])], ''));
    return 0;
  },
};
