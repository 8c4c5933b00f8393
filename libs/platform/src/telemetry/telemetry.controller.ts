// Health and metrics over HTTP, the same in every process.
import { Controller, Get, Header, HttpException, HttpStatus } from '@nestjs/common';
import { Metrics } from './metrics';
import { Readiness, ReadinessReport } from './readiness';

@Controller()
export class TelemetryController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  /** The process runs and its event loop turns. Says nothing of the database: restarting us would not mend that. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when work can be done, 503 when not; both with what was checked. */
  @Get('health/ready')
  async ready(): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    if (!report.ready) throw new HttpException(report, HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }

  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  async scrape(): Promise<string> {
    return (await this.metrics.scrape()).body;
  }
}
