// Close check: what was earned until the end of the period has been recognised.
import { Injectable } from '@nestjs/common';
import { Money } from '@countinghouse/kernel';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';

@Injectable()
@CloseCheckProvider()
export class UnrecognisedRevenue implements CloseCheck {
  readonly name = 'unrecognised-revenue';

  /** The same question that the recognition run through the last day of the period would ask. */
  async check(reader: Reader, { issuerId, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const unrecognised = await reader.query<{ currency: string; schedules: bigint; minor: bigint }>(
      `SELECT currency, count(*) AS schedules, sum(due.minor)::bigint AS minor
         FROM accounting.revenue_schedule
        CROSS JOIN LATERAL (SELECT accounting.earned_minor(total_minor, service_start, service_end, $2) - recognised_minor AS minor) due
        WHERE issuer_id = $1 AND recognised_minor <> total_minor AND service_start < $2 AND deferred_on < $2
          AND sign(due.minor) = sign(total_minor)
        GROUP BY currency ORDER BY currency`,
      [issuerId, end],
    );
    if (unrecognised.length === 0) return null;
    return {
      detail: unrecognised.map(({ currency, schedules, minor }) => `${Money.of(minor, currency)} of ${schedules} schedules is earned and not recognised`).join('; '),
      remedy: `Run the recognition through the day before ${end}.`,
    };
  }
}
