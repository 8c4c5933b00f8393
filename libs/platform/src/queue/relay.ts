// The relay: turns rows that are due into jobs. It is dispatcher, retrier and sweeper in one (docs/adr/0001).
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database';
import { Deliveries, DeliveryBatch } from '../outbox/deliveries';
import { RunChunks } from '../runs/run-chunks';
import { ClaimedChunk } from '../runs/run.queries';
import { JobRegistry } from './job-registry';
import { QueuedJob, Queues } from './queues';

/** With this many jobs waiting a queue gets no more: what waits longer than a lease would only be enqueued twice. */
const DEEP_ENOUGH = 32;

@Injectable()
export class Relay {
  /** Queues that got jobs in the last round, or had no room: only these can be full. */
  private busy = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly registry: JobRegistry,
    private readonly deliveries: Deliveries,
    private readonly chunks: RunChunks,
    private readonly queues: Queues,
  ) {}

  /**
   * One round: routes new events, claims what is due, enqueues it. Gives the number of events routed and jobs made. The
   * claim commits before the jobs are added; a crash in between leaves rows that are due again after the lease.
   */
  async round(): Promise<number> {
    const full = await this.fullQueues();
    const { routed, jobs } = await this.database.transaction(async (tx) => {
      const routed = await this.deliveries.route(tx);
      const batches = await this.deliveries.claim(tx, withRoom(this.registry.consumers, full));
      const chunks = await this.chunks.claim(tx, withRoom(this.registry.runKinds, full));
      return { routed, jobs: [...batches.map((batch) => this.deliverJob(batch)), ...chunks.map((chunk) => this.chunkJob(chunk))] };
    });
    this.busy = new Set([...full, ...jobs.map((job) => job.queue)]);
    await this.queues.add(jobs);
    return routed + jobs.length;
  }

  private async fullQueues(): Promise<Set<string>> {
    const full = new Set<string>();
    for (const queue of this.busy) if ((await this.queues.waiting(queue)) >= DEEP_ENOUGH) full.add(queue);
    return full;
  }

  private deliverJob({ consumer, eventIds, dispatch }: DeliveryBatch): QueuedJob {
    const name = [consumer, eventIds[0], eventIds.at(-1), dispatch].join(' ');
    const id = `deliver-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
    return { queue: this.registry.consumers.get(consumer)!.queue, name: 'deliver', id, data: { consumer, eventIds } };
  }

  private chunkJob({ kind, runId, no, dispatch }: ClaimedChunk): QueuedJob {
    const id = `chunk-${runId}-${no}-${dispatch}`;
    return { queue: this.registry.runKinds.get(kind)!.queue, name: 'chunk', id, data: { kind, runId, no, dispatch } };
  }
}

function withRoom(registered: ReadonlyMap<string, { queue: string }>, full: ReadonlySet<string>): string[] {
  return [...registered].filter(([, { queue }]) => !full.has(queue)).map(([name]) => name);
}
