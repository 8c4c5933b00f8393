// Asks for a closed period to be opened again. A second person decides.
import { Injectable } from '@nestjs/common';
import { DomainError } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, violatedConstraint } from '@countinghouse/platform';
import { insertReopening, PeriodKey, PeriodReopening, readPeriod, ReopeningId } from '../persistence/period.queries';
import { refuseLaterClosed, refuseNoReason, refuseState } from './refusals';

@Injectable()
export class RequestPeriodReopening {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** @throws DomainError REASON_MISSING, PERIOD_NOT_FOUND, PERIOD_STATE_WRONG, LATER_PERIOD_CLOSED, REOPENING_ALREADY_REQUESTED */
  async execute(input: PeriodKey & { reason: string }, actor: Actor): Promise<PeriodReopening> {
    authorise(actor, 'accountant', input.issuerId);
    refuseNoReason(input.reason);
    const { issuerId, periodStart, reason } = input;
    const reopening = { id: newId<ReopeningId>(), issuerId, periodStart, reason, requestedBy: actor.subject };
    await this.database.transaction(async (tx) => {
      const period = await readPeriod(tx, input);
      refuseState(period, ['closed'], 'Only a closed period needs to be opened again.');
      await refuseLaterClosed(tx, period);
      await insertReopening(tx, reopening).catch((error: unknown) => {
        throw violatedConstraint(error) === 'reopening_is_requested_once' ? alreadyRequested(periodStart, error) : error;
      });
      await this.audit.record(tx, actor, [
        { action: 'accounting.request-period-reopening', subjectType: 'period', subjectId: periodStart, issuerId, reason, change: { reopeningId: reopening.id } },
      ]);
    });
    return { ...reopening, state: 'requested' };
  }
}

function alreadyRequested(periodStart: string, cause: unknown): DomainError {
  return new DomainError('REOPENING_ALREADY_REQUESTED', `A request to open the period of ${periodStart} waits for a decision already.`, {
    field: 'periodStart',
    value: periodStart,
    remedy: 'Have that one decided.',
    cause,
  });
}
