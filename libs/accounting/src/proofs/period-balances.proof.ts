// Proof: the balances that closes have fixed are the sums of the day totals, and the open items add up to them.
import { Injectable } from '@nestjs/common';
import { Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class PeriodBalances implements Proof {
  readonly name = 'period-balances';

  /** Together with the proof of the day totals, which compares those with the postings. */
  async prove(reader: Reader): Promise<ProofResult> {
    const { balances, broken, offenders } = await reader.one<{ balances: bigint; broken: bigint; offenders: string[] | null }>(`
      WITH closed AS (
        SELECT issuer_id, starts_on, ends_on FROM accounting.period WHERE state = 'closed'
      ), month AS (
        SELECT account.issuer_id, account_id, day.currency, date_trunc('month', entry_date::timestamp)::date AS starts_on,
               sum(debit_minor) AS debit, sum(credit_minor) AS credit,
               sum(functional_debit_minor) AS functional_debit, sum(functional_credit_minor) AS functional_credit
          FROM accounting.account_day day JOIN accounting.account ON account.id = day.account_id GROUP BY 1, 2, 3, 4
      ), summed AS (
        SELECT closed.issuer_id, closed.ends_on, month.account_id, month.currency, sum(debit) AS debit, sum(credit) AS credit,
               sum(functional_debit) AS functional_debit, sum(functional_credit) AS functional_credit
          FROM closed JOIN month ON month.issuer_id = closed.issuer_id AND month.starts_on <= closed.starts_on GROUP BY 1, 2, 3, 4
      ), item AS (
        SELECT issuer_id, ends_on, account_id, currency, sum(amount_minor) AS amount, sum(functional_amount_minor) AS functional
          FROM accounting.period_open_item GROUP BY 1, 2, 3, 4
      ), compared AS (
        SELECT account_id, currency, ends_on,
               (fixed.debit_minor, fixed.credit_minor, fixed.functional_debit_minor, fixed.functional_credit_minor)
                 IS NOT DISTINCT FROM (summed.debit, summed.credit, summed.functional_debit, summed.functional_credit)
               AND (NOT coalesce(account.by_document, false) OR
                    (coalesce(item.amount, 0), coalesce(item.functional, 0))
                      = (fixed.debit_minor - fixed.credit_minor, fixed.functional_debit_minor - fixed.functional_credit_minor)) AS agrees
          FROM accounting.period_balance fixed
          FULL JOIN summed USING (issuer_id, ends_on, account_id, currency)
          FULL JOIN item USING (issuer_id, ends_on, account_id, currency)
          LEFT JOIN (SELECT id, by_document FROM accounting.account) AS account ON account.id = account_id
      )
      SELECT count(*) AS balances, count(*) FILTER (WHERE agrees IS NOT TRUE) AS broken,
             (array_agg(account_id || ' ' || currency || ' at ' || ends_on ORDER BY ends_on, account_id) FILTER (WHERE agrees IS NOT TRUE))[1:5] AS offenders
        FROM compared`);
    if (broken === 0n) return { ok: true, detail: `${balances} balances of closed periods agree with their days and open items` };
    return { ok: false, detail: `${broken} of ${balances} balances of closed periods differ, first account ${offenders!.join(', ')}` };
  }
}
