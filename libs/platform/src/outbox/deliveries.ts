// Deliveries: one row for each event and consumer, from routing to "done" or "parked".
import { Injectable, Logger } from '@nestjs/common';
import { EventContract } from '@countinghouse/contracts';
import { IssuerId } from '@countinghouse/kernel';
import { Audit } from '../audit/audit';
import { Actor, authoriseForAllIssuers } from '../auth/actor';
import { Database } from '../database/database';
import { Reader, Tx } from '../database/tx';
import { failureOf, failureText } from '../queue/failure';
import { JobRegistry, RegisteredConsumer } from '../queue/job-registry';
import { QueueSettings } from '../queue/queue-settings';
import { within } from '../queue/time-limit';
import { Delivered } from './consumer';

/** Deliveries of one consumer that go into one job, in the order of the events. */
export interface DeliveryBatch {
  readonly consumer: string;
  readonly eventIds: readonly string[];
  /** The highest number of times that one of them has been enqueued, this time included. */
  readonly dispatch: number;
}

export interface ParkedDelivery {
  readonly eventId: string;
  readonly event: string;
  readonly consumer: string;
  readonly failures: number;
  readonly lastError: string | null;
}

const DEFAULT_BATCH = 500;
const ROUTED_AT_ONCE = 2000;
const CLAIMED_AT_ONCE = 4000;
const PAGE = 25;
const LONGEST_PAGE = 100;

