// Adds what waits to the totals of accounts by day.
import { Injectable } from '@nestjs/common';
import { Database } from '@countinghouse/platform';

const ENTRIES_AT_ONCE = 5_000;
/** What is left then waits for the next time; balances count it all the same. */
const TIMES = 20;

@Injectable()
export class TotalDays {
  constructor(private readonly database: Database) {}

  /** How many entries it has added. Balances are the same before and after; they are read faster. */
  async execute(): Promise<number> {
    let totalled = 0;
    for (let time = 0; time < TIMES; time++) {
      const { count } = await this.database.transaction((tx) => tx.one<{ count: number }>('SELECT accounting.total_days($1) AS count', [ENTRIES_AT_ONCE]));
      totalled += count;
      if (count < ENTRIES_AT_ONCE) break;
    }
    return totalled;
  }
}
