// Approves a request to open a closed period again, and opens it.
import { Injectable } from '@nestjs/common';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { decideReopening, lockPeriod, lockReopening, PeriodReopening, ReopeningId, setPeriodState } from '../persistence/period.queries';
import { refuseDecided, refuseLaterClosed, refuseSamePerson, refuseState } from './refusals';

@Injectable()
export class ApprovePeriodReopening {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * By another person than the one who asked; the database refuses the same one too.
   * @throws DomainError REOPENING_NOT_FOUND, ALREADY_DECIDED, SECOND_PERSON_NEEDED, PERIOD_STATE_WRONG, LATER_PERIOD_CLOSED
   */
  async execute({ reopeningId }: { reopeningId: ReopeningId }, actor: Actor): Promise<PeriodReopening> {
    authorise(actor, 'accountant');
    return this.database.transaction(async (tx) => {
      const reopening = await lockReopening(tx, reopeningId);
      authorise(actor, 'accountant', reopening.issuerId);
      refuseDecided('The request', reopening.id, reopening.state);
      refuseSamePerson(reopening.requestedBy, actor.subject);
      const period = await lockPeriod(tx, reopening);
      refuseState(period, ['closed'], 'It is not closed, so there is nothing to open.');
      await refuseLaterClosed(tx, period);
      await decideReopening(tx, reopening.id, 'approved', actor.subject);
      await setPeriodState(tx, reopening, 'open');
      const { issuerId, periodStart, reason, requestedBy } = reopening;
      await this.audit.record(tx, actor, [
        { action: 'accounting.approve-period-reopening', subjectType: 'period', subjectId: periodStart, issuerId, reason, change: { reopeningId, requestedBy } },
      ]);
      return { ...reopening, state: 'approved' };
    });
  }
}
