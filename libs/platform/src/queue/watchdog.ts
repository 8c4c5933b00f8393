// The watchdog: ends a process that has stopped working without noticing, so that its supervisor starts a new one.
import { Worker as Thread } from 'node:worker_threads';

/** Exit code of a worker that took no jobs although some waited. (A blocked one is killed: exit code 137.) */
export const EXIT_SILENT = 75;

/** What the watchdog asks of the worker, each time it looks. */
export interface Pulse {
  /** Queues in which jobs wait although this process has hands free. */
  idleWhileWaiting(): Promise<readonly string[]>;
  /** A number that grows with everything the process does: jobs begun, rounds of the relay. By queue, or by part. */
  progress(part: string): number;
}

export interface WatchdogOptions {
  readonly blockedMs: number;
  readonly silentMs: number;
  /** How the process ends, and why. */
  readonly exit: (code: number, part: string) => void;
}

const LOOKS_PER_LIMIT = 5;
/** The part of the process that is not a queue. */
export const RELAY = 'relay';

export class Watchdog {
  private thread: Thread | undefined;
  private heart: NodeJS.Timeout | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Since when a part stands still although it has something to do, and where it stood then. */
  private readonly suspects = new Map<string, { sinceMs: number; progress: number }>();

  constructor(
    private readonly pulse: Pulse,
    private readonly options: WatchdogOptions,
  ) {}

  start(): void {
    this.watchEventLoop();
    this.timer = setInterval(() => void this.look(), this.options.silentMs / LOOKS_PER_LIMIT);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    // The thread first: without a heart to listen to, it would kill the process that is shutting down.
    await this.thread?.terminate();
    clearInterval(this.heart);
  }

  /**
   * A thread of its own looks whether the main thread still counts; it is the only one that can when the event loop is
   * blocked, and a thread can end a blocked process only by killing it.
   */
  private watchEventLoop(): void {
    const beat = new Int32Array(new SharedArrayBuffer(4));
    const everyMs = this.options.blockedMs / LOOKS_PER_LIMIT;
    this.heart = setInterval(() => Atomics.add(beat, 0, 1), everyMs);
    this.heart.unref();
    this.thread = new Thread(KILL_WHEN_STILL, { eval: true, workerData: { beat, everyMs, looks: LOOKS_PER_LIMIT } });
    this.thread.unref();
  }

  /** Looks once: BullMQ's workers can stop taking jobs without an error, and only work left undone shows it. */
  private async look(): Promise<void> {
    const suspects = new Set([RELAY, ...(await this.idleQueues())]);
    for (const part of this.suspects.keys()) if (!suspects.has(part)) this.suspects.delete(part);
    for (const part of suspects) this.suspect(part);
  }

  private suspect(part: string): void {
    const nowMs = performance.now();
    const progress = this.pulse.progress(part);
    const known = this.suspects.get(part);
    if (!known || known.progress !== progress) {
      this.suspects.set(part, { sinceMs: nowMs, progress });
    } else if (nowMs - known.sinceMs >= this.options.silentMs) {
      clearInterval(this.timer);
      this.options.exit(EXIT_SILENT, part);
    }
  }

  /** A queue that cannot even be asked leaves the suspects as they are: the relay, which asks it too, stands still then. */
  private async idleQueues(): Promise<readonly string[]> {
    const patience = new Promise<readonly string[]>((resolve) => {
      setTimeout(() => resolve([...this.suspects.keys()]), this.options.silentMs / LOOKS_PER_LIMIT).unref();
    });
    return Promise.race([this.pulse.idleWhileWaiting().catch(() => [...this.suspects.keys()]), patience]);
  }
}

/** The thread's program. It is text, because a thread needs a file of its own otherwise, in every way of building. */
const KILL_WHEN_STILL = `
  const { workerData: { beat, everyMs, looks } } = require('node:worker_threads');
  let last = -1;
  let still = 0;
  setInterval(() => {
    const now = Atomics.load(beat, 0);
    still = now === last ? still + 1 : 0;
    last = now;
    if (still < looks) return;
    require('node:fs').writeSync(2, JSON.stringify({ level: 'fatal', message: 'event loop blocked, killing the process' }) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, everyMs);
`;
