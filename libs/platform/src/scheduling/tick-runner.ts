// Decides which ticks are due and runs them, each at most once at a time in this process.
import { Injectable, Logger } from '@nestjs/common';
import { failureOf } from '../queue/failure';
import { JobRegistry, RegisteredTick } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { QueuedJob } from '../queue/queues';
import { within } from '../queue/time-limit';

/** A tick that always finds something goes on in its next tick, so that the others of its queue get their turn. */
const REPEATS = 100;
/** Wakes of one tick within this time are one job. Milliseconds. */
const WAKE_WINDOW_MS = 100;

@Injectable()
export class TickRunner {
  private readonly logger = new Logger(TickRunner.name);
  private readonly lastWindow = new Map<string, number>();
  private readonly running = new Map<string, { again: boolean }>();

  constructor(
    private readonly registry: JobRegistry,
    private readonly settings: QueueSettings,
  ) {}

  /**
   * Jobs for the ticks whose time has come. All processes cut time into the same windows and name the job after the
   * window, so that a tick is asked for once, however many workers there are.
   */
  due(): QueuedJob[] {
    return [...this.registry.ticks.values()].flatMap((tick) => {
      const window = Math.floor(machineMs() / tick.everyMs);
      if (this.lastWindow.get(tick.name) === window || this.running.has(tick.name)) return [];
      this.lastWindow.set(tick.name, window);
      return [job(tick, `${window}`)];
    });
  }

  /** A job for one tick now; undefined when nobody here knows it. */
  now(name: string): QueuedJob | undefined {
    const tick = this.registry.ticks.get(name);
    return tick && job(tick, `now-${Math.floor(machineMs() / WAKE_WINDOW_MS)}`);
  }

  /** Runs a tick until it finds nothing more. Asked for while it runs, it looks once more at the end. */
  async run(name: string): Promise<void> {
    const tick = this.registry.ticks.get(name);
    if (!tick) throw new Error(`this process does not know the tick ${name}`);
    const busy = this.running.get(name);
    if (busy) {
      busy.again = true;
      return;
    }
    const mine = { again: false };
    this.running.set(name, mine);
    try {
      for (let n = 0; n < REPEATS; n++) {
        mine.again = false;
        if ((await within(this.settings.times.jobLimitMs, name, () => tick.run())) <= 0 && !mine.again) return;
      }
    } catch (error) {
      this.logger.error({ message: 'tick failed', tick: name, ...failureOf(error) });
    } finally {
      this.running.delete(name);
    }
  }
}

function job(tick: RegisteredTick, occasion: string): QueuedJob {
  return { queue: tick.queue, name: 'tick', id: `tick-${tick.name}-${occasion}`, data: { name: tick.name }, first: true };
}

/** Machine time, also under a test clock: it decides how often rows are looked at, never what is due in them. */
function machineMs(): number {
  return performance.timeOrigin + performance.now();
}
