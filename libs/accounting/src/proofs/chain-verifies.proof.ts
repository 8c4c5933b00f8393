// Proof: every sealed entry is as it was sealed, none is missing or slipped in, and the blocks hang together.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class ChainVerifies implements Proof {
  readonly name = 'chain-verifies';

  /**
   * Hashes every sealed entry anew. Proves nothing about entries not sealed yet, and says how many those are. A chain
   * that was rewritten as a whole, or cut at its end, is found only by its heads in the log.
   */
  async prove(reader: Reader): Promise<ProofResult> {
    const found = await reader.one<{ blocks: bigint; sealed: bigint; unsealed: bigint; broken: bigint; first: string | null }>(`
      WITH chained AS MATERIALIZED (
        SELECT block.*, row_number() OVER (ORDER BY no) AS place,
               lag(through_tx, 1, '0') OVER (ORDER BY no) AS after_tx, lag(through_id, 1, 0::bigint) OVER (ORDER BY no) AS after_id,
               lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY no) AS hash_before
          FROM accounting.block
      ), checked AS MATERIALIZED (
        SELECT chained.*, sha256(chained.content) = content_hash AND length(chained.content) = 64 * entry_count
                 AND (no, previous_hash, hash) = (place, hash_before,
                   accounting.block_hash(no, entry_count, through_tx, through_id, content_hash, previous_hash, sealed_at)) AS hangs_together,
               present.content IS NOT DISTINCT FROM chained.content AND present.is_as_posted AS is_as_sealed
          FROM chained, LATERAL (
            SELECT string_agg(form, ''::bytea ORDER BY tx, id) AS content, bool_and(leaf_hash = leaf.hash) AS is_as_posted
              FROM accounting.entry_leaf leaf
             WHERE (tx, id) > (chained.after_tx, chained.after_id) AND (tx, id) <= (chained.through_tx, chained.through_id)) AS present
      ), sealed AS (
        -- Looked at in broken blocks only: what the block has of each of its entries, and what the journal has in its place.
        SELECT no, substr(form, 1, 8)::bigint AS id, form
          FROM checked, generate_series(0, length(content) / 64 - 1) AS at, substr(content, at * 64 + 1, 64) AS form
         WHERE NOT is_as_sealed
      ), present AS (
        SELECT no, id, form, leaf_hash = leaf.hash AS is_as_posted
          FROM checked JOIN accounting.entry_leaf leaf ON (tx, id) > (after_tx, after_id) AND (tx, id) <= (through_tx, through_id)
         WHERE NOT is_as_sealed
      ), touched AS (
        SELECT no, id AS entry_id,
               CASE WHEN present.form IS NULL THEN 'was removed' WHEN sealed.form IS NULL THEN 'was inserted' ELSE 'was changed' END AS how
          FROM sealed FULL JOIN present USING (no, id)
         WHERE sealed.form IS DISTINCT FROM present.form OR NOT is_as_posted
      ), offence AS (
        SELECT no, entry_id, format('entry %s of block %s %s', entry_id, no, how) AS what FROM touched
        UNION ALL
        SELECT no, NULL, format('block %s does not match its content or its predecessor', no) FROM checked WHERE NOT hangs_together
      )
      SELECT (SELECT count(*) FROM checked) AS blocks,
             (SELECT coalesce(sum(entry_count), 0)::int8 FROM checked) AS sealed,
             (SELECT count(*) FROM accounting.journal_entry
               WHERE (tx, id) > (coalesce((SELECT max(through_tx) FROM checked), '0'), coalesce((SELECT through_id FROM checked ORDER BY no DESC LIMIT 1), 0))) AS unsealed,
             (SELECT count(*) FROM offence) AS broken,
             (SELECT string_agg(what, '; ') FROM (SELECT what FROM offence ORDER BY no, entry_id LIMIT 5) AS shown) AS first`);
    const { blocks, sealed, unsealed, broken, first } = found;
    if (broken > 0n) return { ok: false, detail: `${broken} breaks in the chain, first: ${first}` };
    return { ok: true, detail: `${sealed} entries in ${blocks} blocks are as sealed; ${unsealed} not sealed yet` };
  }
}
