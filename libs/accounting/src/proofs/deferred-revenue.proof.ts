// Proof: what the schedules have not earned yet is the balance of deferred revenue, for every issuer and currency.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

interface Comparison {
  /** Its code. */
  readonly issuer: string;
  readonly currency: string;
  readonly unearnedMinor: bigint;
  readonly deferredMinor: bigint;
  /** The same two in functional currency. */
  readonly functionalUnearnedMinor: bigint;
  readonly functionalDeferredMinor: bigint;
}

@Injectable()
@ProofProvider()
export class DeferredRevenue implements Proof {
  readonly name = 'deferred-revenue';

  async prove(reader: Reader): Promise<ProofResult> {
    const compared = await reader.query<Comparison>(`
      WITH unearned AS (
        SELECT issuer_id, currency, sum(total_minor - recognised_minor) AS minor,
               sum(functional_total_minor - functional_recognised_minor) AS functional_minor
          FROM accounting.revenue_schedule WHERE recognised_minor <> total_minor GROUP BY issuer_id, currency
      ), deferred AS (
        SELECT account.issuer_id, posting.currency, -sum(posting.amount_minor) AS minor,
               -sum(posting.functional_amount_minor) AS functional_minor
          FROM accounting.posting JOIN accounting.account ON account.id = posting.account_id
         WHERE account.role = 'deferred-revenue' GROUP BY account.issuer_id, posting.currency
      )
      SELECT issuer.code AS issuer, currency, coalesce(unearned.minor, 0)::int8 AS "unearnedMinor",
             coalesce(deferred.minor, 0)::int8 AS "deferredMinor",
             coalesce(unearned.functional_minor, 0)::int8 AS "functionalUnearnedMinor",
             coalesce(deferred.functional_minor, 0)::int8 AS "functionalDeferredMinor"
        FROM unearned FULL JOIN deferred USING (issuer_id, currency) JOIN platform.issuer ON issuer.id = issuer_id ORDER BY issuer.code, currency`);
    const broken = compared.filter((row) => !agrees(row));
    const ok = broken.length === 0;
    return { ok, detail: (ok ? compared : broken).map(describe).join('; ') || 'nothing is deferred' };
  }
}

function agrees(row: Comparison): boolean {
  return row.unearnedMinor === row.deferredMinor && row.functionalUnearnedMinor === row.functionalDeferredMinor;
}

function describe(row: Comparison): string {
  const { issuer, currency, unearnedMinor, deferredMinor, functionalUnearnedMinor, functionalDeferredMinor } = row;
  const figures = `${issuer} ${currency}: unearned ${unearnedMinor}, deferred revenue ${deferredMinor}`;
  // In functional currency both pairs are the same.
  if (functionalUnearnedMinor === unearnedMinor && functionalDeferredMinor === deferredMinor) return figures;
  return `${figures}; in functional currency ${functionalUnearnedMinor} and ${functionalDeferredMinor}`;
}
