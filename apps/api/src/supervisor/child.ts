// A process of ours under supervision: started again when it dies, with its log in a file and its memory watched.
import { ChildProcess, fork } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChildMessage, ParentMessage } from '../process';

export interface ChildOptions {
  /** 'api', 'worker 1'. */
  readonly name: string;
  /** The compiled program. */
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Told when it dies unasked. */
  readonly onDeath: (reason: string) => void;
}

/** Longer than a process gives itself to end. */
const STOP_WITHIN_MS = 25_000;
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 10_000;
/** A process that lived this long was well; its next restart is quick again. */
const WELL_AFTER_MS = 30_000;
const LOG_LIMIT_BYTES = 20_000_000;

export class SupervisedChild {
  private child: ChildProcess | undefined;
  private stopping = false;
  private peakMiB = 0;
  private restMs = FIRST_REST_MS;
  private ready = false;
  private life: Promise<void> = Promise.resolve();
  private becameReady: () => void = () => undefined;
  private diedEarly: (error: Error) => void = () => undefined;

  constructor(private readonly options: ChildOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** The most memory it has ever held, over all its lives, in MiB. */
  get peakMemoryMiB(): number {
    return this.peakMiB;
  }

  /** Resolves when it is ready; from then on it is kept alive until it is stopped. Fails when it dies before. */
  start(): Promise<void> {
    this.stopping = false;
    const ready = new Promise<void>((done, fail) => {
      this.becameReady = done;
      this.diedEarly = fail;
    });
    this.life = this.live();
    return ready;
  }

  /** Lets it finish what it has begun; after a while it is killed. */
  async stop(): Promise<void> {
    this.stopping = true;
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), STOP_WITHIN_MS);
    const message: ParentMessage = { type: 'stop' };
    // One that is still starting does not listen yet, and has begun nothing.
    if (this.ready && this.child?.connected) this.child.send(message, () => undefined);
    else this.child?.kill('SIGKILL');
    await this.life;
    clearTimeout(timer);
  }

  private async live(): Promise<void> {
    let wasReady = false;
    while (!this.stopping) {
      const born = performance.now();
      const reason = await this.liveOnce();
      wasReady ||= this.ready;
      if (this.stopping) return;
      if (!wasReady) return this.diedEarly(new Error(`the ${this.name} process did not start (${reason}):\n${lastLines(this.options.logFile)}`));
      this.options.onDeath(reason);
      if (performance.now() - born > WELL_AFTER_MS) this.restMs = FIRST_REST_MS;
      await sleep(this.restMs);
      this.restMs = Math.min(this.restMs * 2, LONGEST_REST_MS);
    }
  }

  /** Says why it ended. */
  private liveOnce(): Promise<string> {
    const { program, env, logFile } = this.options;
    if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
    const log = openSync(logFile, 'a');
    const child = fork(program, [], { env, execArgv: ['--enable-source-maps', '--max-old-space-size=320'], stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    this.child = child;
    this.ready = false;
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'memory') this.peakMiB = Math.max(this.peakMiB, message.peakMiB);
      if (message.type === 'ready') {
        this.ready = true;
        this.becameReady();
      }
    });
    return new Promise((ended) => {
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code}`));
    });
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-10).join('\n');
}
