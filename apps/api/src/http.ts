// The HTTP application: GraphQL, webhooks of providers, health and metrics, behind the same headers and limits.
import { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { LIMITS } from '@countinghouse/platform';
import { AppModule } from './app.module';
import { Config } from './config';

/**
 * Longer than load balancers and clients keep an idle connection, so that it is never ours that ends one at the very moment
 * at which a provider sends its next webhook along it.
 */
const KEEP_ALIVE_MS = 75_000;

/** Made, but not listening. @throws ConfigError when the configuration would leave a door open */
export async function createHttpApp(config: Config & { readonly databaseUrl: string }, logger: LoggerService | false): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRole('http', config), {
    logger,
    abortOnError: false,
    bodyParser: false,
    // Webhooks are verified on the bytes as they came, so the body is kept raw beside the parsed one.
    rawBody: true,
  });
  app.disable('x-powered-by');
  // Development has no TLS that a browser could be sent to.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: config.production ? [] : null } } }));
  app.useBodyParser('json', { limit: LIMITS.bodyBytes });
  app.getHttpServer().keepAliveTimeout = KEEP_ALIVE_MS;
  return app;
}
