// What an installation decides about payments; the composition root makes one and provides it globally.
import { DomainError } from '@countinghouse/kernel';
import type { SandboxRates } from './providers/sandbox/sandbox-scenario';

export interface SandboxOptions {
  /** One or two: the first signs, both are accepted, so that a secret can be rotated without losing a webhook. */
  readonly webhookSecrets: readonly string[];
  /** Where our own HTTP process listens, as the sandbox reaches it: `http://127.0.0.1:4000`. */
  readonly webhookBaseUrl: string;
  /** Shares of all charges with tok_ok that go another way, for demos and load tests. Default: none. */
  readonly rates?: Partial<SandboxRates>;
  /** Milliseconds from a charge to its decision. Default 0. */
  readonly decideAfterMs?: number;
  /** Milliseconds that the sandbox waits for an answer to a webhook before it sends it again. Default, and the most beside other senders, 2,000. */
  readonly answerWithinMs?: number;
  /** The sandbox invents money. In production it has to be allowed in so many words. */
  readonly allowInProduction?: boolean;
}

export interface PaymentsOptions {
  readonly production: boolean;
  readonly sandbox?: SandboxOptions;
}

const SECRET_MIN_LENGTH = 16;

/** Checked when it is made, so that a process with a wrong configuration does not start. It is its own injection token. */
export class PaymentsConfig {
  readonly sandbox: SandboxOptions | undefined;

  /** @throws DomainError SANDBOX_IN_PRODUCTION, WEBHOOK_SECRET_INVALID, WEBHOOK_BASE_URL_INVALID */
  constructor({ production, sandbox }: PaymentsOptions) {
    if (sandbox) check(sandbox, production);
    this.sandbox = sandbox;
  }
}

function check(sandbox: SandboxOptions, production: boolean): void {
  if (production && sandbox.allowInProduction !== true) {
    throw new DomainError('SANDBOX_IN_PRODUCTION', 'The sandbox payment provider is configured in production.', {
      field: 'sandbox',
      remedy: 'Take the sandbox out of the configuration, or allow it explicitly if this installation moves no real money.',
    });
  }
  const { webhookSecrets, webhookBaseUrl } = sandbox;
  if (webhookSecrets.length < 1 || webhookSecrets.length > 2 || webhookSecrets.some((secret) => secret.length < SECRET_MIN_LENGTH)) {
    throw new DomainError('WEBHOOK_SECRET_INVALID', `The sandbox needs one or two webhook secrets of at least ${SECRET_MIN_LENGTH} characters.`, {
      field: 'sandbox.webhookSecrets',
      remedy: 'Give the secret in use first, and during a rotation the other one second.',
    });
  }
  if (!/^https?:\/\/[^/]+$/.test(webhookBaseUrl)) {
    throw new DomainError('WEBHOOK_BASE_URL_INVALID', `${JSON.stringify(webhookBaseUrl)} is not the root of a web server.`, {
      field: 'sandbox.webhookBaseUrl',
      value: webhookBaseUrl,
      remedy: 'Give scheme, host and port without a path, such as http://127.0.0.1:4000.',
    });
  }
}
