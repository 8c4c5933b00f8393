// Proof: every number a series has given out stands on exactly one document, from 1 to the last.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class SeriesWithoutGap implements Proof {
  readonly name = 'series-without-gap';

  async prove(reader: Reader): Promise<ProofResult> {
    const { series, documents, broken } = await reader.one<{ series: bigint; documents: bigint; broken: string | null }>(`
      WITH used AS (
        SELECT series_id, count(*) AS n, min(sequence) AS first, max(sequence) AS last
          FROM invoicing.invoice WHERE series_id IS NOT NULL GROUP BY 1
      ), compared AS (
        SELECT s.prefix, s.next_number - 1 AS given, coalesce(u.n, 0) AS n,
               s.id IS NOT NULL AND coalesce(u.n, 0) = s.next_number - 1
                 AND (u.n IS NULL OR (u.first = 1 AND u.last = s.next_number - 1)) AS holds
          FROM invoicing.series s FULL JOIN used u ON u.series_id = s.id
      )
      SELECT count(*) AS series, coalesce(sum(n), 0)::bigint AS documents,
             (SELECT string_agg(prefix || ' gave out ' || given || ' and has ' || n, '; ')
                FROM (SELECT * FROM compared WHERE NOT holds ORDER BY prefix LIMIT 5) AS first_broken) AS broken
        FROM compared`);
    return { ok: broken === null, detail: broken ?? `${documents} documents in ${series} series, without a gap` };
  }
}
