// A day of an issuer: contracts whose days of grace are over on it are suspended.
import { Injectable } from '@nestjs/common';
import { DailyWork, DailyWorkDone, DailyWorkProvider, DayPhase, IssuerDay } from '@countinghouse/platform';
import { ApplyOverduePolicy } from '../use-cases/apply-overdue-policy';

@Injectable()
@DailyWorkProvider()
export class OverduePolicyWork implements DailyWork {
  readonly phase: DayPhase = 'overdue';
  readonly name: string = 'subscriptions.overdue-policy';

  constructor(private readonly overduePolicy: ApplyOverduePolicy) {}

  async perform({ issuerId, day }: IssuerDay): Promise<DailyWorkDone> {
    return { result: { contractsSuspended: await this.overduePolicy.endGrace([{ issuerId, day }]) } };
  }
}
