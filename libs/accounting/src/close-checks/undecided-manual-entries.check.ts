// Close check: nobody waits for a decision on a manual entry that would go into the period.
import { Injectable } from '@nestjs/common';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';

@Injectable()
@CloseCheckProvider()
export class UndecidedManualEntries implements CloseCheck {
  readonly name = 'undecided-manual-entries';

  async check(reader: Reader, { issuerId, start, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const { undecided, first } = await reader.one<{ undecided: bigint; first: string | null }>(
      `SELECT count(*) AS undecided, (array_agg(id ORDER BY requested_at))[1]::text AS first FROM accounting.manual_entry
        WHERE issuer_id = $1 AND state = 'requested' AND effective_on >= $2 AND effective_on < $3`,
      [issuerId, start, end],
    );
    if (undecided === 0n) return null;
    return { detail: `${undecided} manual entries wait for a decision, first ${first}`, remedy: 'Approve or reject them.' };
  }
}
