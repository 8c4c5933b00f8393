// Proof: every finalised document has exactly one journal entry, of its own total.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class DocumentsPostedOnce implements Proof {
  readonly name = 'documents-posted-once';

  async prove(reader: Reader): Promise<ProofResult> {
    // By text: the source of a forged entry may be anything, and is to be named.
    const { documents, broken } = await reader.one<{ documents: bigint; broken: string | null }>(`
      WITH posted AS (
        SELECT issuer_id, source_id AS id, currency, count(DISTINCT entry_id) AS entries,
               sum(amount_minor) FILTER (WHERE account_role = 'receivables') AS amount
          FROM accounting.posted_by_source WHERE source_type = 'invoice' AND kind = 'invoice-finalised' GROUP BY 1, 2, 3
      ), compared AS (
        SELECT coalesce(i.number, id) AS number, i.gross_minor AS gross, coalesce(p.entries, 0) AS entries, p.amount,
               coalesce(i.gross_minor = p.amount AND p.entries = 1, false) AS holds
          FROM (SELECT id::text AS id, issuer_id, currency, number, gross_minor FROM invoicing.invoice
                 WHERE document_type = 'invoice' AND state <> 'draft') AS i
          FULL JOIN posted p USING (id, issuer_id, currency)
      )
      SELECT count(*) AS documents,
             (SELECT string_agg(concat(number, ' of ', gross, ' has ', entries, ' entries of ', amount), '; ')
                FROM (SELECT * FROM compared WHERE NOT holds ORDER BY number LIMIT 5) AS first_broken) AS broken
        FROM compared`);
    return { ok: broken === null, detail: broken ?? `${documents} finalised documents, each with one entry of its own total` };
  }
}
