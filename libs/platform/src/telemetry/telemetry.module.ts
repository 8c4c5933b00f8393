// Telemetry as a Nest module: metrics for whoever injects them, health and metrics over HTTP, an id for every request.
import { Global, MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { newId } from '../ids/new-id';
import { withLogContext } from './log-context';
import { Metrics } from './metrics';
import { Readiness } from './readiness';
import { TelemetryController } from './telemetry.controller';

/** The areas that a request is counted under; paths themselves would make a time series of every guess of a robot. */
const AREAS = new Set(['graphql', 'webhooks', 'health', 'metrics']);
const REQUEST_ID = /^[\w.-]{8,100}$/;

@Global()
@Module({ providers: [Metrics, Readiness], controllers: [TelemetryController], exports: [Metrics, Readiness] })
export class TelemetryModule implements NestModule {
  constructor(private readonly metrics: Metrics) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.follow.bind(this)).forRoutes('{*path}');
  }

  /** Gives the request an id (its own, when it brings a plausible one), which logs and the answer carry, and times it. */
  private follow(request: Request, response: Response, next: NextFunction): void {
    const started = performance.now();
    const brought = request.header('x-request-id');
    const requestId = brought !== undefined && REQUEST_ID.test(brought) ? brought : newId<never>();
    response.setHeader('x-request-id', requestId);
    const segment = request.originalUrl.split(/[/?]/, 2)[1] ?? '';
    response.once('finish', () => {
      const area = AREAS.has(segment) ? segment : 'other';
      this.metrics.observeRequest(request.method, area, response.statusCode, (performance.now() - started) / 1000);
    });
    withLogContext({ requestId }, next);
  }
}
