// The harness: one durable PostgreSQL of its own, a database for every side of a comparison, CPU time of the server, and the table.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { Books } from '@countinghouse/accounting';
import { currency, IssuerId, localDate, timeZone } from '@countinghouse/kernel';
import { Database, Issuers, migrate, RunningPostgres, startEmbeddedPostgres, systemActor } from '@countinghouse/platform';
import { AppModule } from '../apps/api/src/app.module';
import { configFrom } from '../apps/api/src/config';
import { PERSISTENCE } from '../apps/api/src/persistence';

/** A figure and what it is measured against, in one run. */
export interface Line {
  readonly name: string;
  readonly ours: number;
  readonly floor: number;
  readonly unit: string;
  /** ours / floor. */
  readonly ratio: number;
  /** The ratio that we mean to reach, or not to exceed. */
  readonly goal: number;
  readonly better: 'higher' | 'lower';
}

/** How much is measured: quick to try a change, full for what takes longer than a coffee. */
export type Size = 'quick' | 'standard' | 'full';

export const ACTOR = systemActor('bench');

/** Every database is a copy of this one: migrated, and an issuer in Portugal with open books from January 2026. */
const TEMPLATE = 'countinghouse';
/** Linux counts the CPU time of a process in hundredths of a second. */
const TICKS_PER_SECOND = 100;

export class Bench {
  readonly lines: Line[] = [];
  readonly leftOut: { name: string; reason: string }[] = [];
  private clones = 0;

  private constructor(
    readonly size: Size,
    readonly issuerId: IssuerId,
    private readonly server: RunningPostgres,
    /** Everything that the benches write lies in it, and goes away with it. */
    readonly directory: string,
  ) {}

