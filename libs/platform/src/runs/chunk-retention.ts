// Retention of chunks: how a finished run was cut into pieces goes; the run, what it came to and what it parked stay.
import { Injectable } from '@nestjs/common';
import { RunId } from '@countinghouse/kernel';
import { Tx } from '../database/tx';
import { RetentionRule, RetentionRuleProvider } from '../retention/retention-rule';

/** Small runs go many at a time, large ones in several batches. */
const RUNS_AT_ONCE = 100;

/**
 * Only of runs that have succeeded or were cancelled: nothing sets those to work again, and a job that comes late finds no
 * chunk that is pending. A failed run keeps its chunks, because it can be resumed.
 */
@Injectable()
@RetentionRuleProvider()
export class ChunkRetention implements RetentionRule {
  readonly name = 'platform.run-chunks';
  readonly what = 'chunks of runs that have succeeded or were cancelled; the runs, their results and parked items stay';
  readonly keptDays = 30;
  readonly leastDays = 1;

  async forget(tx: Tx, before: Date, limit: number): Promise<number> {
    const runs = await tx.query<{ id: RunId }>(
      `SELECT id FROM platform.run
        WHERE state IN ('succeeded', 'cancelled') AND chunks_forgotten_at IS NULL AND finished_at < $1
        ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [before, RUNS_AT_ONCE],
    );
    const ids = runs.map(({ id }) => id);
    const chunks = await tx.execute(
      `DELETE FROM platform.run_chunk WHERE ctid = ANY (ARRAY(SELECT ctid FROM platform.run_chunk WHERE run_id = ANY ($1) LIMIT $2 FOR UPDATE))`,
      [ids, limit],
    );
    const bare = await tx.execute(
      `UPDATE platform.run r SET chunks_forgotten_at = now()
        WHERE id = ANY ($1) AND NOT EXISTS (SELECT FROM platform.run_chunk c WHERE c.run_id = r.id)`,
      [ids],
    );
    return chunks || bare;
  }
}
