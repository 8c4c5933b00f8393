// Closes a period, or says what stands in the way.
import { Injectable } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { Actor, Audit, authorise, CloseCheckResult, CloseChecks, Database } from '@countinghouse/platform';
import { lockPeriod, Period, PeriodKey, readPeriod, setPeriodState } from '../persistence/period.queries';
import { refuseState } from './refusals';

/** The refusal of a close, with everything that stands in the way. */
export class PeriodNotReady extends DomainError {
  constructor(
    period: Period,
    readonly obstacles: readonly CloseCheckResult[],
  ) {
    const list = obstacles.map(({ name, obstacle }) => `${name}: ${obstacle!.detail}`).join('; ');
    super('PERIOD_NOT_READY', `The period of ${period.start} cannot be closed yet. ${list}`, {
      field: 'periodStart',
      value: period.start,
      remedy: obstacles.map(({ obstacle }) => obstacle!.remedy).join(' '),
    });
  }
}

@Injectable()
export class ClosePeriod {
  constructor(
    private readonly database: Database,
    private readonly checks: CloseChecks,
    private readonly audit: Audit,
  ) {}

  /**
   * The lock of the period is held from the first check to the commit, so that what was checked is what is closed. The
   * business does not wait for it: it has been posting into the next period since the close began.
   * @throws DomainError PERIOD_NOT_FOUND, PERIOD_STATE_WRONG; {@link PeriodNotReady}
   */
  async execute(key: PeriodKey, actor: Actor): Promise<Period> {
    authorise(actor, 'accountant', key.issuerId);
    return this.database.transaction(async (tx) => {
      const period = await lockPeriod(tx, key);
      refuseState(period, ['closing'], 'Begin the close first.');
      const results = await this.checks.all(tx, period);
      const obstacles = results.filter(({ obstacle }) => obstacle !== null);
      if (obstacles.length > 0) throw new PeriodNotReady(period, obstacles);
      await setPeriodState(tx, key, 'closed');
      await this.audit.record(tx, actor, [
        {
          action: 'accounting.close-period',
          subjectType: 'period',
          subjectId: key.periodStart,
          issuerId: key.issuerId,
          change: { checked: results.map(({ name }) => name) },
        },
      ]);
      return readPeriod(tx, key);
    });
  }
}