  static async start(size: Size): Promise<Bench> {
    const directory = mkdtempSync(join(tmpdir(), 'countinghouse-bench-'));
    chmodSync(directory, 0o755);
    const server = await startEmbeddedPostgres({ directory, durability: 'durable' });
    await migrate({ url: server.url, manifests: PERSISTENCE });
    const issuerId = await withApp(server.url, (app) => openBooks(app));
    const bench = new Bench(size, issuerId, server, directory);
    // It would work in the middle of one side's measurement; the benches analyse where it matters.
    await bench.administer('ALTER SYSTEM SET autovacuum = off', 'SELECT pg_reload_conf()');
    return bench;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** One of three numbers, by the size asked for. */
  sized<T>(quick: T, standard: T, full: T = standard): T {
    return { quick, standard, full }[this.size];
  }

  add(line: Omit<Line, 'ratio'>): void {
    this.lines.push({ ...line, ratio: line.ours / line.floor });
    console.log(lineText(this.lines.at(-1)!));
  }

  leaveOut(name: string, reason: string): void {
    this.leftOut.push({ name, reason });
    console.log(`  – ${name}: left out, ${reason}`);
  }

  /** Runs `work` on a new copy of the template, or of a database that `from` names, and drops it. */
  async onClone<T>(work: (clone: Clone) => Promise<T>, from = TEMPLATE): Promise<T> {
    const clone = await this.clone(from);
    try {
      return await work(clone);
    } finally {
      await clone.drop();
    }
  }

  /** A copy that stays until it is dropped. Nobody may be connected to `from`. */
  async clone(from = TEMPLATE): Promise<Clone> {
    const name = `bench_${++this.clones}`;
    await this.administer(`CREATE DATABASE ${name} TEMPLATE ${from}`, 'CHECKPOINT');
    return new Clone(this, name, this.server.url.replace(/[^/]+$/, name), () => this.administer(`DROP DATABASE ${name} WITH (FORCE)`));
  }

  /** CPU seconds that the server and all its processes, the ended ones included, have used up to now. */
  cpuSeconds(): number {
    const postmaster = this.server.pid;
    let ticks = 0;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
      const [parent, own, ofEndedChildren] = statOf(pid);
      if (pid === postmaster) ticks += own + ofEndedChildren;
      else if (parent === postmaster) ticks += own;
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** CPU seconds of the server while `work` runs. */
  async cpuOf(work: () => Promise<unknown>): Promise<number> {
    const before = this.cpuSeconds();
    await work();
    return this.cpuSeconds() - before;
  }

  private async administer(...statements: string[]): Promise<void> {
    const client = new Client({ connectionString: this.server.url.replace(/[^/]+$/, 'postgres') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }
}

/** A database of one side of a comparison. */
export class Clone {
  private readonly clients: Client[] = [];

  constructor(
    private readonly bench: Bench,
    readonly name: string,
    readonly url: string,
    private readonly remove: () => Promise<void>,
  ) {}

  async connect(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    // A dropped database takes its connections along.
    client.on('error', () => undefined);
    await client.connect();
    this.clients.push(client);
    return client;
  }

  /** Runs statements one after the other on a connection of their own. */
  async run(...statements: string[]): Promise<void> {
    const client = await this.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  }

  app<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
    return withApp(this.url, work);
  }

  cpuOf(work: () => Promise<unknown>): Promise<number> {
    return this.bench.cpuOf(work);
  }

  /** Ends the connections, so that the database can be copied. */
  async disconnect(): Promise<void> {
    await Promise.all(this.clients.splice(0).map((client) => client.end().catch(() => undefined)));
  }

  async drop(): Promise<void> {
    await this.disconnect();
    await this.remove();
  }
}

/** What a round of both sides gave; in which unit, the caller knows. */
export interface Round {
  readonly ours: number;
  readonly floor: number;
}

/** Measures both sides in turn, `count` times, and gives the round whose ratio is the median. */
export async function medianRound(count: number, measure: { ours(): Promise<number>; floor(): Promise<number> }): Promise<Round> {
  const rounds: Round[] = [];
  for (let no = 0; no < count; no++) {
    // Whoever comes second finds warmer caches, so the order changes.
    const first = no % 2 === 0 ? await measure.ours() : undefined;
    const floor = await measure.floor();
    rounds.push({ ours: first ?? (await measure.ours()), floor });
  }
  return medianOf(rounds);
}

export function medianOf(rounds: readonly Round[]): Round {
  const sorted = [...rounds].sort((a, b) => a.ours / a.floor - b.ours / b.floor);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

export function isReached({ ratio, goal, better }: Line): boolean {
  return better === 'higher' ? ratio >= goal : ratio <= goal;
}

export function lineText(line: Line): string {
  const { name, ours, floor, unit, ratio, goal, better } = line;
  const figures = `${number(ours)} : ${number(floor)} ${unit}`;
  return `  ${isReached(line) ? '✓' : '✗'} ${name}\n      ${figures}  =  ${ratio.toFixed(3)}  (goal ${better === 'higher' ? '≥' : '≤'} ${goal})`;
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

/** Parent, own ticks, and ticks of its children that have ended; zeros when it has gone meanwhile. */
function statOf(pid: number): [parent: number, own: number, ofEndedChildren: number] {
  try {
    // The name, in brackets, may hold anything; field 4 of proc(5) is the first number after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) . /s, '').split(' ').map(Number);
    return [fields[0]!, fields[10]! + fields[11]!, fields[12]! + fields[13]!];
  } catch {
    return [0, 0, 0];
  }
}

/** Every context, without a worker. */
export async function withApp<T>(url: string, work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const config = configFrom({ DATABASE_URL: url }, ['databaseUrl']);
  const app = await NestFactory.createApplicationContext(AppModule.forRole('cli', config), { logger: false, abortOnError: false });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

async function openBooks(app: INestApplicationContext): Promise<IssuerId> {
  const functionalCurrency = currency('EUR');
  const issuer = { code: 'PT', legalName: 'Wellness Lda', country: 'PT', taxId: '501964843', functionalCurrency, timeZone: timeZone('Europe/Lisbon') };
  return app.get(Database).transaction(async (tx) => {
    const { id: issuerId } = await app.get(Issuers).create(tx, issuer, ACTOR);
    await app.get(Books).open(tx, { issuerId, country: 'PT', functionalCurrency, from: localDate('2026-01-01') }, ACTOR);
    return issuerId;
  });
}
