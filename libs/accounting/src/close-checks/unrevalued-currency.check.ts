// Close check: what is held in foreign currency stands at the closing rate.
import { Injectable } from '@nestjs/common';
import { isDomainError } from '@countinghouse/kernel';
import { CloseCheck, CloseCheckProvider, CloseObstacle, ClosingPeriod, Reader } from '@countinghouse/platform';
import { differencesDue } from '../persistence/revaluation.queries';
import { closingRates } from '../use-cases/closing-rates';

@Injectable()
@CloseCheckProvider()
export class UnrevaluedCurrency implements CloseCheck {
  readonly name = 'unrevalued-currency';

  /** The same question that the revaluation run of the month would ask. */
  async check(reader: Reader, { issuerId, start, end }: ClosingPeriod): Promise<CloseObstacle | null> {
    const month = { issuerId, periodStart: start, until: end };
    try {
      const due = await differencesDue(reader, month, await closingRates(reader, month));
      if (due.length === 0) return null;
      return {
        detail: due.map(({ currency, items }) => `${items} of the balances in ${currency} do not stand at the closing rate`).join('; '),
        remedy: `Run the revaluation of the month that begins on ${start}.`,
      };
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'RATE_MISSING') throw error;
      return { detail: error.message, remedy: error.remedy! };
    }
  }
}
