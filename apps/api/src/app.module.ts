// The composition root: the only file that imports every context, once for each kind of process.
import { DynamicModule, Global, Module } from '@nestjs/common';
import { AccountingGraphqlModule, AccountingHttpModule, AccountingModule } from '@countinghouse/accounting';
import { CompaniesGraphqlModule, CompaniesHttpModule, CompaniesModule, VatConfig } from '@countinghouse/companies';
import { InvoicingGraphqlModule, InvoicingModule } from '@countinghouse/invoicing';
import { PaymentsConfig, PaymentsGraphqlModule, PaymentsHttpModule, PaymentsModule } from '@countinghouse/payments';
import { GraphqlKitModule, PlatformGraphqlModule, PlatformHttpModule, PlatformModule, TelemetryModule } from '@countinghouse/platform';
import { SubscriptionsGraphqlModule, SubscriptionsHttpModule, SubscriptionsModule } from '@countinghouse/subscriptions';
import { authOptions } from './auth-options';
import { Config } from './config';
import { DemoModule } from './demo/demo.module';
import { PERSISTENCE } from './persistence';

export type ProcessRole = 'http' | 'worker' | 'cli';

const CONTEXTS = [AccountingModule, CompaniesModule, SubscriptionsModule, InvoicingModule, PaymentsModule];

/** Every context's part of the schema. */
export const GRAPHQL_MODULES = [
  PlatformGraphqlModule,
  AccountingGraphqlModule,
  CompaniesGraphqlModule,
  SubscriptionsGraphqlModule,
  InvoicingGraphqlModule,
  PaymentsGraphqlModule,
];

/** What contexts need to know of the configuration, in their own terms. */
@Global()
@Module({})
class SettingsModule {
  static forRoot(config: Config): DynamicModule {
    const settings = [
      { provide: PaymentsConfig, useValue: paymentsConfig(config) },
      { provide: VatConfig, useValue: vatConfig(config) },
    ];
    return { module: SettingsModule, providers: settings, exports: [PaymentsConfig, VatConfig] };
  }
}

@Module({})
export class AppModule {
  /** All roles know all contexts; only the worker works, and only the HTTP process answers requests of others. */
  static forRole(role: ProcessRole, config: Config & { readonly databaseUrl: string }): DynamicModule {
    const platform = PlatformModule.forRoot({
      databaseUrl: config.databaseUrl,
      manifests: PERSISTENCE,
      poolSize: config.databasePoolSize,
      applicationName: `countinghouse ${role}`,
      role,
      retentionDays: config.retentionDays,
      times: { leaseMs: config.queueLeaseMs, jobLimitMs: config.queueJobLimitMs },
      ...(config.queueUrl !== undefined && { queueUrl: config.queueUrl }),
    });
    const served = { http: httpModules, worker: () => [TelemetryModule], cli: () => [DemoModule] }[role];
    return { module: AppModule, imports: [platform, SettingsModule.forRoot(config), ...CONTEXTS, ...served(config)] };
  }
}

/** Telemetry comes first: it gives the request its id, which everything after it names. */
function httpModules(config: Config) {
  const kit = GraphqlKitModule.forRoot({ production: config.production, auth: authOptions(config) });
  return [TelemetryModule, PaymentsHttpModule, kit, PlatformHttpModule, AccountingHttpModule, CompaniesHttpModule, SubscriptionsHttpModule, ...GRAPHQL_MODULES];
}

function paymentsConfig(config: Config): PaymentsConfig {
  const webhookBaseUrl = config.sandboxWebhookUrl ?? `http://127.0.0.1:${config.port}`;
  const sandbox = { webhookSecrets: config.sandboxWebhookSecrets, webhookBaseUrl };
  return new PaymentsConfig({ production: config.production, ...(config.sandboxProvider && { sandbox }) });
}

function vatConfig({ production, vatChecks: checks, viesUrl, viesRequester }: Config): VatConfig {
  return new VatConfig({ production, checks, viesUrl, ...(viesRequester !== undefined && { viesRequester }) });
}
