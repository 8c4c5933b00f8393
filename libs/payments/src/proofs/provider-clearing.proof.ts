// Proof: what providers have captured and not yet settled is the balance of provider clearing.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';
import { compared, ComparedRow } from './compared';

@Injectable()
@ProofProvider()
export class ProviderClearingProof implements Proof {
  readonly name = 'provider-clearing';

  /** Per issuer and currency; nothing is settled yet, so all that was captured is still with the providers. */
  async prove(reader: Reader): Promise<ProofResult> {
    const rows = await reader.query<ComparedRow>(`
      WITH captured AS (
        SELECT issuer_id, currency, sum(amount_minor) AS minor FROM payments.payment WHERE state = 'succeeded' GROUP BY 1, 2
      ), clearing AS (
        SELECT issuer_id, currency, sum(balance_minor) AS minor FROM accounting.account_balance
         WHERE account_role = 'provider-clearing' GROUP BY 1, 2
      )
      SELECT issuer.code || ' ' || currency AS what, coalesce(captured.minor, 0)::bigint AS expected, coalesce(clearing.minor, 0)::bigint AS found
        FROM captured FULL JOIN clearing USING (issuer_id, currency) LEFT JOIN platform.issuer ON issuer.id = issuer_id
       ORDER BY 1`);
    return compared(rows, 'captured and not settled', 'provider clearing');
  }
}
