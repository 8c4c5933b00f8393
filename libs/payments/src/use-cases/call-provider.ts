// Calls providers about attempts that are on record, and turns whatever happens into news.
import { Injectable, Logger } from '@nestjs/common';
import { AppClock } from '@countinghouse/platform';
import { Intent } from '../persistence/collection.queries';
import { mapBounded } from '../providers/bounded';
import { ChargeAnswer, ProviderTimeout } from '../providers/payment-provider';
import { Providers } from '../providers/providers';
import { Heard } from './apply-provider-news';

/** Calls under way at the same time; more would be answered no sooner. */
const CONCURRENCY = 16;

@Injectable()
export class CallProvider {
  private readonly log = new Logger(CallProvider.name);

  constructor(
    private readonly providers: Providers,
    private readonly clock: AppClock,
  ) {}

  /** Charges each attempt. The same attempt again is the same call. Never throws: no answer is news, too. */
  charge(intents: readonly Intent[]): Promise<Heard[]> {
    return mapBounded(intents, CONCURRENCY, (intent) => this.hearing(intent, () => this.chargeOne(intent)));
  }

  /**
   * Asks what became of each attempt. What the provider has never heard of has not been charged, so it is charged now,
   * under the key that it always had.
   */
  ask(intents: readonly Intent[]): Promise<Heard[]> {
    return mapBounded(intents, CONCURRENCY, (intent) =>
      this.hearing(intent, async () => {
        const charge = await this.providers.named(intent.provider).fetch({ idempotencyKey: intent.idempotency_key });
        return charge.found ? charge : this.chargeOne(intent);
      }),
    );
  }

  private chargeOne(intent: Intent): Promise<ChargeAnswer> {
    return this.providers.named(intent.provider).charge({
      idempotencyKey: intent.idempotency_key,
      token: intent.token,
      amountMinor: intent.amount_minor,
      currency: intent.currency,
    });
  }

  /** A time-out, a broken connection, an answer that makes no sense: in each case nobody knows, and nobody guesses. */
  private async hearing(intent: Intent, call: () => Promise<ChargeAnswer>): Promise<Heard> {
    const about = { provider: intent.provider, idempotencyKey: intent.idempotency_key };
    try {
      const { reference, outcome, occurredAt } = await call();
      if (outcome.state === 'declined') return { ...about, reference, occurredAt, news: { kind: 'declined', declineCode: outcome.declineCode } };
      return { ...about, reference, occurredAt, news: { kind: outcome.state === 'captured' ? 'captured' : 'accepted' } };
    } catch (error) {
      // A time-out is part of life; anything else may be a mistake of ours, which must not stay unseen.
      if (!(error instanceof ProviderTimeout)) this.log.error(`${intent.provider}, ${intent.idempotency_key}: ${String(error)}`);
      return { ...about, reference: null, occurredAt: this.clock.now(), news: { kind: 'unknown' } };
    }
  }
}
