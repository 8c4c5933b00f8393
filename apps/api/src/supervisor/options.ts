// What `npm start` understands on its command line.
import { parseArgs } from 'node:util';
import { DomainError, localDate, LocalDate, startOfMonth } from '@countinghouse/kernel';

export interface StartOptions {
  /** Stop after the table. */
  readonly once: boolean;
  /** Print the summary as JSON, as the last line. */
  readonly json: boolean;
  /** Build and start again whenever a source changes. */
  readonly watch: boolean;
  readonly companies: number;
  readonly members: number;
  /** The first day of the month to bill; the last whole month when it is left out. */
  readonly month?: LocalDate;
  readonly help: boolean;
}

const DEFAULT_COMPANIES = 40;
const DEFAULT_MEMBERS = 2_000;
/** Beyond them the demo is still right, but no longer a demo. */
const MOST_COMPANIES = 100_000;
const MOST_MEMBERS = 5_000_000;

export const START_HELP = `Usage: npm start -- [options]

Starts everything: PostgreSQL (unless DATABASE_URL is set), the demo business, the main job, the API.

  --once              stop after the table; the exit code is 0 only if every proof holds
  --companies <n>     size of the demo business (default ${DEFAULT_COMPANIES}); counts on the first start only
  --members <n>       size of the demo business (default ${DEFAULT_MEMBERS}); counts on the first start only
  --month <YYYY-MM>   the month to bill (default: the last whole one)
  --json              print the summary as one JSON object, as the last line
  --help              this text
`;

/** @throws DomainError OPTION_INVALID, naming the option */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  const companies = count('companies', values.companies, DEFAULT_COMPANIES, MOST_COMPANIES);
  const members = count('members', values.members, Math.max(DEFAULT_MEMBERS, companies), MOST_MEMBERS);
  if (members < companies) throw invalid('members', String(members), `at least one member for each of the ${companies} companies`);
  return {
    once: values.once,
    json: values.json,
    watch: values.watch,
    help: values.help,
    companies,
    members,
    ...(values.month !== undefined && { month: month(values.month) }),
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ args: [...args], options: { once: flag, json: flag, watch: flag, help: flag, companies: text, members: text, month: text } });
  } catch (error) {
    throw new DomainError('OPTION_INVALID', (error as Error).message, { remedy: 'see npm start -- --help' });
  }
}

function count(name: string, text: string | undefined, standard: number, most: number): number {
  if (text === undefined) return standard;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw invalid(name, text, `a whole number from 1 to ${most}`);
  return value;
}

function month(text: string): LocalDate {
  if (!/^\d{4}-\d{2}$/.test(text)) throw invalid('month', text, 'a month such as 2026-02');
  return startOfMonth(localDate(`${text}-01`, 'month'));
}

function invalid(name: string, value: string, expected: string): DomainError {
  return new DomainError('OPTION_INVALID', `--${name} is ${JSON.stringify(value)}; expected ${expected}`, {
    field: name,
    value,
    remedy: 'see npm start -- --help',
  });
}
