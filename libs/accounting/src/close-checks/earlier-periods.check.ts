// Close check: the periods before this one are closed.
import { Injectable } from '@nestjs/common';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';
import { unclosedBefore } from '../persistence/period.queries';

@Injectable()
@CloseCheckProvider()
export class EarlierPeriods implements CloseCheck {
  readonly name = 'earlier-periods';

  async check(reader: Reader, period: ClosingPeriod): Promise<CloseObstacle | null> {
    const earlier = await unclosedBefore(reader, period);
    return earlier ? { detail: `the period of ${earlier} is not closed`, remedy: `Close the period of ${earlier} first.` } : null;
  }
}
