// Applies what providers have said to payments, in sets: states, allocation, journal entry and event in one transaction.
import { Injectable } from '@nestjs/common';
import { Books } from '@countinghouse/accounting';
import { event, PaymentCapturedFact, PaymentFailed, PaymentSettled } from '@countinghouse/contracts';
import { Invoicing } from '@countinghouse/invoicing';
import { isoInstant, localDateIn, LocalDate } from '@countinghouse/kernel';
import { Outbox, Tx } from '@countinghouse/platform';
import { hear, PaymentProgress, ProviderNews } from '../domain/provider-news';
import { readIdempotencyKey } from '../domain/payment-state';
import { AttemptRow, attemptsOf, changeAttempts, changePayments, LockedPayment, lockPayments } from '../persistence/provider-news.queries';

/** Something heard about an attempt, whichever way it came. */
export interface Heard {
  readonly provider: string;
  readonly idempotencyKey: string;
  readonly news: ProviderNews;
  /** The provider's name for the charge, once it has one. */
  readonly reference: string | null;
  /** When it happened, epoch ms: by the provider's clock, or by ours if the provider said nothing. */
  readonly occurredAt: number;
  /** What the provider says it was about; left out when it was our own call and the amount is our own. */
  readonly amount?: { readonly minor: bigint; readonly currency: string };
}

export type HeardOutcome =
  | { readonly outcome: 'applied' | 'recorded' }
  | { readonly outcome: 'parked'; readonly code: string; readonly reason: string };

/** How long to wait for a webhook, or after a time-out, before the provider is asked. */
const ASK_AFTER_MS = { created: 2 * 60_000, submitted: 30 * 60_000, unknown: 5_000 } as const;

/** A payment as it is on record, and as it is after the news so far. */
interface Hearing {
  readonly payment: LockedPayment;
  readonly attempts: readonly AttemptRow[];
  progress: PaymentProgress;
  /** By attempt number: what else the news has brought. */
  readonly brought: Map<number, { reference: string | null; declineCode: string | null }>;
  provider: string;
  declineCode: string | null;
  captured: { on: LocalDate; at: number } | undefined;
}

