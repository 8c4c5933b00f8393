// Payments as the worker loads it: use cases, façade, jobs and proofs. PaymentsConfig comes from the composition root.
import { Module } from '@nestjs/common';
import { AccountingModule } from '@countinghouse/accounting';
import { InvoicingModule } from '@countinghouse/invoicing';
import { AppClock } from '@countinghouse/platform';
import { UnknownPayments } from './close-checks/unknown-payments.check';
import { PaymentsTimeline } from './companies/payments-timeline.source';
import { CollectionRun } from './jobs/collection.run';
import { PaymentMethodsImport } from './jobs/payment-methods-import';
import { PaymentTicks } from './jobs/payment-ticks';
import { ScheduleCollectionConsumer } from './jobs/schedule-collection.consumer';
import { PaymentsConfig } from './payments-config';
import { Payments } from './payments.facade';
import { ProviderAgreesProof } from './providers/sandbox/provider-agrees.proof';
import { ProviderClearingProof } from './proofs/provider-clearing.proof';
import { UnappliedCashProof } from './proofs/unapplied-cash.proof';
import { Providers } from './providers/providers';
import { SandboxProvider } from './providers/sandbox/sandbox-provider';
import { SandboxRecord } from './providers/sandbox/sandbox-record';
import { SandboxRetention } from './providers/sandbox/sandbox-retention';
import { SandboxSender } from './providers/sandbox/sandbox-sender';
import { ApplyProviderNews } from './use-cases/apply-provider-news';
import { CallProvider } from './use-cases/call-provider';
import { CollectPayments } from './use-cases/collect-payments';
import { ProcessWebhooks } from './use-cases/process-webhooks';
import { ResolveUnknownAttempts } from './use-cases/resolve-unknown-attempts';
import { StartCollectionRun } from './use-cases/start-collection-run';
import { WebhookInbox } from './webhooks/webhook-inbox';
import { WebhookRetention } from './webhooks/webhook-retention';

const JOBS = [CollectionRun, PaymentMethodsImport, PaymentTicks, ScheduleCollectionConsumer];
const PROOFS = [ProviderAgreesProof, ProviderClearingProof, UnappliedCashProof];
const RETENTION_RULES = [SandboxRetention, WebhookRetention];
const USE_CASES = [ApplyProviderNews, CallProvider, CollectPayments, ProcessWebhooks, ResolveUnknownAttempts, StartCollectionRun];

@Module({
  imports: [AccountingModule, InvoicingModule],
  providers: [
    Payments,
    SandboxRecord,
    SandboxSender,
    WebhookInbox,
    {
      // A further provider is a further adapter in this list, and nothing else.
      provide: Providers,
      useFactory: ({ sandbox }: PaymentsConfig, record: SandboxRecord, clock: AppClock) =>
        new Providers(sandbox ? [new SandboxProvider(record, clock, sandbox)] : []),
      inject: [PaymentsConfig, SandboxRecord, AppClock],
    },
    ...USE_CASES,
    ...JOBS,
    ...PROOFS,
    ...RETENTION_RULES,
    UnknownPayments,
    PaymentsTimeline,
  ],
  exports: [Payments, StartCollectionRun, WebhookInbox],
})
export class PaymentsModule {}
