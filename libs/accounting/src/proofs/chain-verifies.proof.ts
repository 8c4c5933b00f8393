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
      WITH head AS (
        SELECT max(through_tx) AS through_tx FROM accounting.block
      ), touched AS (
        SELECT sealed.block_no, sealed.entry_id,
               CASE WHEN present.entry_id IS NULL THEN 'was removed' ELSE 'was changed' END AS how
          FROM accounting.block_leaf sealed LEFT JOIN accounting.entry_leaf present ON present.entry_id = sealed.entry_id
         WHERE present.hash IS DISTINCT FROM sealed.hash
        UNION ALL
        SELECT (SELECT min(no) FROM accounting.block WHERE through_tx >= entry.tx), entry.id, 'was inserted'
          FROM accounting.journal_entry entry, head
         WHERE entry.tx <= head.through_tx
           AND NOT EXISTS (SELECT FROM accounting.block_leaf leaf WHERE leaf.entry_id = entry.id)
      ), content AS (
        SELECT block_no, count(*) AS entry_count, accounting.merkle_root(array_agg(hash ORDER BY entry_id)) AS root
          FROM accounting.block_leaf GROUP BY block_no
      ), chained AS (
        SELECT block.*, row_number() OVER (ORDER BY no) AS place,
               lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY no) AS hash_before FROM accounting.block
      ), broken_block AS (
        SELECT coalesce(chained.no, content.block_no) AS block_no
          FROM chained FULL JOIN content ON content.block_no = chained.no
         WHERE (chained.no, chained.entry_count, chained.merkle_root, chained.previous_hash, chained.hash)
               IS DISTINCT FROM (chained.place, content.entry_count, content.root, chained.hash_before,
                 accounting.block_hash(chained.no, chained.entry_count, chained.through_tx, chained.merkle_root,
                                       chained.previous_hash, chained.sealed_at))
      ), offence AS (
        SELECT block_no, entry_id, format('entry %s of block %s %s', entry_id, block_no, how) AS what FROM touched
        UNION ALL
        SELECT block_no, NULL, format('block %s does not match its entries or its predecessor', block_no) FROM broken_block
      )
      SELECT (SELECT count(*) FROM accounting.block) AS blocks,
             (SELECT count(*) FROM accounting.block_leaf) AS sealed,
             (SELECT count(*) FROM accounting.journal_entry, head WHERE tx > coalesce(head.through_tx, '0'::xid8)) AS unsealed,
             (SELECT count(*) FROM offence) AS broken,
             (SELECT string_agg(what, '; ') FROM (SELECT what FROM offence ORDER BY block_no, entry_id LIMIT 5) AS shown) AS first`);
    const { blocks, sealed, unsealed, broken, first } = found;
    if (broken > 0n) return { ok: false, detail: `${broken} breaks in the chain, first: ${first}` };
    return { ok: true, detail: `${sealed} entries in ${blocks} blocks are as sealed; ${unsealed} not sealed yet` };
  }
}
