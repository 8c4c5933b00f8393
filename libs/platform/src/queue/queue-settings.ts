// The limits and times of everything that goes through the queue; production uses the defaults, specs shorten them.

export interface QueueTimes {
  /** After this long a job that has not done its rows is taken for lost and is enqueued again. Milliseconds. */
  readonly leaseMs: number;
  /** How long the relay rests when it found nothing. Milliseconds. */
  readonly pollMs: number;
  /** The delay after the first failure; it doubles with each one, up to `retryCapMs`. Milliseconds. */
  readonly retryMs: number;
  readonly retryCapMs: number;
  /** An event that failed this often is parked. */
  readonly deliveryFailures: number;
  /** A chunk that failed this often is split, or fails. */
  readonly chunkFailures: number;
  /** What has not returned by then, be it a batch of events, a chunk or a tick, has failed. A kind of run may want longer. Milliseconds. */
  readonly jobLimitMs: number;
  /** Jobs of one queue that this process works on at the same time. */
  readonly concurrency: number;
  /** The process is killed when its event loop stands still for this long. Milliseconds. */
  readonly blockedMs: number;
  /** The process exits when jobs wait, it has hands free and yet takes none for this long. Milliseconds. */
  readonly silentMs: number;
}

export const DEFAULT_QUEUE_TIMES: QueueTimes = {
  leaseMs: 60_000,
  pollMs: 250,
  retryMs: 1_000,
  retryCapMs: 300_000,
  deliveryFailures: 8,
  chunkFailures: 4,
  jobLimitMs: 900_000,
  concurrency: 2,
  blockedMs: 60_000,
  silentMs: 120_000,
};

/** What a process was told about its queue. */
export class QueueSettings {
  readonly times: QueueTimes;

  /** `url`: redis://… ; without it the queue lies in the database at `databaseUrl`. */
  constructor(
    readonly databaseUrl: string,
    readonly url?: string,
    times: Partial<QueueTimes> = {},
  ) {
    this.times = { ...DEFAULT_QUEUE_TIMES, ...times };
  }
}
