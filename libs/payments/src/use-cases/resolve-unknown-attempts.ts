// The janitor: asks the provider about attempts of which nothing certain has been heard. On doubt ask, never assume.
import { Injectable } from '@nestjs/common';
import { isoInstant } from '@countinghouse/kernel';
import { AppClock, Database } from '@countinghouse/platform';
import { claimOverdueAttempts } from '../persistence/collection.queries';
import { ApplyProviderNews } from './apply-provider-news';
import { CallProvider } from './call-provider';

const CHUNK = 200;
/** Until the first question is repeated; doubled for each further one, up to an hour and a half. */
const FIRST_LEASE_SECONDS = 10;

@Injectable()
export class ResolveUnknownAttempts {
  constructor(
    private readonly database: Database,
    private readonly calls: CallProvider,
    private readonly news: ApplyProviderNews,
    private readonly clock: AppClock,
  ) {}

  /** Asks about one chunk of attempts that are due to be asked about; of how many the outcome is known now. */
  async execute(): Promise<number> {
    const now = this.clock.now();
    const overdue = await this.database.transaction((tx) => claimOverdueAttempts(tx, isoInstant(now), FIRST_LEASE_SECONDS, CHUNK));
    if (overdue.length === 0) return 0;
    const heard = await this.calls.ask(overdue);
    const outcomes = await this.database.transaction((tx) => this.news.execute(tx, heard, now));
    return outcomes.filter((one) => one.outcome === 'applied').length;
  }
}
