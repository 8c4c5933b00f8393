// Proof: on this day the headcount log counts, by company, measure and cost centre, exactly the members who are there.
import { Injectable } from '@nestjs/common';
import { timeZone } from '@countinghouse/kernel';
import { AppClock, Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class HeadcountLog implements Proof {
  readonly name = 'headcount-log';

  constructor(private readonly clock: AppClock) {}

  /** Members are counted one by one as they stand, not by the rule that writes the log. It holds on every day; one day is looked at. */
  async prove(reader: Reader): Promise<ProofResult> {
    const today = this.clock.today(timeZone('UTC'));
    const { groups, people, wrong, first } = await reader.one<{ groups: bigint; people: bigint; wrong: bigint; first: string | null }>(
      `WITH present AS (
         SELECT m.id, m.company_id, 'eligible' AS measure FROM companies.member m
          WHERE m.dependant_of IS NULL AND m.eligible_from <= $1::date AND (m.left_on IS NULL OR m.left_on > $1::date)
         UNION ALL
         SELECT m.id, m.company_id, 'eligible' FROM companies.member_past_stay p JOIN companies.member m ON m.id = p.member_id
          WHERE m.dependant_of IS NULL AND p.eligible_from <= $1::date AND p.left_on > $1::date
         UNION ALL
         SELECT m.id, m.company_id, 'enrolled'
           FROM (SELECT DISTINCT ON (member_id) member_id, enrolled FROM companies.member_enrolment
                  WHERE effective_on <= $1::date ORDER BY member_id, effective_on DESC) AS told
           JOIN companies.member m ON m.id = told.member_id WHERE told.enrolled
       ), counted AS (
         SELECT present.company_id, present.measure, CASE WHEN p.member_id IS NULL THEN m.cost_centre ELSE p.cost_centre END AS cost_centre, count(*) AS people
           FROM present JOIN companies.member m ON m.id = present.id
           LEFT JOIN companies.member_past_cost_centre p ON p.member_id = present.id AND p.starts_on <= $1::date AND p.ends_on > $1::date
          GROUP BY 1, 2, 3
       ), logged AS (
         SELECT company_id, measure, cost_centre, sum(change) AS people FROM companies.headcount_change
          WHERE effective_on <= $1::date GROUP BY 1, 2, 3 HAVING sum(change) <> 0
       ), compared AS (
         SELECT company_id, measure, cost_centre, sum(counted) AS counted, sum(logged) AS logged
           FROM (SELECT company_id, measure, cost_centre, people AS counted, 0 AS logged FROM counted
                 UNION ALL SELECT company_id, measure, cost_centre, 0, people FROM logged) AS both_sides
          GROUP BY 1, 2, 3
       )
       SELECT count(*) AS groups, coalesce(sum(logged), 0)::bigint AS people, count(*) FILTER (WHERE counted <> logged) AS wrong,
              (SELECT format('company %s, %s in %s: %s in the log, %s members', company_id, measure, coalesce(cost_centre, 'no cost centre'), logged, counted)
                 FROM compared WHERE counted <> logged ORDER BY company_id, measure, cost_centre LIMIT 1) AS first
         FROM compared`,
      [today],
    );
    return { ok: wrong === 0n, detail: wrong === 0n ? `${people} people in ${groups} counts on ${today}` : `${wrong} of ${groups} counts differ on ${today}, first ${first}` };
  }
}
