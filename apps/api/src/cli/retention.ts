// The operator's command for retention: what is forgotten after which time, and to have it done now.
import { DomainError } from '@countinghouse/kernel';
import { Forgotten, Retention } from '@countinghouse/platform';
import { aligned } from '../supervisor/table';
import { Command } from './command';

export const RETENTION: Command = {
  name: 'retention',
  summary: 'list for how long what is done with is kept; forget what is old enough',
  usage: '[run] [--rule <name>]',
  options: { rule: { type: 'string' } },
  help: [
    'Without an argument: the rules with the days that hold here, and what goes. RETENTION_DAYS changes them.',
    'run             forget what is old enough now; workers do so every hour by themselves',
    '--rule <name>   of this rule only',
  ],
  async run(session, [act], values) {
    const app = await session.app();
    const retention = app.get(Retention);
    if (act === undefined) {
      const rules = retention.inForce();
      const columns = aligned([['rule', 'days', 'at least'], ...rules.map(({ rule, days }) => [rule.name, `${days}`, `${rule.leastDays}`])], '').split('\n');
      session.print(['what goes', ...rules.map(({ rule }) => rule.what)].map((what, line) => `${columns[line]}  ${what}`).join('\n'));
      return 0;
    }
    if (act !== 'run') throw new DomainError('ACT_UNKNOWN', `retention cannot be told to ${act}`, { value: act, remedy: 'use run, or nothing' });
    const rule = typeof values['rule'] === 'string' ? values['rule'] : undefined;
    let passes: Forgotten[];
    const totals = new Map<string, number>();
    do {
      passes = await retention.run(session.actor, rule);
      for (const { rule: name, rows } of passes) totals.set(name, (totals.get(name) ?? 0) + rows);
    } while (passes.some(({ more }) => more) && !passes.some(({ failure }) => failure));
    session.print(aligned([...totals].map(([name, rows]) => [name, `${rows} rows forgotten`]), ''));
    for (const { rule: name, failure } of passes) if (failure) session.print(`${name} failed: ${failure.code}: ${failure.reason}`);
    return passes.some(({ failure }) => failure) ? 1 : 0;
  },
};
