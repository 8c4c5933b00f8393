// A day of an issuer: its invoices that are overdue on it are told of.
import { Injectable } from '@nestjs/common';
import { DailyWork, DailyWorkDone, DailyWorkProvider, DayPhase, IssuerDay } from '@countinghouse/platform';
import { TellOverdue } from '../use-cases/tell-overdue';

@Injectable()
@DailyWorkProvider()
export class OverdueWork implements DailyWork {
  readonly phase: DayPhase = 'overdue';
  readonly name: string = 'invoicing.overdue';

  constructor(private readonly tellOverdue: TellOverdue) {}

  async perform({ issuerId, day }: IssuerDay): Promise<DailyWorkDone> {
    let overdueInvoices = 0;
    for (let told = -1; told !== 0; overdueInvoices += told) told = await this.tellOverdue.tell([{ issuerId, day }]);
    return { result: { overdueInvoices } };
  }
}
