// Proof: what documents in foreign currency are kept to carry is what was posted to them, and what is settled carries nothing.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class ForeignItems implements Proof {
  readonly name = 'foreign-items';

  async prove(reader: Reader): Promise<ProofResult> {
    const { items, broken, offenders } = await reader.one<{ items: bigint; broken: bigint; offenders: string[] | null }>(`
      WITH posted AS (
        SELECT account_id, document_id, posting.currency, sum(amount_minor) AS amount, sum(functional_amount_minor) AS functional
          FROM accounting.posting JOIN accounting.account ON account.id = posting.account_id
         WHERE posting.rate IS NOT NULL AND account.by_document GROUP BY account_id, document_id, posting.currency
      ), checked AS (
        SELECT document_id, currency,
               (coalesce(posted.amount, 0), coalesce(posted.functional, 0)) = (coalesce(kept.amount_minor, 0), coalesce(kept.functional_amount_minor, 0))
                 AND (posted.amount <> 0 OR posted.functional = 0) IS NOT FALSE AS sound
          FROM posted FULL JOIN accounting.foreign_item kept USING (account_id, document_id, currency)
      )
      SELECT count(*) AS items, count(*) FILTER (WHERE NOT sound) AS broken,
             (array_agg(document_id || ' ' || currency ORDER BY document_id) FILTER (WHERE NOT sound))[1:5] AS offenders
        FROM checked`);
    if (broken === 0n) return { ok: true, detail: `${items} items in foreign currency carry what was posted to them` };
    return { ok: false, detail: `${broken} of ${items} items in foreign currency carry something else than was posted, first ${offenders!.join(', ')}` };
  }
}
