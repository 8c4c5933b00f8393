// Begins the close of a period: from now on it takes closing work only, and what the business does goes past it.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor, AppClock, Audit, authorise, Database, issuerDay } from '@countinghouse/platform';
import { lockPeriod, Period, PeriodKey, readPeriod, setPeriodState } from '../persistence/period.queries';
import { refuseState } from './refusals';

@Injectable()
export class BeginClose {
  constructor(
    private readonly database: Database,
    private readonly clock: AppClock,
    private readonly audit: Audit,
  ) {}

  /**
   * Waits for those who are posting into the period; they are in it when this returns, and nobody after them is.
   * @throws DomainError PERIOD_NOT_FOUND, PERIOD_STATE_WRONG, PERIOD_NOT_OVER
   */
  async execute(key: PeriodKey, actor: Actor): Promise<Period> {
    authorise(actor, 'accountant', key.issuerId);
    const now = this.clock.now();
    return this.database.transaction(async (tx) => {
      const period = await lockPeriod(tx, key);
      refuseState(period, ['open'], 'Only an open period can begin to close.');
      refuseRunning(period, await issuerDay(tx, key.issuerId, now));
      await setPeriodState(tx, key, 'closing');
      await this.audit.record(tx, actor, [
        { action: 'accounting.begin-close', subjectType: 'period', subjectId: key.periodStart, issuerId: key.issuerId },
      ]);
      return readPeriod(tx, key);
    });
  }
}

/** A month in which business is still done would send that business into the next one. */
function refuseRunning(period: Period, today: LocalDate): void {
  if (today >= period.end) return;
  throw new DomainError('PERIOD_NOT_OVER', `The period runs until ${period.end}, and for its issuer it is ${today}.`, {
    field: 'periodStart',
    value: period.start,
    remedy: `Close it on ${period.end} or later.`,
  });
}
