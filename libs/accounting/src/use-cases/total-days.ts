// Adds what waits to the totals of accounts by day.
import { Injectable } from '@nestjs/common';
import { Database } from '@countinghouse/platform';

const ENTRIES_AT_ONCE = 5_000;

@Injectable()
export class TotalDays {
  constructor(private readonly database: Database) {}

  /** How many entries it has added, up to five thousand; 0 when none waits. Balances are the same before and after; they are read faster. */
  async execute(): Promise<number> {
    const { count } = await this.database.transaction((tx) => tx.one<{ count: number }>('SELECT accounting.total_days($1) AS count', [ENTRIES_AT_ONCE]));
    return count;
  }
}
