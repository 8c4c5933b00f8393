// The HTTP process: GraphQL, webhooks of providers, health and metrics.
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { loadConfig } from './config';
import { createHttpApp } from './http';
import { endCleanly, processLogger, runProgram } from './process';

runProgram(async () => {
  const config = loadConfig(['databaseUrl']);
  const app = await createHttpApp(config, processLogger('api', config));
  await app.listen(config.port, config.host);
  new Logger('Api').log({ message: 'listening', url: await app.getUrl() });
  endCleanly(app);
});
