// Collects a stretch of due payments: commit the intent, call the provider, commit what it said.
import { Injectable } from '@nestjs/common';
import { isoInstant, RunId } from '@countinghouse/kernel';
import { AppClock, Database } from '@countinghouse/platform';
import { cancelNotOwed, createAttempts, DueFilter, intentsOfRun, PaymentStretch } from '../persistence/collection.queries';
import { ApplyProviderNews } from './apply-provider-news';
import { CallProvider } from './call-provider';

/** An attempt that was created and of which nothing is heard by then has lost its process; the janitor asks about it. */
const ASK_AFTER_MS = 2 * 60_000;

export interface Collected {
  readonly attempts: number;
  /** No longer owed, and given up. */
  readonly cancelled: number;
  /** Of the attempts, those the provider gave no answer to. */
  readonly unknown: number;
}

@Injectable()
export class CollectPayments {
  constructor(
    private readonly database: Database,
    private readonly calls: CallProvider,
    private readonly news: ApplyProviderNews,
    private readonly clock: AppClock,
  ) {}

  /**
   * May die anywhere and be run again: an intent without an outcome is called again under its own idempotency key, and
   * what the provider has answered once it answers again.
   */
  async execute(stretch: PaymentStretch, due: DueFilter, runId: RunId): Promise<Collected> {
    const askAt = isoInstant(this.clock.now() + ASK_AFTER_MS);
    const { cancelled, intents } = await this.database.transaction(async (tx) => {
      const cancelled = await cancelNotOwed(tx, stretch, due);
      await createAttempts(tx, stretch, due, runId, askAt);
      return { cancelled, intents: await intentsOfRun(tx, stretch, runId) };
    });
    const heard = await this.calls.charge(intents);
    const now = this.clock.now();
    await this.database.transaction((tx) => this.news.execute(tx, heard, now));
    return { attempts: intents.length, cancelled, unknown: heard.filter((one) => one.news.kind === 'unknown').length };
  }
}
