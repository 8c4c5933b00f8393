// What a command of the operator is, and what it works with.
import type { INestApplicationContext } from '@nestjs/common';
import type { ParseArgsOptionsConfig } from 'node:util';
import { DomainError } from '@countinghouse/kernel';
import { Actor, Database, Issuer, Issuers } from '@countinghouse/platform';
import type { Config } from '../config';

export interface Session {
  readonly config: Config & { readonly databaseUrl: string };
  /** Every context, without workers: started when a command asks for it. */
  app(): Promise<INestApplicationContext>;
  /** Whoever has a shell on the server may do everything; the audit trail says that it was the command line. */
  readonly actor: Actor;
  print(text: string): void;
}

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  readonly name: string;
  /** Half a sentence for the list of commands. */
  readonly summary: string;
  /** What follows the name, for people: '<kind> <file>'. */
  readonly usage: string;
  readonly options?: ParseArgsOptionsConfig;
  /** A line of explanation for each option and argument. */
  readonly help: readonly string[];
  /** Gives the exit code. */
  run(session: Session, args: readonly string[], values: Values): Promise<number>;
}

export function required(value: string | boolean | undefined, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new DomainError('ARGUMENT_MISSING', `${what} is missing`, { field: what, remedy: 'add it; --help says where' });
}

/** The issuer of `--issuer`, on a test clock or not; all real ones when it is left out. @throws DomainError ISSUER_NOT_FOUND */
export async function chosenIssuers(app: INestApplicationContext, code: string | boolean | undefined): Promise<readonly Issuer[]> {
  const { all, found } = await app.get(Database).read(async (reader) => ({
    all: await app.get(Issuers).all(reader),
    found: typeof code === 'string' ? await app.get(Issuers).byCode(reader, code) : undefined,
  }));
  if (typeof code !== 'string') return all;
  if (found) return [found];
  throw new DomainError('ISSUER_NOT_FOUND', `there is no issuer ${code}`, {
    field: 'issuer',
    value: code,
    remedy: `use one of: ${all.map((issuer) => issuer.code).join(', ')}`,
  });
}

