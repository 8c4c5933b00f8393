// Retention of events: an event that all its consumers are done with goes, together with its deliveries.
import { Injectable } from '@nestjs/common';
import { uuidV7 } from '@countinghouse/kernel';
import { Tx } from '../database/tx';
import { RetentionRule, RetentionRuleProvider } from '../retention/retention-rule';

/**
 * No second effect can come of it. A job that is delivered again, however late, asks for deliveries that are pending; one
 * that is gone is as little pending as one that is done. What makes deliveries, routing, looks at events that were never
 * routed, and what sets them free, replaying, at parked ones; neither is ever forgotten. Event and deliveries go in one
 * statement, so that no event is ever seen without the deliveries that say what has become of it.
 */
@Injectable()
@RetentionRuleProvider()
export class EventRetention implements RetentionRule {
  readonly name = 'platform.events';
  readonly what = 'events that every consumer is done with, and their deliveries; what waits or is parked stays';
  readonly keptDays = 90;
  readonly leastDays = 7;

  /**
   * By the primary key: ids carry the time of their making, which only bounds the search; the columns decide. Deliveries are
   * counted event by event, because a join would be planned over all of them for the sake of a few thousand.
   */
  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    return tx.execute(
      `WITH due AS (
         SELECT e.id FROM platform.outbox_event e
          WHERE e.id < $1 AND e.recorded_at < $2 AND e.routed_at < $2
            AND (SELECT count(*) FROM platform.delivery d WHERE d.event_id = e.id AND (d.state <> 'done' OR d.done_at >= $2)) = 0
          ORDER BY e.id LIMIT $3 FOR UPDATE SKIP LOCKED),
       delivery AS (DELETE FROM platform.delivery WHERE event_id = ANY (ARRAY(SELECT id FROM due)))
       DELETE FROM platform.outbox_event WHERE id = ANY (ARRAY(SELECT id FROM due))`,
      [uuidV7(before.getTime(), new Uint8Array(10)), before, limit],
    );
  }
}
