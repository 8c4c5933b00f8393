// The port to payment providers: what each adapter does, and in which words it answers.
import { Currency, DomainError } from '@countinghouse/kernel';

export interface ChargeRequest {
  /** The same key is the same call: a provider asked twice charges once. It comes back in every event about the charge. */
  readonly idempotencyKey: string;
  readonly token: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/** What a provider says about a charge, in an answer, a fetch or a webhook. Decline codes are those of domain/declines.ts. */
export type ChargeOutcome =
  | { readonly state: 'pending' }
  | { readonly state: 'captured' }
  | { readonly state: 'declined'; readonly declineCode: string };

/** The answer to a charge. Pending means that a webhook will tell the rest. */
export interface ChargeAnswer {
  /** The provider's own name for the charge. */
  readonly reference: string;
  readonly outcome: ChargeOutcome;
  /** When the provider says it happened, epoch ms. */
  readonly occurredAt: number;
}

/** What a fetch finds; not-found is a statement too: the provider has never heard of the charge. */
export type ProviderCharge = { readonly found: false } | ({ readonly found: true } & ChargeAnswer);

export interface ProviderEvent extends ChargeAnswer {
  /** The provider's id of the event; a repeated event has the same one. Printable ASCII, at most 200 characters. */
  readonly eventId: string;
  readonly idempotencyKey: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface PaymentProvider {
  /** As in payment_method.provider and in the webhook's path; lower case. */
  readonly name: string;

  /**
   * Asks the provider to capture an amount.
   * @throws ProviderTimeout, or anything else, when the provider gave no answer: the outcome is then unknown.
   */
  charge(request: ChargeRequest): Promise<ChargeAnswer>;

  /** Asks what became of a charge. Throws as `charge` does. */
  fetch(by: { readonly idempotencyKey: string }): Promise<ProviderCharge>;

  /**
   * Checks the signature over the bytes as they came, and the time it was made at.
   * @throws WebhookRefused
   */
  verifyWebhook(rawBody: Buffer, headers: WebhookHeaders): void;

  /**
   * Reads the events of a webhook that was verified when it came in. Works on the store too: it needs no headers, so
   * that a secret that has been rotated away in the meantime does not matter.
   * @throws WebhookUnreadable
   */
  parseWebhook(rawBody: Buffer): ProviderEvent[];
}

/** The provider did not answer in time. Nobody knows what it did; the only thing to do is to ask it. */
export class ProviderTimeout extends DomainError {
  constructor(provider: string, cause?: unknown) {
    super('PROVIDER_TIMEOUT', `${provider} did not answer in time.`, {
      field: 'provider',
      value: provider,
      remedy: 'Nothing has to be done: the provider is asked what happened before anything is charged again.',
      cause,
    });
  }
}

/** The signature does not fit the bytes, or was made too long ago. */
export class WebhookRefused extends DomainError {
  constructor(provider: string, why: string) {
    super('WEBHOOK_REFUSED', `A webhook of ${provider} was refused: ${why}.`, {
      field: 'signature',
      remedy: 'Check that the signing secret at the provider is one of the two that are configured here, and the clocks.',
    });
  }
}

/** Rightly signed, but not in the shape that the provider's documentation promises. */
export class WebhookUnreadable extends DomainError {
  constructor(provider: string, why: string) {
    super('WEBHOOK_UNREADABLE', `A webhook of ${provider} cannot be read: ${why}.`, {
      remedy: "Compare its bytes with the provider's documentation and widen the adapter, then replay it.",
    });
  }
}
