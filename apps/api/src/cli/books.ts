// The operator's commands for the books: closing a month, and the whole journal as a file.
import { BeginClose, ClosePeriod, EXPORT_FORMATS, ExportFormat, exportJournal, PeriodNotReady } from '@countinghouse/accounting';
import { addMonths, localDate, startOfMonth } from '@countinghouse/kernel';
import { Database } from '@countinghouse/platform';
import { once } from 'node:events';
import { chosenIssuers, Command, required } from './command';

const TEXT = { type: 'string' } as const;

export const CLOSE: Command = {
  name: 'close',
  summary: 'close an accounting month, or say what stands in the way',
  usage: '<YYYY-MM> --issuer <code> [--begin]',
  options: { issuer: TEXT, begin: { type: 'boolean', default: false } },
  help: ['--issuer <code>   whose books', '--begin           only begin: from then on business is posted into the next month'],
  async run(session, [month], values) {
    const app = await session.app();
    const [issuer] = await chosenIssuers(app, required(values['issuer'], '--issuer'));
    const key = { issuerId: issuer!.id, periodStart: startOfMonth(localDate(`${required(month, '<YYYY-MM>')}-01`, 'month')) };
    if (values['begin']) {
      await app.get(BeginClose).execute(key, session.actor);
      session.print(`${month} is closing; what happens now is posted from ${addMonths(key.periodStart, 1)} on`);
      return 0;
    }
    try {
      await app.get(ClosePeriod).execute(key, session.actor);
    } catch (error) {
      if (!(error instanceof PeriodNotReady)) throw error;
      for (const { name, obstacle } of error.obstacles) session.print(`✗ ${name}: ${obstacle!.detail}. ${obstacle!.remedy}`);
      return 1;
    }
    session.print(`${month} is closed`);
    return 0;
  },
};

export const EXPORT: Command = {
  name: 'export',
  summary: 'write the whole journal to standard output',
  usage: `<${EXPORT_FORMATS.join('|')}> --issuer <code>`,
  options: { issuer: TEXT },
  help: ['--issuer <code>   whose books', 'hledger, ledger and bean-check can check what is written.'],
  async run(session, [format], values) {
    const app = await session.app();
    const [issuer] = await chosenIssuers(app, required(values['issuer'], '--issuer'));
    const wanted = required(format, '<format>') as ExportFormat;
    await app.get(Database).read(async (reader) => {
      for await (const text of exportJournal(reader, issuer!.id, wanted)) {
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      }
    });
    return 0;
  },
};
