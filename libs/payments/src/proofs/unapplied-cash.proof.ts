// Proof: money that is in and not allocated to an invoice is the balance of unapplied cash.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';
import { compared, ComparedRow } from './compared';

@Injectable()
@ProofProvider()
export class UnappliedCashProof implements Proof {
  readonly name = 'unapplied-cash';

  /** Per issuer and currency. Unapplied cash is a debt of ours, so its balance is a credit. */
  async prove(reader: Reader): Promise<ProofResult> {
    const rows = await reader.query<ComparedRow>(`
      WITH unallocated AS (
        SELECT p.issuer_id, p.currency, sum(p.amount_minor - coalesce(a.minor, 0)) AS minor
          FROM payments.payment p
          LEFT JOIN (SELECT source_id, sum(amount_minor) AS minor FROM invoicing.allocation WHERE source_type = 'payment' GROUP BY 1) a
            ON a.source_id = p.id
         WHERE p.state = 'succeeded' GROUP BY 1, 2
      ), unapplied AS (
        SELECT issuer_id, currency, -sum(balance_minor) AS minor FROM accounting.account_balance
         WHERE account_role = 'unapplied-cash' GROUP BY 1, 2
      )
      SELECT issuer.code || ' ' || currency AS what, coalesce(unallocated.minor, 0)::bigint AS expected, coalesce(unapplied.minor, 0)::bigint AS found
        FROM unallocated FULL JOIN unapplied USING (issuer_id, currency) LEFT JOIN platform.issuer ON issuer.id = issuer_id
       ORDER BY 1`);
    return compared(rows, 'unallocated', 'unapplied cash');
  }
}
