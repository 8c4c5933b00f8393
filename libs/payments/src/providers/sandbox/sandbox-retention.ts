// Retention of what the sandbox has told and nobody asks about any more. Its charges stay: they are the provider's books, which a proof compares with ours.
import { Injectable } from '@nestjs/common';
import { RetentionRule, RetentionRuleProvider, Tx } from '@countinghouse/platform';

@Injectable()
@RetentionRuleProvider()
export class SandboxRetention implements RetentionRule {
  readonly name = 'payments.sandbox-events';
  readonly what = 'events that the sandbox provider has delivered; its charges, and what it has given up to deliver, stay';
  readonly keptDays = 30;
  readonly leastDays = 1;

  /** An event that is delivered is due no more; the column says when it was. */
  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    return tx.execute(
      `DELETE FROM payments.sandbox_event WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM payments.sandbox_event WHERE state = 'delivered' AND due_at < $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
  }
}
