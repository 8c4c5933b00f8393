// `npm start`: database, processes, main job, table; then it keeps everything alive until it is told to stop.
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { Database, freePort, freePortFrom, JsonLogger, migrate, refuseTakenPort } from '@countinghouse/platform';
import { AppModule } from '../app.module';
import { Config, environmentWith, loadConfig } from '../config';
import { PERSISTENCE } from '../persistence';
import { explain, peakMemoryMiB } from '../process';
import { SupervisedChild } from './child';
import { OpenDatabase, openDatabase } from './database';
import { MainJob, MainJobOutcome } from './main-job';
import { readStartOptions, START_HELP, StartOptions } from './options';
import { Screen } from './progress';
import { claimDirectory } from './single-instance';
import { readFigures } from './summary';
import { summaryTable } from './table';
import { watchSources } from './watch';

/** A start that was stopped before its end says so: 128 + SIGINT, as a shell would. */
const INTERRUPTED = 130;
/** After a killed start its processes need a moment to see it and to let go of their ports. */
const PORT_PATIENCE_MS = 5_000;

/** What is running, in the order in which it was started; it is stopped the other way round. */
type Stoppable = () => Promise<unknown>;

class Start {
  private readonly stopped = new AbortController();
  private readonly running: Stoppable[] = [];
  private readonly children: SupervisedChild[] = [];
  private readonly screen: Screen = process.stdout;
  private url = '';
  /** For --json; it is the last line, so --once prints it when all else has been said. */
  private summary = '';

  constructor(
    private readonly options: StartOptions,
    private readonly config: Config,
  ) {}

  /** Gives the exit code. */
  async run(): Promise<number> {
    this.stopOnSignals();
    try {
      const proved = await this.begin();
      if (this.options.once) return proved ? 0 : 1;
      await aborted(this.stopped.signal);
      return 0;
    } catch (error) {
      if (this.stopped.signal.aborted) return INTERRUPTED;
      throw error;
    } finally {
      if (this.running.length > 0) this.say('Stopping …');
      while (this.running.length > 0) await this.running.pop()!().catch((error: unknown) => console.error(explain(error)));
      if (this.options.once) this.screen.write(this.summary);
    }
  }

  /** Starts everything and does the main job; says whether every proof holds. */
  private async begin(): Promise<boolean> {
    const { config } = this;
    await claimDirectory(config.dataDirectory, () => ({ pid: process.pid, url: this.url }));
    const port = await choosePort(config);
    this.url = `http://${config.host}:${port}`;
    mkdirSync(join(config.dataDirectory, 'logs'), { recursive: true });

    const database = await openDatabase(config, (reason) => this.say(reason));
    this.running.push(() => database.close());
    if (database.embedded) this.say(`PostgreSQL 18 runs in ${join(config.dataDirectory, 'postgres')}`);
    await this.migrate(database);
    this.stopped.signal.throwIfAborted();
    await this.startChildren(database.url, port);
    this.say(`API      ${this.url}\n`);
    if (!this.options.watch) return this.mainJob(database.url, port);
    // Whoever is changing the code may just have broken the job; the next change is waited for all the same.
    await this.mainJob(database.url, port).catch((error: unknown) => this.say(explain(error)));
    watchSources(() => this.restartChildren());
    return true;
  }

  private async migrate({ url }: OpenDatabase): Promise<void> {
    const done = await migrate({ url, manifests: PERSISTENCE });
    if (done > 0) this.say(`${done} migrations run`);
  }

  private async startChildren(databaseUrl: string, port: number): Promise<void> {
    const api = this.child('api', 'main.js', { databaseUrl, port: String(port) });
    const workers: SupervisedChild[] = [];
    for (let no = 1; no <= this.config.workers; no++) {
      const workerPort = String(await freePort());
      workers.push(this.child(`worker ${no}`, 'worker.js', { databaseUrl, port: String(port), workerPort }));
    }
    this.children.push(api, ...workers);
    this.running.push(() => Promise.all(this.children.map((child) => child.stop())));
    await Promise.all(this.children.map((child) => child.start()));
  }

  private child(name: string, program: string, changes: Parameters<typeof environmentWith>[0]): SupervisedChild {
    const logFile = resolve(this.config.dataDirectory, 'logs', `${name.replace(' ', '-')}.log`);
    const onDeath = (reason: string) => this.say(`The ${name} process has ended (${reason}) and is started again; its log is ${logFile}`);
    return new SupervisedChild({ name, program: join(__dirname, '..', program), env: environmentWith(changes), logFile, onDeath });
  }

  private async restartChildren(): Promise<void> {
    this.say('Restarting …');
    for (const child of this.children) await child.stop();
    await Promise.all(this.children.map((child) => child.start()));
    this.say('Restarted.');
  }

  /** In this process: it only starts runs and looks at them; the workers do them. */
  private async mainJob(databaseUrl: string, port: number): Promise<boolean> {
    const { companies, members, month } = this.options;
    const config = { ...this.config, databaseUrl, port };
    const logger = new JsonLogger({ level: 'error', process: 'start' });
    const app = await NestFactory.createApplicationContext(AppModule.forRole('cli', config), { logger, abortOnError: false });
    try {
      const demoFolder = resolve(config.dataDirectory, 'demo');
      const { screen, stopped } = this;
      const job = new MainJob(app, { companies, members, demoFolder, screen, stopped: stopped.signal, ...(month && { month }) });
      const outcome = await job.run();
      await this.report(app.get(Database), outcome);
      return outcome.proofs.every((proof) => proof.ok);
    } finally {
      await app.close();
    }
  }

  private async report(database: Database, outcome: MainJobOutcome): Promise<void> {
    const figures = await database.read(readFigures);
    const memory = new Map([['start', peakMemoryMiB()], ...this.children.map((child): [string, number] => [child.name, child.peakMemoryMiB])]);
    this.screen.write(`${summaryTable(outcome, figures, memory)}\n`);
    if (!this.options.once) this.say(`Serving at ${this.url}; stop with Ctrl-C.`);
    if (!this.options.json) return;
    const { proofs, seconds, month, newDocuments, remarks } = outcome;
    const summary = { month: month.slice(0, 7), ...figures, newDocuments, proofs, seconds, peakMemoryMiB: Math.max(...memory.values()), memoryMiB: Object.fromEntries(memory), remarks };
    this.summary = `${JSON.stringify(summary)}\n`;
    if (!this.options.once) this.screen.write(this.summary);
  }

  /** Ctrl-C, a polite kill, a closed terminal, and the death of the process that started this one. */
  private stopOnSignals(): void {
    const stop = () => this.stopped.abort(new Error('stopped'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    if (process.connected) process.on('disconnect', stop);
  }

  /** After the summary nothing may follow it on standard output, so news goes to standard error. */
  private say(text: string): void {
    process.stderr.write(`${text}\n`);
  }
}

/** The port that was asked for, or the first free one from 3000 on. @throws DomainError PORT_TAKEN */
async function choosePort({ port, portChosen, host }: Config): Promise<number> {
  if (!portChosen) return freePortFrom(port, host);
  const started = performance.now();
  for (;;) {
    try {
      await refuseTakenPort(port, host);
      return port;
    } catch (error) {
      if (performance.now() - started > PORT_PATIENCE_MS) throw error;
      await new Promise((rested) => setTimeout(rested, 200));
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

async function main(): Promise<number> {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(START_HELP);
    return 0;
  }
  return new Start(options, loadConfig()).run();
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
