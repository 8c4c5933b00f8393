// The operator's command for recurring revenue: computes the months, and writes them as CSV.
import { DomainError, localDate } from '@countinghouse/kernel';
import { Database } from '@countinghouse/platform';
import { RecurringRevenue, StartRevenueSnapshots } from '@countinghouse/subscriptions';
import { once } from 'node:events';
import { chosenIssuers, Command, required, Values } from './command';
import { finishRuns, RUN_HELP, RUN_OPTIONS } from './finish-run';

const TEXT = { type: 'string' } as const;
const GROUPS = ['total', 'plan', 'country', 'company'] as const;

export const REVENUE: Command = {
  name: 'revenue',
  summary: 'compute recurring revenue, or write what was computed as CSV',
  usage: 'compute|csv --issuer <code> --from <YYYY-MM> --through <YYYY-MM> [--known-at <instant>] [--by <group>]',
  options: { issuer: TEXT, from: TEXT, through: TEXT, by: TEXT, 'known-at': TEXT, ...RUN_OPTIONS },
  help: [
    '--issuer <code>       whose contracts',
    '--from, --through     the first and the last month',
    '--known-at <instant>  as it was known then; now, or the newest that was computed, when it is left out',
    `--by <group>          of the CSV: ${GROUPS.join(', ')}`,
    RUN_HELP,
  ],
  async run(session, [act], values) {
    const app = await session.app();
    const [issuer] = await chosenIssuers(app, required(values['issuer'], '--issuer'));
    const range = { issuerId: issuer!.id, from: monthOf(values, 'from'), through: monthOf(values, 'through'), knownAt: typeof values['known-at'] === 'string' ? values['known-at'] : null };
    if (act === 'compute') {
      const run = await app.get(StartRevenueSnapshots).execute(range, session.actor);
      return finishRuns(session, [run.id], values);
    }
    if (act !== 'csv') throw new DomainError('ACT_UNKNOWN', `revenue cannot be told to ${act}`, { value: String(act), remedy: 'use compute or csv' });
    const by = GROUPS.find((group) => group === (values['by'] ?? 'total'));
    if (by === undefined) throw new DomainError('GROUP_UNKNOWN', `revenue is not broken down by ${values['by']}`, { field: '--by', remedy: `use one of: ${GROUPS.join(', ')}` });
    await app.get(Database).read(async (reader) => {
      for await (const text of app.get(RecurringRevenue).csv(reader, { ...range, by }, session.actor)) {
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      }
    });
    return 0;
  },
};

function monthOf(values: Values, option: 'from' | 'through') {
  return localDate(`${required(values[option], `--${option}`)}-01`, option);
}
