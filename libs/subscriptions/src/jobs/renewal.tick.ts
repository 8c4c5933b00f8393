// When contracts are renewed: every so often for real issuers, and on each day that a test clock passes.
import { Injectable } from '@nestjs/common';
import { AppClock, DailyWork, DailyWorkDone, DailyWorkProvider, Database, IssuerDay, realIssuersToday, Tick } from '@countinghouse/platform';
import { RenewDueContracts } from '../use-cases/renew-due-contracts';

@Injectable()
@DailyWorkProvider()
export class RenewalTick implements DailyWork {
  readonly phase = 'contracts';
  readonly name = 'subscriptions.renew-contracts';

  constructor(
    private readonly clock: AppClock,
    private readonly database: Database,
    private readonly renewDue: RenewDueContracts,
  ) {}

  @Tick({ queue: 'subscriptions', name: 'subscriptions.renew-contracts', everyMs: 600_000 })
  async renew(): Promise<number> {
    let renewed = 0;
    for (const { issuerId, day } of await this.database.read((reader) => realIssuersToday(reader, this.clock.now()))) {
      renewed += Number((await this.renewDue.execute(issuerId, day)).result?.['contractsRenewed'] ?? 0);
    }
    return renewed;
  }

  async perform({ issuerId, day, actor }: IssuerDay): Promise<DailyWorkDone> {
    return this.renewDue.execute(issuerId, day, actor);
  }
}
