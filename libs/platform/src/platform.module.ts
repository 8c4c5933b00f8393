// The platform as one global Nest module: what every context injects, and the worker when the process is one.
import { DynamicModule, Global, Module, OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { Audit } from './audit/audit';
import { CloseChecks, FailingProofs, UndeliveredEvents } from './close-checks';
import { AppClock } from './clock/clock';
import { SystemClock } from './clock/system-clock';
import { openDataSource } from './database/data-source';
import { Database } from './database/database';
import { Idempotency } from './idempotency/idempotency';
import { KeyRetention } from './idempotency/key-retention';
import { Deliveries } from './outbox/deliveries';
import { EventRetention } from './outbox/event-retention';
import { Imports } from './imports/imports';
import { RejectionRetention } from './imports/rejection-retention';
import { StagedRowRetention } from './imports/staged-row-retention';
import { Issuers } from './issuers/issuers';
import { Outbox } from './outbox/outbox';
import { OpenPeriods } from './open-periods/open-periods';
import { PartyNames } from './party-names/party-names';
import { PersistenceManifest } from './persistence/manifest';
import { Proofs } from './proofs/proof';
import { ProveDaily } from './proofs/prove-daily';
import { JobRegistry } from './queue/job-registry';
import { QueueSettings, QueueTimes } from './queue/queue-settings';
import { Queues } from './queue/queues';
import { Relay } from './queue/relay';
import { ProcessExit, WorkerHost } from './queue/worker-host';
import { Retention, RetentionRules, RetentionSettings } from './retention';
import { ChunkRetention } from './runs/chunk-retention';
import { RunChunks } from './runs/run-chunks';
import { Runs } from './runs/runs';
import { TickRunner } from './scheduling/tick-runner';
import { Ticks } from './scheduling/ticks';
import { AdvanceTestClock } from './test-clocks/advance-test-clock';
import { CreateTestClock } from './test-clocks/create-test-clock';
import { DailyWorks } from './test-clocks/daily-work';
import { TestClockRun } from './test-clocks/test-clock.run';

export interface PlatformOptions {
  readonly databaseUrl: string;
  /** redis://… ; without it the queue lies in PostgreSQL. */
  readonly queueUrl?: string;
  readonly manifests: readonly PersistenceManifest[];
  /** Database connections of this process at the most. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity: 'api', 'worker', 'cli'. */
  readonly applicationName?: string;
  /** Only a worker consumes events, chunks and ticks; the others write rows that it will find. */
  readonly role: 'worker' | 'http' | 'cli';
  /** For how many days what is done with is kept, by the name of the retention rule, where it differs from the rule's own. */
  readonly retentionDays?: Readonly<Record<string, number>>;
  /** Leases, retries, limits and concurrency, where they differ from the defaults. */
  readonly times?: Partial<QueueTimes>;
}

/** What every context can inject. */
const SERVICES = [Database, Outbox, Audit, JobRegistry, Deliveries, RunChunks, Runs, Idempotency, Ticks, Proofs, ProveDaily, CloseChecks, OpenPeriods, PartyNames, Imports, Issuers, RetentionRules, Retention];

/** What of the platform's own rows goes after a while. */
const RETENTION_RULES = [ChunkRetention, EventRetention, KeyRetention, RejectionRetention, StagedRowRetention];

/** Issuers that live on a clock of their own, and what moves it. */
const TEST_CLOCKS = [CreateTestClock, AdvanceTestClock, DailyWorks];

/** What the platform itself has to say about a close. */
const CLOSE_CHECKS = [FailingProofs, UndeliveredEvents];

/** What only a worker has. */
const WORKER = [Queues, Relay, TickRunner, ProcessExit, WorkerHost];

@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  static forRoot(options: PlatformOptions): DynamicModule {
    return {
      module: PlatformModule,
      imports: [DiscoveryModule],
      providers: [
        {
          provide: DataSource,
          useFactory: () =>
            openDataSource({
              url: options.databaseUrl,
              manifests: options.manifests,
              poolSize: options.poolSize ?? 10,
              applicationName: options.applicationName ?? options.role,
            }),
        },
        { provide: AppClock, useClass: SystemClock },
        { provide: QueueSettings, useValue: new QueueSettings(options.databaseUrl, options.queueUrl, options.times) },
        { provide: RetentionSettings, useValue: new RetentionSettings(options.retentionDays) },
        ...SERVICES,
        ...TEST_CLOCKS,
        TestClockRun,
        ...CLOSE_CHECKS,
        ...RETENTION_RULES,
        ...(options.role === 'worker' ? WORKER : []),
      ],
      exports: [DataSource, AppClock, QueueSettings, ...SERVICES, ...TEST_CLOCKS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
