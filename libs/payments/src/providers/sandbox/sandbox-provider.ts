// A payment provider inside the product that behaves like a real one: asynchronous, forgetful, and honest only when asked.
import { createHash } from 'node:crypto';
import { DomainError } from '@countinghouse/kernel';
import { AppClock } from '@countinghouse/platform';
import type { SandboxOptions } from '../../payments-config';
import { Grouped } from '../../persistence/grouped';
import { ChargeAnswer, ChargeRequest, PaymentProvider, ProviderCharge, ProviderEvent, ProviderTimeout, WebhookHeaders, WebhookRefused } from '../payment-provider';
import { signatureFault } from '../webhook-signature';
import { NewSandboxCharge, SandboxCharge, SandboxRecord } from './sandbox-record';
import { NO_RATES, scenarioOf } from './sandbox-scenario';
import { readSandboxBody, SANDBOX, SIGNATURE_HEADER } from './sandbox-webhook';

export class SandboxProvider implements PaymentProvider {
  readonly name = SANDBOX;
  private readonly incoming: Grouped<NewSandboxCharge, SandboxCharge>;

  constructor(
    private readonly record: SandboxRecord,
    private readonly clock: AppClock,
    private readonly options: SandboxOptions,
  ) {
    this.incoming = new Grouped((charges) => this.take(charges));
  }

  /** Takes the charge in and answers that it is pending; what becomes of it is told by webhook. */
  async charge(request: ChargeRequest): Promise<ChargeAnswer> {
    const { idempotencyKey, token, amountMinor, currency } = request;
    const scenario = scenarioOf(token, chanceOf(idempotencyKey), { ...NO_RATES, ...this.options.rates });
    const charge = await this.incoming.submit({ idempotencyKey, token, amountMinor, currency, scenario });
    if (charge.token !== token || charge.amount_minor !== amountMinor || charge.currency !== currency) {
      throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'the sandbox has seen this key with another charge', {
        field: 'idempotencyKey',
        value: idempotencyKey,
        remedy: 'make the key a function of what is charged',
      });
    }
    if (scenario.firstCall !== 'answered' && charge.calls === 1) throw new ProviderTimeout(SANDBOX);
    return answerOf(charge);
  }

  async fetch({ idempotencyKey }: { readonly idempotencyKey: string }): Promise<ProviderCharge> {
    const charge = await this.record.find(idempotencyKey);
    return charge ? { found: true, ...answerOf(charge) } : { found: false };
  }

  verifyWebhook(rawBody: Buffer, headers: WebhookHeaders): void {
    const header = headers[SIGNATURE_HEADER];
    const fault = signatureFault(this.options.webhookSecrets, typeof header === 'string' ? header : undefined, rawBody, this.clock.now());
    if (fault !== undefined) throw new WebhookRefused(SANDBOX, fault);
  }

  parseWebhook(rawBody: Buffer): ProviderEvent[] {
    return readSandboxBody(rawBody);
  }

  private async take(charges: readonly NewSandboxCharge[]): Promise<SandboxCharge[]> {
    const now = this.clock.now();
    const taken = await this.record.take(charges, now, now + (this.options.decideAfterMs ?? 0));
    return charges.map((charge) => taken.get(charge.idempotencyKey)!);
  }
}

function answerOf(charge: SandboxCharge): ChargeAnswer {
  const { reference, state, decline_code: declineCode } = charge;
  const occurredAt = (charge.decided_at ?? charge.created_at).getTime();
  if (state === 'declined') return { reference, outcome: { state, declineCode: declineCode ?? 'unspecified' }, occurredAt };
  return { reference, outcome: { state: state === 'captured' ? 'captured' : 'pending' }, occurredAt };
}

/** Two numbers from 0 up to 1 that are functions of the key. */
function chanceOf(idempotencyKey: string): [number, number] {
  const hash = createHash('sha256').update(idempotencyKey).digest();
  return [hash.readUInt32BE(0) / 2 ** 32, hash.readUInt32BE(4) / 2 ** 32];
}