@Injectable()
export class Deliveries {
  private readonly logger = new Logger(Deliveries.name);

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly registry: JobRegistry,
    private readonly settings: QueueSettings,
  ) {}

  /**
   * Gives every new event a delivery for each of its consumers; says how many events it routed. The process that routes
   * must know all consumers: an event that nobody consumes is routed to nobody.
   */
  async route(tx: Tx): Promise<number> {
    const consumers = [...this.registry.consumers.values()];
    const { routed } = await tx.one<{ routed: bigint }>(
      `WITH routed AS (
         UPDATE platform.outbox_event SET routed_at = now()
          WHERE id IN (SELECT id FROM platform.outbox_event WHERE routed_at IS NULL
                        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
          RETURNING id, name),
       delivery AS (
         INSERT INTO platform.delivery (event_id, consumer)
         SELECT routed.id, interest.consumer
           FROM routed JOIN unnest($1::text[], $2::text[]) AS interest (name, consumer) USING (name))
       SELECT count(*) AS routed FROM routed`,
      [consumers.map((each) => each.event.name), consumers.map((each) => each.name), ROUTED_AT_ONCE],
    );
    return Number(routed);
  }

  /**
   * Takes the deliveries that are due and lends them out for one lease. First dispatch, retry and the recovery of a lost
   * job are this one statement, because a lost job is nothing but a delivery that is due again.
   */
  async claim(tx: Tx, consumers: readonly string[]): Promise<DeliveryBatch[]> {
    const claimed = await tx.query<{ consumer: string; event_id: string; dispatches: number }>(
      `UPDATE platform.delivery AS d
          SET due_at = now() + $2 * interval '1 millisecond', dispatches = dispatches + 1
         FROM (SELECT event_id, consumer FROM platform.delivery
                WHERE state = 'pending' AND due_at <= now() AND consumer = ANY ($1)
                ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        WHERE d.event_id = due.event_id AND d.consumer = due.consumer
        RETURNING d.consumer, d.event_id, d.dispatches`,
      [consumers, this.settings.times.leaseMs, CLAIMED_AT_ONCE],
    );
    return consumers.flatMap((consumer) => this.batches(consumer, claimed.filter((row) => row.consumer === consumer)));
  }

  /**
   * Hands events to their consumer. Effects and "done" commit together; what is done already is left out, so a job that
   * runs twice has one effect. A failing batch is halved until the event at fault stands alone; only that one counts a failure.
   */
  async process(consumerName: string, eventIds: readonly string[]): Promise<void> {
    const consumer = this.registry.consumers.get(consumerName);
    if (!consumer) throw new Error(`this process does not know the consumer ${consumerName}`);
    try {
      await this.database.transaction((tx) => deliver(tx, consumer, eventIds, this.settings.times.jobLimitMs));
    } catch (error) {
      if (eventIds.length === 1) return this.recordFailure(consumerName, eventIds[0]!, error);
      const half = Math.ceil(eventIds.length / 2);
      await this.process(consumerName, eventIds.slice(0, half));
      await this.process(consumerName, eventIds.slice(half));
    }
  }

  /** Routes and processes all that is due, in this process and without a queue: for the CLI and for tests. */
  async drain(): Promise<void> {
    for (;;) {
      const { routed, batches } = await this.database.transaction(async (tx) => ({
        routed: await this.route(tx),
        batches: await this.claim(tx, [...this.registry.consumers.keys()]),
      }));
      if (routed === 0 && batches.length === 0) return;
      for (const { consumer, eventIds } of batches) await this.process(consumer, eventIds);
    }
  }

  /** Sets parked deliveries free again, all of a consumer or of an event; says how many. */
  async replay(which: { consumer?: string; eventId?: string }, actor: Actor): Promise<number> {
    authoriseForAllIssuers(actor, 'admin');
    return this.database.transaction(async (tx) => {
      const freed = await tx.query<{ event_id: string; consumer: string }>(
        `UPDATE platform.delivery SET state = 'pending', due_at = now(), failures = 0
          WHERE state = 'parked' AND ($1::text IS NULL OR consumer = $1) AND ($2::uuid IS NULL OR event_id = $2)
          RETURNING event_id, consumer`,
        [which.consumer ?? null, which.eventId ?? null],
      );
      await this.audit.record(
        tx,
        actor,
        freed.map((row) => ({
          action: 'platform.replay-delivery',
          subjectType: 'event',
          subjectId: row.event_id,
          change: { consumer: row.consumer },
        })),
      );
      return freed.length;
    });
  }

  /** The deliveries that were given up, in the order of their events; `after` is the last one of the page before. */
  async parked(
    reader: Reader,
    page: { after?: { eventId: string; consumer: string }; limit?: number } = {},
  ): Promise<ParkedDelivery[]> {
    return reader.query<ParkedDelivery>(
      `SELECT d.event_id AS "eventId", e.name AS event, d.consumer, d.failures, d.last_error AS "lastError"
         FROM platform.delivery d JOIN platform.outbox_event e ON e.id = d.event_id
        WHERE d.state = 'parked' AND ($1::uuid IS NULL OR (d.event_id, d.consumer) > ($1, $2))
        ORDER BY d.event_id, d.consumer LIMIT $3`,
      [page.after?.eventId ?? null, page.after?.consumer ?? null, Math.min(page.limit ?? PAGE, LONGEST_PAGE)],
    );
  }

  /** Events not yet routed and deliveries not yet done; parked ones are not counted. 0 means that all work has arrived. */
  async backlog(reader: Reader): Promise<number> {
    const { backlog } = await reader.one<{ backlog: bigint }>(
      `SELECT (SELECT count(*) FROM platform.outbox_event WHERE routed_at IS NULL)
            + (SELECT count(*) FROM platform.delivery WHERE state = 'pending') AS backlog`,
    );
    return Number(backlog);
  }

  /** As {@link backlog}, of the events about one issuer; and how many of their deliveries were given up. */
  async backlogOf(reader: Reader, issuerId: IssuerId): Promise<{ waiting: number; parked: number }> {
    const { waiting, parked } = await reader.one<{ waiting: bigint; parked: bigint }>(
      `WITH undelivered AS (
         SELECT id, 'unrouted' AS state FROM platform.outbox_event WHERE routed_at IS NULL
         UNION ALL SELECT event_id, state FROM platform.delivery WHERE state IN ('pending', 'parked'))
       SELECT count(*) FILTER (WHERE state <> 'parked') AS waiting, count(*) FILTER (WHERE state = 'parked') AS parked
         FROM undelivered JOIN platform.outbox_event event USING (id) WHERE event.payload ->> 'issuerId' = $1::text`,
      [issuerId],
    );
    return { waiting: Number(waiting), parked: Number(parked) };
  }

  private batches(consumer: string, rows: { event_id: string; dispatches: number }[]): DeliveryBatch[] {
    const size = this.registry.consumers.get(consumer)?.batch ?? DEFAULT_BATCH;
    const ordered = rows.sort((a, b) => (a.event_id < b.event_id ? -1 : 1));
    return Array.from({ length: Math.ceil(ordered.length / size) }, (_, no) => {
      const batch = ordered.slice(no * size, (no + 1) * size);
      const dispatch = Math.max(...batch.map((row) => row.dispatches));
      return { consumer, eventIds: batch.map((row) => row.event_id), dispatch };
    });
  }

  private async recordFailure(consumer: string, eventId: string, error: unknown): Promise<void> {
    const failure = failureOf(error);
    const { deliveryFailures, retryMs, retryCapMs } = this.settings.times;
    const state = await this.database.transaction((tx) =>
      tx.first<{ state: string; failures: number }>(
        `UPDATE platform.delivery
            SET failures = failures + 1, last_error = $3,
                state = CASE WHEN failures + 1 >= $4 THEN 'parked' ELSE 'pending' END,
                due_at = now() + least($5 * 2 ^ failures, $6) * interval '1 millisecond'
          WHERE event_id = $1 AND consumer = $2 AND state = 'pending'
          RETURNING state, failures`,
        [eventId, consumer, failureText(failure), deliveryFailures, retryMs, retryCapMs],
      ),
    );
    const level = state?.state === 'parked' ? 'error' : 'warn';
    this.logger[level]({ message: 'delivery failed', consumer, eventId, ...failure, ...state });
  }
}

async function deliver(tx: Tx, consumer: RegisteredConsumer, eventIds: readonly string[], limitMs: number): Promise<void> {
  const rows = await tx.query<{ id: string; payload: unknown }>(
    `SELECT e.id, e.payload
       FROM platform.delivery d JOIN platform.outbox_event e ON e.id = d.event_id
      WHERE d.consumer = $1 AND d.event_id = ANY ($2::uuid[]) AND d.state = 'pending'
      ORDER BY e.id FOR UPDATE OF d SKIP LOCKED`,
    [consumer.name, eventIds],
  );
  if (rows.length === 0) return;
  const events = rows.map(({ id, payload }) => ({ eventId: id, payload: consumer.event.schema.parse(payload) }));
  await within(limitMs, consumer.name, () => consumer.deliver(tx, events as Delivered<EventContract>[]));
  const done = await tx.execute(
    `UPDATE platform.delivery SET state = 'done', done_at = now(), last_error = NULL
      WHERE consumer = $1 AND event_id = ANY ($2::uuid[])`,
    [consumer.name, rows.map((row) => row.id)],
  );
  if (done !== rows.length) throw new Error(`${done} of ${rows.length} deliveries to ${consumer.name} could be marked done`);
}
