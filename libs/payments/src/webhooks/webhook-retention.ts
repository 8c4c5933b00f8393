// Retention of webhooks: what a provider has told goes when it is worked off and nobody can contest it any more.
import { Injectable } from '@nestjs/common';
import { RetentionRule, RetentionRuleProvider, Tx } from '@countinghouse/platform';

/**
 * The inbox takes an event once, as long as it remembers it. Providers send an event again for days, on demand for a month;
 * one that came after its row is gone would be taken in and worked off anew. It would have no second effect either: payments
 * and attempts are never forgotten, and a payment that has succeeded takes no second capture, so the event is recorded and
 * no more. What is kept longer than that is kept as evidence, for the year in which a payment can be contested.
 */
@Injectable()
@RetentionRuleProvider()
export class WebhookRetention implements RetentionRule {
  readonly name = 'payments.webhooks';
  readonly what = 'webhooks that are worked off; parked ones and those that wait stay';
  readonly keptDays = 400;
  readonly leastDays = 90;

  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    return tx.execute(
      `DELETE FROM payments.webhook_event WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM payments.webhook_event WHERE outcome IN ('applied', 'recorded') AND processed_at < $1
          ORDER BY processed_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
  }
}
