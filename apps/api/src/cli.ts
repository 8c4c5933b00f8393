// `npm run cli -- <command>`: the operator's commands.
import 'reflect-metadata';
import { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { JsonLogger } from '@countinghouse/platform';
import { AppModule } from './app.module';
import { Command, Session, Values } from './cli/command';
import { COMMANDS } from './cli/commands';
import { loadConfig } from './config';
import { explain } from './process';
import { borrowDatabase } from './supervisor/database';
import { aligned } from './supervisor/table';

const HELP_OPTION = { help: { type: 'boolean', short: 'h', default: false } } as const;

async function main([name, ...rest]: readonly string[]): Promise<number> {
  const command = COMMANDS.find((each) => each.name === name);
  if (!command) {
    const asked = name === undefined || name === '--help' || name === '-h';
    (asked ? process.stdout : process.stderr).write(asked ? listOfCommands() : `There is no command ${JSON.stringify(name)}.\n\n${listOfCommands()}`);
    return asked ? 0 : 2;
  }
  const { values, positionals } = parseArgs({ args: [...rest], options: { ...command.options, ...HELP_OPTION }, allowPositionals: true });
  if (!values['help']) return withSession((session) => command.run(session, positionals, values as Values));
  process.stdout.write(helpOf(command));
  return 0;
}

/** Borrows the database for the command and gives back what was opened, however it ends. */
async function withSession(work: (session: Session) => Promise<number>): Promise<number> {
  const given = loadConfig();
  const database = await borrowDatabase(given);
  const config = { ...given, databaseUrl: database.url };
  let app: Promise<INestApplicationContext> | undefined;
  const session: Session = {
    config,
    app: () => (app ??= NestFactory.createApplicationContext(AppModule.forRole('cli', config), { logger: new JsonLogger({ level: 'error', process: 'cli' }), abortOnError: false })),
    actor: { subject: `cli:${userName()}`, role: 'admin', issuers: '*' },
    print: (text) => console.log(text),
  };
  try {
    return await work(session);
  } finally {
    await (await app?.catch(() => undefined))?.close();
    await database.close();
  }
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

function listOfCommands(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `Usage: npm run cli -- <command> [arguments]\n\n${rows.join('\n')}\n\n<command> --help says more. The database is DATABASE_URL, or the embedded one of this folder.\n`;
}

function helpOf({ name, summary, usage, help }: Command): string {
  return `Usage: npm run cli -- ${name} ${usage}\n\n${summary}\n\n${aligned(help.map((line) => [line]))}\n`;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
