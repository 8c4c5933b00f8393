// What payments does every so often: work off the inbox, ask about what is unknown, and let the sandbox deliver.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { SandboxSender } from '../providers/sandbox/sandbox-sender';
import { ProcessWebhooks } from '../use-cases/process-webhooks';
import { ResolveUnknownAttempts } from '../use-cases/resolve-unknown-attempts';
import { PROCESS_WEBHOOKS } from '../webhooks/webhook-inbox';

@Injectable()
export class PaymentTicks {
  constructor(
    private readonly webhooks: ProcessWebhooks,
    private readonly janitor: ResolveUnknownAttempts,
    private readonly sandbox: SandboxSender,
  ) {}

  @Tick({ queue: 'payments', name: PROCESS_WEBHOOKS, everyMs: 1_000 })
  processWebhooks(): Promise<number> {
    return this.webhooks.execute();
  }

  @Tick({ queue: 'payments', name: 'payments.resolve-unknown-attempts', everyMs: 5_000 })
  resolveUnknownAttempts(): Promise<number> {
    return this.janitor.execute();
  }

  @Tick({ queue: 'payments', name: 'payments.deliver-sandbox-webhooks', everyMs: 500 })
  deliverSandboxWebhooks(): Promise<number> {
    return this.sandbox.deliver();
  }
}
