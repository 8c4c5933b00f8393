// Proof: what the schedules have not earned yet is the balance of deferred revenue, for every issuer and currency.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

interface Comparison {
  readonly issuerId: string;
  readonly currency: string;
  readonly unearnedMinor: bigint;
  readonly deferredMinor: bigint;
}

@Injectable()
@ProofProvider()
export class DeferredRevenue implements Proof {
  readonly name = 'deferred-revenue';

  async prove(reader: Reader): Promise<ProofResult> {
    const compared = await reader.query<Comparison>(`
      WITH unearned AS (
        SELECT issuer_id, currency, sum(total_minor - recognised_minor) AS minor
          FROM accounting.revenue_schedule WHERE recognised_minor <> total_minor GROUP BY issuer_id, currency
      ), deferred AS (
        SELECT account.issuer_id, posting.currency, -sum(posting.amount_minor) AS minor
          FROM accounting.posting JOIN accounting.account ON account.id = posting.account_id
         WHERE account.role = 'deferred-revenue' GROUP BY account.issuer_id, posting.currency
      )
      SELECT issuer_id AS "issuerId", currency, coalesce(unearned.minor, 0)::int8 AS "unearnedMinor",
             coalesce(deferred.minor, 0)::int8 AS "deferredMinor"
        FROM unearned FULL JOIN deferred USING (issuer_id, currency) ORDER BY issuer_id, currency`);
    const broken = compared.filter((row) => row.unearnedMinor !== row.deferredMinor);
    const ok = broken.length === 0;
    return { ok, detail: (ok ? compared : broken).map(describe).join('; ') || 'nothing is deferred' };
  }
}

function describe({ issuerId, currency, unearnedMinor, deferredMinor }: Comparison): string {
  return `issuer ${issuerId} ${currency}: unearned ${unearnedMinor}, deferred revenue ${deferredMinor}`;
}
