// Retention of idempotency keys: after a year nobody repeats a request any more to learn how it went.
import { Injectable } from '@nestjs/common';
import { Tx } from '../database/tx';
import { RetentionRule, RetentionRuleProvider } from '../retention/retention-rule';

/**
 * A key is the only thing that tells a repeated request from a new one, so it outlives everything else here: while it is
 * there, the request is answered and not done; when it is gone, it is done. What a run bills or collects twice would still
 * find nothing owed or due, but a company would be registered twice. Whoever repeats requests after longer than the keys
 * are kept has to look first.
 */
@Injectable()
@RetentionRuleProvider()
export class KeyRetention implements RetentionRule {
  readonly name = 'platform.idempotency-keys';
  readonly what = 'idempotency keys and the answers under them; a request repeated later counts as a new one';
  readonly keptDays = 365;
  readonly leastDays = 30;

  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    return tx.execute(
      `DELETE FROM platform.idempotency_key WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM platform.idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      [before, limit],
    );
  }
}
