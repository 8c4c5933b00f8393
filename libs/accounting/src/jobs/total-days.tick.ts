// The tick that keeps the totals of days close behind the ledger.
import { Injectable } from '@nestjs/common';
import { Tick } from '@countinghouse/platform';
import { TotalDays } from '../use-cases/total-days';

@Injectable()
export class TotalDaysTick {
  constructor(private readonly totalDays: TotalDays) {}

  @Tick({ queue: 'accounting', name: 'accounting.total-days', everyMs: 5_000 })
  total(): Promise<number> {
    return this.totalDays.execute();
  }
}
