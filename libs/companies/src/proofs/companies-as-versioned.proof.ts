// Proof: every company is what its last version says, and stands where its moves put it on the day that it is in its zone.
import { Injectable } from '@nestjs/common';
import { AppClock, Proof, ProofProvider, ProofResult, Reader } from '@countinghouse/platform';

@Injectable()
@ProofProvider()
export class CompaniesAsVersioned implements Proof {
  readonly name = 'companies-as-versioned';

  constructor(private readonly clock: AppClock) {}

  /** A company whose move has come due and is not shown yet waits for its tick, and is no offender. */
  async prove(reader: Reader): Promise<ProofResult> {
    const { companies, versions, wrong, first } = await reader.one<{ companies: bigint; versions: bigint; wrong: bigint; first: string | null }>(
      `WITH compared AS (
         SELECT c.number, last.no,
                last.no IS DISTINCT FROM c.version OR last.profile IS DISTINCT FROM companies.profile_of(c) AS not_as_versioned,
                (c.parent_id, c.payer_id) IS DISTINCT FROM (companies.place_on(c.id, 'parent', today.day), companies.place_on(c.id, 'payer', today.day))
                  AND NOT EXISTS (SELECT FROM companies.company_move_due d WHERE d.company_id = c.id AND d.effective_on <= today.day) AS not_as_moved
           FROM companies.company c
          CROSS JOIN LATERAL (SELECT ($1::timestamptz AT TIME ZONE c.time_zone)::date AS day) AS today
           LEFT JOIN LATERAL (SELECT v.no, v.profile FROM companies.company_version v WHERE v.company_id = c.id ORDER BY v.no DESC LIMIT 1) AS last ON true
       )
       SELECT count(*) AS companies, coalesce(sum(no), 0)::bigint AS versions, count(*) FILTER (WHERE not_as_versioned OR not_as_moved) AS wrong,
              min(number) FILTER (WHERE not_as_versioned OR not_as_moved) AS first FROM compared`,
      [new Date(this.clock.now())],
    );
    const ok = wrong === 0n;
    return { ok, detail: ok ? `${companies} companies are what the last of their ${versions} versions and their moves say` : `${wrong} of ${companies} companies are not what their versions or moves say, ${first} the first` };
  }
}
