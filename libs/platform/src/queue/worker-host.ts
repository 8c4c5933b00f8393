// The worker: takes jobs from the queues, keeps the relay going, watches over itself. Exists in worker processes only.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, OnApplicationBootstrap, OnModuleDestroy, Optional } from '@nestjs/common';
import { Job } from 'bullmq';
import { RunId } from '@countinghouse/kernel';
import { Deliveries } from '../outbox/deliveries';
import { RunChunks } from '../runs/run-chunks';
import { TickRunner } from '../scheduling/tick-runner';
import { withLogContext } from '../telemetry/log-context';
import { Metrics } from '../telemetry/metrics';
import { failureOf } from './failure';
import { JobRegistry } from './job-registry';
import { QueueSettings } from './queue-settings';
import { Queues } from './queues';
import { Relay } from './relay';
import { WakeListener } from './wake-listener';
import { Pulse, RELAY, Watchdog } from './watchdog';

/** How the process ends when the watchdog says so; a class, so that specs can provide their own. */
@Injectable()
export class ProcessExit {
  /** Writes at once and in one piece: the logger may not get to it any more. `part` is what stands still. */
  exit(code: number, part: string): void {
    writeSync(2, `${JSON.stringify({ level: 'fatal', message: 'no progress, exiting', part, exitCode: code })}\n`);
    process.exit(code);
  }
}

/** The relay's rest after a failed round: PostgreSQL or the queue is away. Milliseconds. */
const REST_AFTER_FAILURE_MS = 1_000;

@Injectable()
export class WorkerHost implements OnApplicationBootstrap, OnModuleDestroy, Pulse {
  private readonly logger = new Logger(WorkerHost.name);
  private readonly stopping = new AbortController();
  private readonly watchdog: Watchdog;
  private readonly listener: WakeListener;
  private readonly atWork = new Map<string, number>();
  private readonly counted = new Map<string, number>();
  private nudge = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: QueueSettings,
    private readonly registry: JobRegistry,
    private readonly relay: Relay,
    private readonly queues: Queues,
    private readonly deliveries: Deliveries,
    private readonly chunks: RunChunks,
    private readonly ticks: TickRunner,
    process: ProcessExit,
    @Optional() private readonly metrics?: Metrics,
  ) {
    const { blockedMs, silentMs } = settings.times;
    this.watchdog = new Watchdog(this, { blockedMs, silentMs, exit: (code, part) => process.exit(code, part) });
    this.listener = new WakeListener(settings.databaseUrl, (name) => void this.woken(name));
  }

  async onApplicationBootstrap(): Promise<void> {
    for (const queue of this.registry.queues) this.queues.work(queue, (job) => this.take(queue, job));
    await this.listener.start();
    this.watchdog.start();
    this.loop = this.relayForever();
    this.logger.log({ message: 'worker started', queues: this.registry.queues });
  }

  /** Takes no more work, finishes what it has begun, and lets go. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.nudge.abort();
    await this.watchdog.stop();
    await this.listener.stop();
    await this.loop;
    await this.queues.close();
  }

  async idleWhileWaiting(): Promise<readonly string[]> {
    const idle = this.registry.queues.filter((queue) => (this.atWork.get(queue) ?? 0) < this.settings.times.concurrency);
    const waiting = await Promise.all(idle.map((queue) => this.queues.waiting(queue)));
    return idle.filter((_, index) => waiting[index]! > 0);
  }

  progress(part: string): number {
    return this.counted.get(part) ?? 0;
  }

  private async take(queue: string, job: Job): Promise<void> {
    this.count(this.counted, queue, 1);
    this.count(this.atWork, queue, 1);
    const started = performance.now();
    const observe = (outcome: 'done' | 'failed') => this.metrics?.observeJob(queue, job.name, outcome, (performance.now() - started) / 1000);
    try {
      await withLogContext(contextOf(job), () => this.perform(job));
      observe('done');
    } catch (error) {
      observe('failed');
      // The rows are as they were and become due again; the queue's own bookkeeping of failures is not used.
      this.logger.error({ message: 'job failed', jobId: job.id, queue, ...failureOf(error) });
    } finally {
      this.count(this.atWork, queue, -1);
      if (job.name !== 'tick') this.nudge.abort();
    }
  }

  private async perform(job: Job): Promise<void> {
    switch (job.name) {
      case 'deliver': {
        const { consumer, eventIds } = job.data as { consumer: string; eventIds: string[] };
        return this.deliveries.process(consumer, eventIds);
      }
      case 'chunk': {
        const { kind, runId, no, dispatch } = job.data as { kind: string; runId: RunId; no: number; dispatch: number };
        return this.chunks.process(kind, runId, no, dispatch);
      }
      case 'tick':
        return this.ticks.run((job.data as { name: string }).name);
      default:
        throw new Error(`a job of an unknown sort: ${job.name}`);
    }
  }

  /** Again at once while there is something to do; else after a rest, which a finished job or a wake cuts short. */
  private async relayForever(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.nudge = new AbortController();
      let restMs = this.settings.times.pollMs;
      try {
        await this.queues.add(this.ticks.due());
        if ((await this.relay.round()) > 0) restMs = 0;
        this.count(this.counted, RELAY, 1);
      } catch (error) {
        restMs = REST_AFTER_FAILURE_MS;
        this.logger.error({ message: 'relay failed', ...failureOf(error) });
      }
      if (restMs > 0 && !this.stopping.signal.aborted) await sleep(restMs, undefined, { signal: this.nudge.signal }).catch(() => undefined);
    }
  }

  private async woken(name: string): Promise<void> {
    const job = this.ticks.now(name);
    try {
      if (job) await this.queues.add([job]);
    } catch (error) {
      this.logger.warn({ message: 'wake missed', tick: name, ...failureOf(error) });
    }
    this.nudge.abort();
  }

  private count(counts: Map<string, number>, part: string, by: number): void {
    counts.set(part, (counts.get(part) ?? 0) + by);
  }
}

/** What the log lines of a job carry. */
function contextOf(job: Job): { jobId?: string; runId?: string } {
  const { runId } = job.data as { runId?: string };
  return { ...(job.id !== undefined && { jobId: job.id }), ...(runId !== undefined && { runId }) };
}
