// Rejects a request to open a closed period again: it stays closed.
import { Injectable } from '@nestjs/common';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { decideReopening, lockReopening, PeriodReopening, ReopeningId } from '../persistence/period.queries';
import { refuseDecided } from './refusals';

@Injectable()
export class RejectPeriodReopening {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** Also by the one who asked, who thereby takes the request back. @throws DomainError REOPENING_NOT_FOUND, ALREADY_DECIDED */
  async execute({ reopeningId }: { reopeningId: ReopeningId }, actor: Actor): Promise<PeriodReopening> {
    authorise(actor, 'accountant');
    return this.database.transaction(async (tx) => {
      const reopening = await lockReopening(tx, reopeningId);
      authorise(actor, 'accountant', reopening.issuerId);
      refuseDecided('The request', reopening.id, reopening.state);
      await decideReopening(tx, reopening.id, 'rejected', actor.subject);
      const { issuerId, periodStart, reason, requestedBy } = reopening;
      await this.audit.record(tx, actor, [
        { action: 'accounting.reject-period-reopening', subjectType: 'period', subjectId: periodStart, issuerId, reason, change: { reopeningId, requestedBy } },
      ]);
      return { ...reopening, state: 'rejected' };
    });
  }
}
