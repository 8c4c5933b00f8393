// Abandons a close that has begun: the period takes the facts of its days again.
import { Injectable } from '@nestjs/common';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { lockPeriod, Period, PeriodKey, readPeriod, setPeriodState } from '../persistence/period.queries';
import { refuseState } from './refusals';

@Injectable()
export class AbandonClose {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** What went past the period meanwhile stays where it is. @throws DomainError PERIOD_NOT_FOUND, PERIOD_STATE_WRONG */
  async execute(key: PeriodKey, actor: Actor): Promise<Period> {
    authorise(actor, 'accountant', key.issuerId);
    return this.database.transaction(async (tx) => {
      refuseState(await lockPeriod(tx, key), ['closing'], 'A closed period is opened again by a request and a second person.');
      await setPeriodState(tx, key, 'open');
      await this.audit.record(tx, actor, [
        { action: 'accounting.abandon-close', subjectType: 'period', subjectId: key.periodStart, issuerId: key.issuerId },
      ]);
      return readPeriod(tx, key);
    });
  }
}
