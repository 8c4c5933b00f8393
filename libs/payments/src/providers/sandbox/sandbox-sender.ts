// The sandbox's postman: decides what is due and delivers signed webhooks to our endpoint, until they are acknowledged.
import { Agent as HttpAgent, IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Injectable, OnApplicationShutdown } from '@nestjs/common';
import { AppClock } from '@countinghouse/platform';
import { PaymentsConfig, SandboxOptions } from '../../payments-config';
import { mapBounded } from '../bounded';
import { signatureHeader } from '../webhook-signature';
import { SandboxEvent, SandboxRecord, SendOutcome } from './sandbox-record';
import { SANDBOX, sandboxBody, SIGNATURE_HEADER } from './sandbox-webhook';

/** Small enough that the worst batch, all of it timing out, is over before the lease is. */
const BATCH = 128;
const CONCURRENCY = 32;
const ANSWER_WITHIN_MS = 2_000;
/** Longer than a batch can take at the worst: past it another sender takes over what this one has left. */
const LEASE_MS = 10_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60 * 60_000;
/** About a day of trying. Then a person or the janitor has to ask. */
const MAX_SENDS = 30;

@Injectable()
export class SandboxSender implements OnApplicationShutdown {
  private readonly http = new HttpAgent({ keepAlive: true, maxSockets: CONCURRENCY });
  private readonly https = new HttpsAgent({ keepAlive: true, maxSockets: CONCURRENCY });

  constructor(
    private readonly record: SandboxRecord,
    private readonly clock: AppClock,
    private readonly config: PaymentsConfig,
  ) {}

  /** Decides and sends one batch; how many events were acknowledged. Zero when there was nothing, or nobody to take it. */
  async deliver(): Promise<number> {
    const { sandbox } = this.config;
    if (!sandbox) return 0;
    const now = this.clock.now();
    await this.record.decide(now, BATCH);
    const events = await this.record.claim(now, now + LEASE_MS, BATCH);
    if (events.length === 0) return 0;
    const outcomes = await mapBounded(events, CONCURRENCY, (event) => this.send(event, sandbox));
    await this.record.sent(outcomes);
    return outcomes.filter((outcome) => outcome.state === 'delivered').length;
  }

  onApplicationShutdown(): void {
    this.http.destroy();
    this.https.destroy();
  }

  /** Sends the copies of one event; it is delivered when all of them are acknowledged. */
  private async send(event: SandboxEvent, sandbox: SandboxOptions): Promise<SendOutcome> {
    const body = sandboxBody(event);
    const failures = (await Promise.all(Array.from({ length: event.copies }, () => this.post(body, sandbox)))).filter((error) => error !== null);
    const now = this.clock.now();
    const error = failures[0] ?? null;
    if (error === null) return { id: event.id, state: 'delivered', dueAtMs: now, error };
    const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (event.sends - 1), LONGEST_BACKOFF_MS);
    return { id: event.id, state: event.sends >= MAX_SENDS ? 'given-up' : 'pending', dueAtMs: now + backoff, error };
  }

  /** Posts once; null when it was acknowledged with a 2xx, otherwise what went wrong. Never throws. */
  private post(body: Buffer, { webhookBaseUrl, webhookSecrets, answerWithinMs = ANSWER_WITHIN_MS }: SandboxOptions): Promise<string | null> {
    const url = `${webhookBaseUrl}/webhooks/${SANDBOX}`;
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      // Signed when it is sent, not when it happened: a webhook that had to wait is not refused for its age.
      [SIGNATURE_HEADER]: signatureHeader(webhookSecrets[0]!, body, this.clock.now()),
    };
    return new Promise((resolve) => {
      const options = { method: 'POST', headers, timeout: answerWithinMs };
      const answered = (response: IncomingMessage): void => {
        const status = response.statusCode ?? 0;
        response.resume();
        response.once('end', () => resolve(status >= 200 && status < 300 ? null : `HTTP ${status}`));
        response.once('error', (error) => resolve(error.message));
      };
      const call = url.startsWith('https:')
        ? httpsRequest(url, { ...options, agent: this.https }, answered)
        : httpRequest(url, { ...options, agent: this.http }, answered);
      call.once('timeout', () => call.destroy(new Error('timed out')));
      call.once('error', (error) => resolve(error.message));
      call.end(body);
    });
  }
}
