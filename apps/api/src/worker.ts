// The worker process: job processors, relay, sweeper and schedules; over HTTP only health and metrics.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';
import { loadConfig } from './config';
import { endCleanly, processLogger, runProgram } from './process';

runProgram(async () => {
  const config = loadConfig(['databaseUrl']);
  const app = await NestFactory.create(AppModule.forRole('worker', config), { logger: processLogger('worker', config), abortOnError: false });
  await app.listen(config.workerPort, config.host);
  endCleanly(app);
});
