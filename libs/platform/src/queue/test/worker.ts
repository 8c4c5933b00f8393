// A worker process of the suite, to be killed: `node worker.js '<PlatformOptions as JSON>'`.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PlatformModule, PlatformOptions } from '../../platform.module';
import { WorkbenchModule } from './workbench';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2]!) as PlatformOptions;
  @Module({ imports: [PlatformModule.forRoot(options), WorkbenchModule] })
  class KilledApp {}
  const app = await NestFactory.createApplicationContext(KilledApp, { logger: ['error', 'fatal'] });
  app.enableShutdownHooks();
  process.stdout.write('ready\n');
  if (process.argv[3] === 'block') for (;;);
}

void main();
