// Rejects a manual entry: it is kept as it was asked for and never posted.
import { Injectable } from '@nestjs/common';
import { Actor, Audit, authorise, Database } from '@countinghouse/platform';
import { lockManualEntry, ManualEntry, ManualEntryId, rejectManualEntry } from '../persistence/manual-entry.queries';
import { refuseDecided } from './refusals';

@Injectable()
export class RejectManualEntry {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /** Also by the one who asked, who thereby takes it back. @throws DomainError MANUAL_ENTRY_NOT_FOUND, ALREADY_DECIDED */
  async execute({ manualEntryId }: { manualEntryId: ManualEntryId }, actor: Actor): Promise<ManualEntry> {
    authorise(actor, 'accountant');
    return this.database.transaction(async (tx) => {
      const entry = await lockManualEntry(tx, manualEntryId);
      const { id, issuerId, reason, requestedBy } = entry;
      authorise(actor, 'accountant', issuerId);
      refuseDecided('The manual entry', id, entry.state);
      await rejectManualEntry(tx, id, actor.subject);
      await this.audit.record(tx, actor, [
        { action: 'accounting.reject-manual-entry', subjectType: 'manual-entry', subjectId: id, issuerId, reason, change: { requestedBy } },
      ]);
      return { ...entry, state: 'rejected', decidedBy: actor.subject };
    });
  }
}
