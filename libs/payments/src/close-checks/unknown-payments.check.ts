// Close check: of every payment that was due in the period it is known what became of it.
import { Injectable } from '@nestjs/common';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';

@Injectable()
@CloseCheckProvider()
export class UnknownPayments implements CloseCheck {
  readonly name = 'unknown-payments';

  /** Also those that are being processed: the provider may have captured them on a day of the period. */
  async check(reader: Reader, { issuerId, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const { payments, first } = await reader.one<{ payments: bigint; first: string | null }>(
      `SELECT count(*) AS payments, (array_agg(id ORDER BY id))[1]::text AS first FROM payments.payment
        WHERE issuer_id = $1 AND state IN ('processing', 'unknown') AND collect_on < $2`,
      [issuerId, end],
    );
    if (payments === 0n) return null;
    return {
      detail: `of ${payments} payments it is not known what became of them, first ${first}`,
      remedy: 'Wait until the provider has been asked, or ask it about each.',
    };
  }
}
