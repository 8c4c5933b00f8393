// Proof: what the sandbox says it has captured is what our payments say, and what the ledger says.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';
import { SANDBOX } from './sandbox-webhook';

interface CurrencyRow {
  readonly currency: string;
  /** Captured by the provider, minor units. */
  readonly said: bigint;
  /** The part of it that the provider has not told us yet; its attempts are still open here. */
  readonly in_flight: bigint;
  readonly paid: bigint;
  readonly posted: bigint;
  /** Idempotency keys of which the two sides say different things. */
  readonly offenders: bigint;
  readonly first_offenders: string[] | null;
}

/**
 * Every captured charge is a succeeded attempt of the same amount, or an attempt that is still open because the news is
 * on its way; and every succeeded attempt is a captured charge. So it holds at any moment, not only when all is quiet.
 */
@Injectable()
@ProofProvider()
export class ProviderAgreesProof implements Proof {
  readonly name = 'provider-agrees';

  async prove(reader: Reader): Promise<ProofResult> {
    const rows = await reader.query<CurrencyRow>(
      `WITH said AS (
         SELECT idempotency_key, currency, amount_minor FROM payments.sandbox_charge WHERE state = 'captured'
       ), known AS (
         SELECT a.idempotency_key, p.currency, p.amount_minor, a.state
           FROM payments.attempt a JOIN payments.payment p ON p.id = a.payment_id
          WHERE a.provider = $1 AND a.state <> 'declined'
       ), side_by_side AS (
         SELECT idempotency_key, coalesce(said.currency, known.currency) AS currency, said.amount_minor AS said,
                CASE WHEN known.state = 'succeeded' THEN known.amount_minor END AS paid,
                CASE WHEN known.state IN ('created', 'submitted', 'unknown') THEN said.amount_minor END AS in_flight,
                CASE WHEN said.idempotency_key IS NULL THEN known.state = 'succeeded'
                     ELSE known.state IS NULL OR known.currency <> said.currency OR known.amount_minor <> said.amount_minor END AS offends
           FROM said FULL JOIN known USING (idempotency_key)
       ), totals AS (
         SELECT currency, coalesce(sum(said), 0) AS said, coalesce(sum(paid), 0) AS paid, coalesce(sum(in_flight), 0) AS in_flight,
                count(*) FILTER (WHERE offends) AS offenders, (array_agg(idempotency_key ORDER BY idempotency_key) FILTER (WHERE offends))[1:3] AS first_offenders
           FROM side_by_side GROUP BY currency
       ), ledger AS (
         SELECT currency, sum(balance_minor) AS posted FROM accounting.account_balance_by_document
          WHERE account_role = 'provider-clearing' AND party_type = 'provider' AND party_id = $1 GROUP BY currency
       )
       SELECT currency, coalesce(said, 0)::bigint AS said, coalesce(in_flight, 0)::bigint AS in_flight, coalesce(paid, 0)::bigint AS paid,
              coalesce(posted, 0)::bigint AS posted, coalesce(offenders, 0) AS offenders, first_offenders
         FROM totals FULL JOIN ledger USING (currency)
        WHERE said <> 0 OR paid <> 0 OR posted <> 0 OR offenders > 0
        ORDER BY currency`,
      [SANDBOX],
    );
    return { ok: rows.every(agrees), detail: rows.length === 0 ? 'nothing captured' : rows.map(told).join('; ') };
  }
}

function agrees(row: CurrencyRow): boolean {
  return row.offenders === 0n && row.said === row.paid + row.in_flight && row.paid === row.posted;
}

function told(row: CurrencyRow): string {
  const figures = `${row.currency}: provider ${row.said}, payments ${row.paid}${row.in_flight > 0n ? ` and ${row.in_flight} in flight` : ''}, ledger ${row.posted}`;
  return row.offenders === 0n ? figures : `${figures}; ${row.offenders} charges differ, first ${row.first_offenders?.join(', ')}`;
}