@Injectable()
export class ApplyProviderNews {
  constructor(
    private readonly invoicing: Invoicing,
    private readonly books: Books,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Applies news in the given order and answers, in that order, what came of each. A constant number of statements
   * however much news there is. News is heard under a lock on its payment, so that two processes hear it one after the other.
   * @param nowMs read before the transaction, because its callback may run again
   */
  async execute(tx: Tx, heard: readonly Heard[], nowMs: number): Promise<HeardOutcome[]> {
    const hearings = await this.summon(tx, heard);
    const outcomes = heard.map((one) => hearOne(hearings, one));
    const changed = [...hearings.values()].filter(hasChanged);
    await this.write(tx, changed, nowMs);
    await this.tell(tx, changed);
    return outcomes;
  }

  private async summon(tx: Tx, heard: readonly Heard[]): Promise<Map<string, Hearing>> {
    const ids = [...new Set(heard.flatMap((one) => readIdempotencyKey(one.idempotencyKey)?.paymentId ?? []))];
    const payments = await lockPayments(tx, ids);
    const attempts = new Map<string, AttemptRow[]>(payments.map((payment) => [payment.id, []]));
    for (const attempt of await attemptsOf(tx, ids)) attempts.get(attempt.payment_id)?.push(attempt);
    return new Map(payments.map((payment) => [payment.id, hearingOf(payment, attempts.get(payment.id)!)]));
  }

  private async write(tx: Tx, changed: readonly Hearing[], nowMs: number): Promise<void> {
    const attempts = changed.flatMap(({ attempts, progress, brought }) =>
      attempts.flatMap((attempt) => {
        const what = brought.get(attempt.no);
        const state = progress.attempts[attempt.no - 1]!;
        return what ? [{ id: attempt.id, state, ...what, dueAt: isoInstant(nowMs + askAfterMs(state)) }] : [];
      }),
    );
    await changeAttempts(tx, attempts, isoInstant(nowMs));
    await changePayments(
      tx,
      changed
        .filter((hearing) => hearing.progress.state !== hearing.payment.state)
        .map(({ payment, progress, provider, declineCode, captured }) => ({
          id: payment.id,
          state: progress.state,
          provider,
          collectOn: progress.collectOn ?? null,
          declineCode,
          capturedOn: captured?.on ?? null,
          capturedAt: captured ? isoInstant(captured.at) : null,
        })),
    );
  }

  /** Invoices, ledger and the rest of the world, in the order in which everybody takes these locks. */
  private async tell(tx: Tx, changed: readonly Hearing[]): Promise<void> {
    const captured = changed.filter((hearing) => hearing.captured !== undefined);
    const failed = changed.filter(({ payment, progress }) => progress.state === 'failed' && payment.state !== 'failed');
    if (captured.length > 0) {
      await this.invoicing.allocate(
        tx,
        captured.map(({ payment, captured: capture }) => ({
          invoiceId: payment.invoice_id,
          sourceType: 'payment',
          sourceId: payment.id,
          amountMinor: payment.amount_minor,
          on: capture!.on,
        })),
      );
      await this.books.record(tx, captured.map(factOf));
    }
    await this.outbox.append(tx, [
      ...captured.map((hearing) => event(PaymentSettled, payloadOf(hearing))),
      ...failed.map((hearing) => event(PaymentFailed, { ...payloadOf(hearing), declineCode: hearing.declineCode ?? 'unspecified' })),
    ]);
  }
}

function hearingOf(payment: LockedPayment, attempts: readonly AttemptRow[]): Hearing {
  return {
    payment,
    attempts,
    progress: { state: payment.state, attempts: attempts.map((attempt) => attempt.state) },
    brought: new Map(),
    provider: attempts.at(-1)?.provider ?? '',
    declineCode: null,
    captured: undefined,
  };
}

function hearOne(hearings: ReadonlyMap<string, Hearing>, heard: Heard): HeardOutcome {
  const key = readIdempotencyKey(heard.idempotencyKey);
  const hearing = key && hearings.get(key.paymentId);
  const attempt = hearing?.attempts.find((one) => one.no === key?.attemptNo);
  if (!hearing || !attempt || attempt.provider !== heard.provider) {
    return { outcome: 'parked', code: 'ATTEMPT_UNKNOWN', reason: `${heard.provider} speaks of ${heard.idempotencyKey.slice(0, 60)}, which it was never asked for` };
  }
  const { payment } = hearing;
  if (heard.amount && (heard.amount.minor !== payment.amount_minor || heard.amount.currency !== payment.currency)) {
    const said = `${heard.amount.minor} ${heard.amount.currency}`;
    return { outcome: 'parked', code: 'AMOUNT_DIFFERS', reason: `${heard.provider} speaks of ${said} minor units, asked for were ${payment.amount_minor} ${payment.currency}` };
  }
  const on = localDateIn(payment.time_zone, heard.occurredAt);
  const effect = hear(hearing.progress, attempt.no, heard.news, on);
  if (effect.outcome === 'contradiction') return { outcome: 'parked', code: effect.code, reason: effect.reason };
  if (effect.outcome === 'applied') take(hearing, attempt, heard, effect.next, on);
  return { outcome: effect.outcome };
}

function take(hearing: Hearing, attempt: AttemptRow, heard: Heard, next: PaymentProgress, on: LocalDate): void {
  const declineCode = heard.news.kind === 'declined' ? heard.news.declineCode : null;
  hearing.brought.set(attempt.no, {
    reference: hearing.brought.get(attempt.no)?.reference ?? heard.reference,
    declineCode: declineCode ?? hearing.brought.get(attempt.no)?.declineCode ?? null,
  });
  hearing.declineCode = declineCode ?? hearing.declineCode;
  if (next.state === 'succeeded' && hearing.progress.state !== 'succeeded') {
    hearing.captured = { on, at: heard.occurredAt };
    hearing.provider = attempt.provider;
  }
  hearing.progress = next;
}

function hasChanged(hearing: Hearing): boolean {
  return hearing.brought.size > 0;
}

function askAfterMs(state: string): number {
  return ASK_AFTER_MS[state as keyof typeof ASK_AFTER_MS] ?? 0;
}

function factOf({ payment, provider, captured }: Hearing): PaymentCapturedFact {
  return {
    kind: 'payment-captured',
    issuerId: payment.issuer_id,
    sourceType: 'payment',
    sourceId: payment.id,
    on: captured!.on,
    currency: payment.currency,
    provider,
    party: { type: payment.payer_type, id: payment.payer_id },
    invoiceId: payment.invoice_id,
    amountMinor: payment.amount_minor,
  };
}

function payloadOf({ payment, provider }: Hearing) {
  return {
    paymentId: payment.id,
    invoiceId: payment.invoice_id,
    issuerId: payment.issuer_id,
    payerType: payment.payer_type,
    payerId: payment.payer_id,
    provider,
    currency: payment.currency,
    amountMinor: payment.amount_minor.toString(),
  };
}
