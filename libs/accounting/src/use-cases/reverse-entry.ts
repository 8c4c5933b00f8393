// Asks for an entry to be taken back by another one. It is posted when another accountant approves it.
import { Injectable } from '@nestjs/common';
import { DomainError, LocalDate } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, violatedConstraint } from '@countinghouse/platform';
import { isActive } from '../persistence/chart.queries';
import { insertManualEntry, ManualEntry, ManualEntryId, readReversible, ReversibleEntry } from '../persistence/manual-entry.queries';
import { refuseDay, refuseNoReason } from './refusals';

export interface ReversalInput {
  readonly entryId: bigint;
  /** The day the reversal counts: not before the entry, in a period that is not closed. */
  readonly effectiveOn: LocalDate;
  readonly reason: string;
}

@Injectable()
export class ReverseEntry {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Entries that touch a control account cannot be reversed by hand: their document is corrected instead.
   * @throws DomainError REASON_MISSING, ENTRY_NOT_FOUND, ENTRY_ALREADY_REVERSED, ACCOUNT_IS_CONTROLLED,
   *   ENTRY_HAS_SEVERAL_CURRENCIES, REVERSAL_BEFORE_ENTRY, ACCOUNT_CLOSED, PERIOD_NOT_FOUND, PERIOD_STATE_WRONG
   */
  async execute({ entryId, effectiveOn, reason }: ReversalInput, actor: Actor): Promise<ManualEntry> {
    authorise(actor, 'accountant');
    refuseNoReason(reason);
    const id = newId<ManualEntryId>();
    return this.database.transaction(async (tx) => {
      const entry = await readReversible(tx, entryId);
      if (!entry) throw new DomainError('ENTRY_NOT_FOUND', `There is no entry ${entryId}.`, { field: 'entryId', value: String(entryId) });
      const { issuerId } = entry;
      authorise(actor, 'accountant', issuerId);
      refuseIrreversible(entry, entryId, effectiveOn);
      await refuseDay(tx, issuerId, effectiveOn);
      const mirrored = entry.lines.map((line) => ({ ...line, amountMinor: -line.amountMinor, functionalAmountMinor: -line.functionalAmountMinor }));
      const currency = entry.currencies[0]!;
      const reversal = await insertManualEntry(
        tx,
        { id, issuerId, kind: 'reversal', effectiveOn, currency, reason, reverses: entryId, requestedBy: actor.subject },
        mirrored,
      ).catch((error: unknown) => {
        throw violatedConstraint(error) === 'entry_is_reversed_by_one_request' ? alreadyReversed(entryId, error) : error;
      });
      await this.audit.record(tx, actor, [
        { action: 'accounting.reverse-entry', subjectType: 'manual-entry', subjectId: id, issuerId, reason, change: { reverses: entryId, effectiveOn } },
      ]);
      return reversal;
    });
  }
}

function refuseIrreversible(entry: ReversibleEntry, entryId: bigint, effectiveOn: LocalDate): void {
  if (entry.reversedBy !== null) throw alreadyReversed(entryId);
  if (entry.controlAccounts.length > 0) {
    throw new DomainError('ACCOUNT_IS_CONTROLLED', `Entry ${entryId} touches ${entry.controlAccounts.join(', ')}, which documents alone move.`, {
      field: 'entryId',
      value: String(entryId),
      remedy: 'Correct the document: by a credit note, an allocation, a refund or a write-off.',
    });
  }
  if (entry.currencies.length > 1) {
    throw new DomainError('ENTRY_HAS_SEVERAL_CURRENCIES', `Entry ${entryId} is in ${entry.currencies.join(' and ')}.`, {
      field: 'entryId',
      value: String(entryId),
      remedy: 'Take it back by one manual entry for each currency.',
    });
  }
  if (effectiveOn < entry.entryDate) {
    throw new DomainError('REVERSAL_BEFORE_ENTRY', `Entry ${entryId} counts from ${entry.entryDate}.`, {
      field: 'effectiveOn',
      value: effectiveOn,
      remedy: `Choose ${entry.entryDate} or a later day.`,
    });
  }
  const closed = entry.accounts.find((account) => !isActive(account, effectiveOn));
  if (closed) {
    throw new DomainError('ACCOUNT_CLOSED', `Account ${closed.code}, which is in the entry, is closed on ${effectiveOn}.`, {
      field: 'effectiveOn',
      value: effectiveOn,
      remedy: `Choose an earlier day, or close account ${closed.code} from a later one.`,
    });
  }
}

function alreadyReversed(entryId: bigint, cause?: unknown): DomainError {
  return new DomainError('ENTRY_ALREADY_REVERSED', `Entry ${entryId} is taken back already, or is about to be.`, {
    field: 'entryId',
    value: String(entryId),
    remedy: 'Look at the entry that takes it back.',
    cause,
  });
}
