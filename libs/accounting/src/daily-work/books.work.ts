// A day of a test issuer: its books are open from its first day on.
import { Injectable } from '@nestjs/common';
import { Currency } from '@countinghouse/kernel';
import { DailyWork, DailyWorkDone, DailyWorkProvider, Database, DayPhase, IssuerDay } from '@countinghouse/platform';
import { lastPeriod } from '../persistence/chart.queries';
import { OpenBooks } from '../use-cases/open-books';

@Injectable()
@DailyWorkProvider()
export class BooksWork implements DailyWork {
  readonly phase: DayPhase = 'prepare';
  readonly name: string = 'accounting.books';

  constructor(
    private readonly database: Database,
    private readonly openBooks: OpenBooks,
  ) {}

  /** Later months open as entries reach them; those that the clock passes without an entry are opened with the day. */
  async perform({ issuerId, day, actor }: IssuerDay): Promise<DailyWorkDone> {
    await this.database.transaction(async (tx) => {
      const last = await lastPeriod(tx, issuerId);
      if (last !== undefined && day <= last) return;
      if (last !== undefined) return this.openBooks.ensurePeriods(tx, issuerId, day, actor);
      const { country, functionalCurrency } = await tx.one<{ country: string; functionalCurrency: Currency }>(
        'SELECT country, functional_currency AS "functionalCurrency" FROM platform.issuer WHERE id = $1',
        [issuerId],
      );
      await this.openBooks.execute(tx, { issuerId, country, functionalCurrency, from: day }, actor);
    });
    return {};
  }
}
