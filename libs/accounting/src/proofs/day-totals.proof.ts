// Proof: the day totals that balances are read from are the sums of their postings.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class DayTotals implements Proof {
  readonly name = 'day-totals';

  async prove(reader: Reader): Promise<ProofResult> {
    const { days, broken, offenders } = await reader.one<{ days: bigint; broken: bigint; offenders: string[] | null }>(`
      WITH posted AS (
        SELECT account_id, currency, entry_date, sum(amount_minor) AS amount, sum(functional_amount_minor) AS functional, count(*) AS n
          FROM accounting.posting GROUP BY account_id, currency, entry_date
      ), kept AS (
        SELECT account_id, currency, entry_date, sum(debit_minor - credit_minor) AS amount,
               sum(functional_debit_minor - functional_credit_minor) AS functional, sum(posting_count) AS n
          FROM accounting.account_day GROUP BY account_id, currency, entry_date
      ), checked AS (
        SELECT account_id, currency, entry_date, (posted.amount, posted.functional, posted.n) IS NOT DISTINCT FROM (kept.amount, kept.functional, kept.n) AS agrees
          FROM posted FULL JOIN kept USING (account_id, currency, entry_date)
      )
      SELECT count(*) AS days, count(*) FILTER (WHERE NOT agrees) AS broken,
             (array_agg(account_id || ' ' || currency || ' ' || entry_date ORDER BY account_id, entry_date) FILTER (WHERE NOT agrees))[1:5] AS offenders
        FROM checked`);
    if (broken === 0n) return { ok: true, detail: `${days} day totals agree with their postings` };
    return { ok: false, detail: `${broken} of ${days} day totals differ from their postings, first account ${offenders!.join(', ')}` };
  }
}
