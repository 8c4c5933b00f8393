// A whole house for a scenario: its own database, the HTTP and worker processes as they run in production, and ways to break them.
import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Abstract, INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { addMonths, LocalDate, localDateIn, RunId, startOfMonth, timeZone } from '@countinghouse/kernel';
import { Database, Issuer, Run, Runs, systemActor } from '@countinghouse/platform';
import { createTestDatabase, freePort, TestDatabase } from '@countinghouse/testing';
import { AppModule } from '../../src/app.module';
import { configFrom } from '../../src/config';
import { DEMO_FILES, demoFile, writeDemoFiles } from '../../src/demo/files';
import { LoadDemo } from '../../src/demo/load-demo';
import { MainJob, MainJobOutcome } from '../../src/supervisor/main-job';

const DIST = join(__dirname, '../../../../dist/apps/api/src');
const START_WITHIN_MS = 30_000;
/** A lost job is missed after this long, so that a scenario does not wait a minute for each one. */
const LEASE_MS = 1_500;
/** Only for what never comes: then it is said what was waited for, before the scenario runs into its own limit. */
const PATIENCE_MS = 100_000;
const LOOK_EVERY_MS = 50;
/**
 * The last whole month but one, of the day on which this file was read. What is billed in advance with it has been earned by now as
 * well: nothing depends on what day it is, and houses are alike on both sides of a midnight.
 */
const MONTH = addMonths(startOfMonth(localDateIn(timeZone('UTC'), Date.now())), -2);

export interface Size {
  readonly companies: number;
  readonly members: number;
}

export interface HouseOptions {
  /** redis://…; without it the queue lies in PostgreSQL. */
  readonly queueUrl?: string;
  /** Where the sandbox provider sends its webhooks, when not straight to the HTTP process. */
  readonly webhookUrl?: string;
}

export class House {
  private api: ChildProcess | undefined;
  private worker: ChildProcess | undefined;

  private constructor(
    readonly test: TestDatabase,
    readonly app: INestApplicationContext,
    private readonly environment: NodeJS.ProcessEnv,
    readonly folder: string,
  ) {}

  static async open(options: HouseOptions = {}): Promise<House> {
    const test = await createTestDatabase();
    const [port, workerPort] = [await freePort(), await freePort()];
    const folder = mkdtempSync(join(tmpdir(), 'countinghouse-house-'));
    // Empty is not set: what is set on this machine is not meant for a house.
    const environment = {
      ...process.env,
      NODE_COMPILE_CACHE: process.env['TEST_COMPILED_CODE'],
      NODE_ENV: 'development',
      LOG_LEVEL: 'warn',
      DATABASE_URL: test.url,
      PORT: String(port),
      WORKER_PORT: String(workerPort),
      DATA_DIRECTORY: join(folder, 'data'),
      QUEUE_LEASE_MS: String(LEASE_MS),
      QUEUE_URL: options.queueUrl ?? '',
      SANDBOX_WEBHOOK_URL: options.webhookUrl ?? '',
    };
    const app = await NestFactory.createApplicationContext(AppModule.forRole('cli', configFrom(environment, ['databaseUrl'])), {
      logger: false,
      abortOnError: false,
    });
    return new House(test, app, environment, folder);
  }

  get database(): Database {
    return this.test.database;
  }

  /** Where the HTTP process listens. */
  get url(): string {
    return `http://127.0.0.1:${this.environment['PORT']}`;
  }

  get<T>(type: Type<T> | Abstract<T>): T {
    return this.app.get(type, { strict: false });
  }

  async startApi(): Promise<void> {
    this.api = await this.start('main.js');
  }

  async startWorker(): Promise<void> {
    this.worker = await this.start('worker.js');
  }

  /** SIGKILL: the process has no chance to finish anything. */
  async killWorker(): Promise<void> {
    await kill(this.worker);
    this.worker = undefined;
  }

  /** The main job of `npm start` on a demo business of this size, from its files to the proofs. */
  runMainJob(size: Size): Promise<MainJobOutcome> {
    const silent = { write: () => undefined };
    return new MainJob(this.app, { ...size, month: this.month, demoFolder: this.demoFolder, screen: silent, stopped: new AbortController().signal }).run();
  }

  /** Brings the demo business in, from the same files, and does nothing with it. */
  async loadDemo(size: Size): Promise<Issuer[]> {
    const actor = systemActor('scenario');
    await writeDemoFiles(this.demoFolder, { ...size, month: this.month });
    const issuers = await this.get(LoadDemo).setUp(this.month, actor);
    for (const file of DEMO_FILES) {
      await this.done((await this.get(LoadDemo).importFile(file, demoFile(this.demoFolder, file), actor)).id);
    }
    await this.get(LoadDemo).agree(actor);
    return issuers;
  }

  /** Waits until the workers have ended a run. */
  async done(id: RunId): Promise<Run> {
    const run = await this.get(Runs).whenDone(id, { timeoutMs: PATIENCE_MS }).catch((error: unknown) => this.explain(error));
    if (run.state === 'failed') console.error(`${run.kind} has failed: ${run.error}\n${this.log()}`);
    return run;
  }

  /** Waits until something has come to pass; `what` is said if it does not. */
  async until(what: string, reached: () => Promise<boolean>): Promise<void> {
    const began = performance.now();
    while (!(await reached())) {
      if (performance.now() - began > PATIENCE_MS) this.explain(new Error(`waited ${PATIENCE_MS} ms until ${what}`));
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Waits until a chunk of such runs has been taken up so many times, or is done. */
  takenUp(kind: string, times: number): Promise<void> {
    return this.until(`a chunk of ${kind} is taken up ${times} times`, async () => {
      const taken = await this.database.query(
        `SELECT 1 FROM platform.run JOIN platform.run_chunk chunk ON chunk.run_id = run.id
          WHERE run.kind = $1 AND chunk.stage >= 0 AND (chunk.dispatches >= $2 OR chunk.state = 'done')`,
        [kind, times],
      );
      return taken.length > 0;
    });
  }

  /** Waits until the workers have worked off every webhook that has arrived. */
  inboxIsEmpty(): Promise<void> {
    return this.until('every webhook is worked off', async () => (await this.database.query('SELECT 1 FROM payments.webhook_event WHERE processed_at IS NULL LIMIT 1')).length === 0);
  }

  /** First day of the month that gets billed. */
  get month(): LocalDate {
    return MONTH;
  }

  private get demoFolder(): string {
    return join(this.folder, 'demo');
  }

  private explain(error: unknown): never {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.log()}`, { cause: error });
  }

  /** What the processes have said, for the message of a failing scenario. */
  log(): string {
    return ['main.js', 'worker.js']
      .map((program) => join(this.folder, `${program}.log`))
      .map((file) => readOrNothing(file))
      .join('\n');
  }

  async close(): Promise<void> {
    await Promise.all([kill(this.api), kill(this.worker)]);
    await this.app.close();
    await this.test.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(program: string): Promise<ChildProcess> {
    const log = openSync(join(this.folder, `${program}.log`), 'a');
    const child = fork(join(DIST, program), [], { env: this.environment, execArgv: [], stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    const ready = once(child, 'message');
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${program} did not start`)));
    await Promise.race([ready, ended, late(program)]).catch((error: unknown) => this.explain(error));
    ended.catch(() => undefined);
    return child;
  }
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

function late(program: string): Promise<never> {
  return new Promise((_, fail) => {
    setTimeout(() => fail(new Error(`${program} was not ready within ${START_WITHIN_MS} ms`)), START_WITHIN_MS).unref();
  });
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
