// Proof: the headcount counts as enrolled exactly those who have a running enrolment under a contract in force.
import { Injectable } from '@nestjs/common';
import { LocalDate, timeZone } from '@countinghouse/kernel';
import { AppClock, Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

/** After the last change of everything: what is said to end some day has ended, on a test clock too. */
const LAST_DAY = '9999-12-31' as LocalDate;

@Injectable()
@ProofProvider()
export class EnrolledHeadcount implements Proof {
  readonly name = 'enrolled-headcount';

  constructor(private readonly clock: AppClock) {}

  /** On this day and on the last. People are counted one by one from the timelines as they stand, not by the rule that tells of them. */
  async prove(reader: Reader): Promise<ProofResult> {
    const today = this.clock.today(timeZone('UTC'));
    const { people, wrong, first } = await reader.one<{ people: bigint; wrong: bigint; first: string | null }>(
      `WITH enrolment_life AS (
         SELECT enrolment_id, (array_agg(kind ORDER BY effective_on DESC, seq DESC) FILTER (WHERE effective_on <= $1::date))[1] = 'start' AS today,
                (array_agg(kind ORDER BY effective_on DESC, seq DESC))[1] = 'start' AS at_last
           FROM subscriptions.enrolment_change WHERE kind IN ('start', 'end') GROUP BY enrolment_id
       ), contract_life AS (
         SELECT contract_id, (array_agg(kind ORDER BY effective_on DESC, seq DESC) FILTER (WHERE effective_on <= $1::date))[1] = 'start' AS today,
                (array_agg(kind ORDER BY effective_on DESC, seq DESC))[1] = 'start' AS at_last
           FROM subscriptions.contract_change WHERE kind IN ('start', 'end') GROUP BY contract_id
       ), enrolled AS (
         SELECT k.company_id, e.member_id, bool_or(el.today AND kl.today) AS today, bool_or(el.at_last AND kl.at_last) AS at_last
           FROM subscriptions.enrolment e JOIN enrolment_life el ON el.enrolment_id = e.id
           JOIN subscriptions.contract k ON k.id = e.contract_id JOIN contract_life kl ON kl.contract_id = k.id GROUP BY 1, 2
       ), compared AS (
         SELECT company_id, day, sum(enrolled)::bigint AS enrolled, sum(counted)::bigint AS counted
           FROM (SELECT e.company_id, of_day.day, count(*) AS enrolled, 0 AS counted FROM enrolled e
                  CROSS JOIN LATERAL (VALUES ($1::date, e.today), ($2::date, e.at_last)) AS of_day (day, is_enrolled) WHERE of_day.is_enrolled GROUP BY 1, 2
                 UNION ALL
                 SELECT h.company_id, day, 0, sum(h.change) FROM unnest(ARRAY[$1::date, $2::date]) AS day JOIN companies.headcount_change h ON h.effective_on <= day
                  WHERE h.measure = 'enrolled' GROUP BY 1, 2) AS both_sides
          GROUP BY 1, 2
       )
       SELECT coalesce(sum(enrolled) FILTER (WHERE day = $1::date), 0)::bigint AS people, count(*) FILTER (WHERE enrolled <> counted) AS wrong,
              (SELECT format('company %s on %s: %s enrolled, %s counted', company_id, day, enrolled, counted)
                 FROM compared WHERE enrolled <> counted ORDER BY day, company_id LIMIT 1) AS first
         FROM compared`,
      [today, LAST_DAY],
    );
    return { ok: wrong === 0n, detail: wrong === 0n ? `${people} people enrolled on ${today}` : `${wrong} counts differ, first ${first}` };
  }
}
