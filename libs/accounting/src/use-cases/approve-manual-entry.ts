// Approves a manual entry, and thereby posts it.
import { Injectable } from '@nestjs/common';
import { DomainError, startOfMonth } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, violatedConstraint } from '@countinghouse/platform';
import { takePostingPeriods } from '../persistence/journal.queries';
import { lockManualEntry, ManualEntry, ManualEntryId, postManualEntry } from '../persistence/manual-entry.queries';
import { readPeriod } from '../persistence/period.queries';
import { refuseDecided, refuseSamePerson, refuseState } from './refusals';

@Injectable()
export class ApproveManualEntry {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * By another person than the one who asked; the database refuses the same one too, and a second approval.
   * @throws DomainError MANUAL_ENTRY_NOT_FOUND, ALREADY_DECIDED, SECOND_PERSON_NEEDED, PERIOD_STATE_WRONG, ACCOUNT_CLOSED
   */
  async execute({ manualEntryId }: { manualEntryId: ManualEntryId }, actor: Actor): Promise<ManualEntry> {
    authorise(actor, 'accountant');
    return this.database.transaction(async (tx) => {
      const entry = await lockManualEntry(tx, manualEntryId);
      const { id, issuerId, effectiveOn, reason, requestedBy } = entry;
      authorise(actor, 'accountant', issuerId);
      refuseDecided('The manual entry', id, entry.state);
      refuseSamePerson(requestedBy, actor.subject);
      // A close that has begun waits for us from here on, or we have waited for it.
      await takePostingPeriods(tx, [{ issuerId, day: effectiveOn, closingWork: true }]);
      refuseState(await readPeriod(tx, { issuerId, periodStart: startOfMonth(effectiveOn) }), ['open', 'closing'], 'Reject it and ask anew for a day in a period that is not closed.');
      const entryId = await postManualEntry(tx, id, actor.subject).catch((error: unknown) => explain(error, entry));
      await this.audit.record(tx, actor, [
        { action: 'accounting.approve-manual-entry', subjectType: 'manual-entry', subjectId: id, issuerId, reason, change: { entryId, requestedBy } },
      ]);
      return { ...entry, state: 'approved', decidedBy: actor.subject, entryId };
    });
  }
}

/** An account may be closed after the entry was asked for, in the moment before it is posted. */
function explain(error: unknown, { id, effectiveOn }: ManualEntry): never {
  if (violatedConstraint(error) !== 'posting_account_is_active') throw error;
  throw new DomainError('ACCOUNT_CLOSED', `An account of the manual entry ${id} takes no postings on ${effectiveOn} any more.`, {
    field: 'manualEntryId',
    value: id,
    remedy: 'Reject it and ask anew for another account or day.',
  });
}
