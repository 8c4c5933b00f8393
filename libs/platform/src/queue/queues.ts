// BullMQ behind one door: the same queues and workers, on Redis or on PostgreSQL, with the settings that were learnt.
import { Injectable, Logger } from '@nestjs/common';
import { BulkJobOptions, createPostgresBackend, Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { actingAs } from '../database/privileges';
import { failureOf } from './failure';
import { JobRegistry } from './job-registry';
import { QUEUE_SCHEMA } from './migrate-queue';
import { QueueSettings } from './queue-settings';

/** Jobs carry ids, never data: the rows they name decide what is still to be done. */
export interface QueuedJob {
  readonly queue: string;
  readonly name: 'deliver' | 'chunk' | 'tick';
  /** Deterministic, without ':' and not an integer: enqueuing the same work again adds nothing. */
  readonly id: string;
  readonly data: Record<string, unknown>;
  /** Goes before what waits already. */
  readonly first?: boolean;
}

type Connection = object;
type AnyQueue = Queue<Record<string, unknown>, unknown, string>;
type AnyWorker = Worker<Record<string, unknown>, unknown, string>;

/** Removed by age: removal by count deadlocks on the PostgreSQL backend. Seconds. */
const KEEP = { removeOnComplete: { age: 60 }, removeOnFail: { age: 86_400 } };
/** A worker that is killed again and again must not fail the job for good; the rows count failures, not the queue. */
const MAX_STALLED_COUNT = 20;
/**
 * In braces, so that every script finds its keys in one slot. That is also why a cluster would gain nothing: all queues would
 * lie on one of its nodes. We connect to one server, and a cluster's answer "it has moved" is an error to us.
 */
const PREFIX = '{bull}';
/** Connections of the PostgreSQL backend, beside the one on which each worker listens. */
const SHARED_CONNECTIONS = 4;

@Injectable()
export class Queues {
  private readonly logger = new Logger(Queues.name);
  private readonly queues = new Map<string, AnyQueue>();
  private readonly workers: AnyWorker[] = [];
  private backend: { connection: Connection; close(): Promise<void> } | undefined;

  constructor(
    private readonly settings: QueueSettings,
    private readonly registry: JobRegistry,
  ) {}

  /** One bulk call per queue. A job whose id is there already is left as it is. */
  async add(jobs: readonly QueuedJob[]): Promise<void> {
    for (const name of new Set(jobs.map((job) => job.queue))) {
      const own = jobs.filter((job) => job.queue === name);
      await this.queue(name).addBulk(own.map((job) => ({ name: job.name, data: job.data, opts: jobOptions(job) })));
    }
  }

  /** How many jobs nobody has taken yet. */
  async waiting(queue: string): Promise<number> {
    return this.queue(queue).getJobCountByTypes('waiting', 'prioritized');
  }

  /** Starts to work on a queue. The connection is shared; only its blocking half belongs to the worker alone. */
  work(queue: string, process: (job: Job) => Promise<void>): AnyWorker {
    const worker = new Worker(
      queue,
      process,
      { ...this.options(), ...KEEP, concurrency: this.settings.times.concurrency, maxStalledCount: MAX_STALLED_COUNT },
      this.factory(),
    ) as AnyWorker;
    worker.on('error', (error) => this.logger.warn({ message: 'queue worker', queue, ...failureOf(error) }));
    this.workers.push(worker);
    return worker;
  }

  /** Waits for the jobs at work, then lets go of every connection. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    await this.backend?.close();
  }

  private queue(name: string): AnyQueue {
    let queue = this.queues.get(name);
    if (!queue) {
      queue = new Queue(name, { ...this.options(), defaultJobOptions: KEEP }, this.factory()) as AnyQueue;
      queue.on('error', (error) => this.logger.warn({ message: 'queue', queue: name, ...failureOf(error) }));
      this.queues.set(name, queue);
    }
    return queue;
  }

  private options(): { connection: Connection; prefix: string } {
    const { url, databaseUrl } = this.settings;
    this.backend ??= url ? connectRedis(url) : connectPostgres(databaseUrl, this.registry.queues.length + SHARED_CONNECTIONS);
    return { connection: this.backend.connection, prefix: PREFIX };
  }

  private factory(): never {
    // The two backends have different types and the same behaviour; which one it is, is known at run time only.
    return (this.settings.url ? undefined : createPostgresBackend) as never;
  }
}

function jobOptions(job: QueuedJob): BulkJobOptions {
  return { jobId: job.id, ...(job.first ? { lifo: true } : {}) };
}

/** Never gives up on a command: a queue that is away for a while delays work, and the watchdog sees if it is for long. */
function connectRedis(url: string): { connection: Connection; close(): Promise<void> } {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // BullMQ's own listeners report it.
  return { connection: redis, close: async () => redis.disconnect() };
}

/** One pool for all queues and workers: by itself each of them would open one of its own. */
function connectPostgres(url: string, max: number): { connection: Connection; close(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    application_name: 'queue',
    options: `${actingAs('app')} -c search_path=${QUEUE_SCHEMA}`,
    keepAlive: true,
    max,
  });
  pool.setMaxListeners(0); // Every queue and worker listens for errors.
  return { connection: pool, close: () => pool.end() };
}
