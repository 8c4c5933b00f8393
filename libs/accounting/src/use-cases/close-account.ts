// Closes an account of the chart from a day on.
import { Injectable } from '@nestjs/common';
import { DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, violatedConstraint } from '@countinghouse/platform';
import { AccountOfChart, closeAccountFrom, lockAccount } from '../persistence/chart.queries';
import { undecidedOn } from '../persistence/manual-entry.queries';
import { refuseNoReason } from './refusals';

export interface CloseAccountInput {
  readonly issuerId: IssuerId;
  readonly code: string;
  /** The first day that may not be posted to any more. */
  readonly from: LocalDate;
  readonly reason: string;
}

@Injectable()
export class CloseAccount {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * Closing it again moves the day.
   * @throws DomainError FORBIDDEN, REASON_MISSING, ACCOUNT_UNKNOWN, ACCOUNT_HAS_A_ROLE, ACCOUNT_HAS_A_BALANCE,
   *   ACCOUNT_IS_ASKED_FOR, ACCOUNT_HAS_LATER_POSTINGS, ACCOUNT_NEVER_ACTIVE
   */
  async execute({ issuerId, code, from, reason }: CloseAccountInput, actor: Actor): Promise<AccountOfChart> {
    authorise(actor, 'accountant', issuerId);
    refuseNoReason(reason);
    return this.database.transaction(async (tx) => {
      const account = await lockAccount(tx, issuerId, code);
      if (!account) throw refused('ACCOUNT_UNKNOWN', `The chart has no account ${code}.`, code, 'Use a code of the chart of accounts.');
      if (account.role !== null) throw refused('ACCOUNT_HAS_A_ROLE', `Account ${code} is where facts are posted to as ${account.role}.`, code, 'Close accounts that are posted to by hand.');
      if (account.currenciesOpen.length > 0) {
        throw refused('ACCOUNT_HAS_A_BALANCE', `Account ${code} has a balance in ${account.currenciesOpen.join(' and ')}.`, code, 'Move the balance to another account by a manual entry first.');
      }
      const undecided = await undecidedOn(tx, { issuerId, accountId: account.id, from });
      if (undecided > 0n) {
        throw refused('ACCOUNT_IS_ASKED_FOR', `${undecided} manual entries that wait for a decision would post to account ${code}.`, code, 'Have them approved or rejected first.');
      }
      const closed = await closeAccountFrom(tx, account.id, from).catch((error: unknown) => explain(error, code, from));
      await this.audit.record(tx, actor, [{ action: 'accounting.close-account', subjectType: 'account', subjectId: String(account.id), issuerId, reason, change: { code, from } }]);
      return closed;
    });
  }
}

function explain(error: unknown, code: string, from: LocalDate): never {
  switch (violatedConstraint(error)) {
    case 'account_is_active_on_its_postings':
      throw refused('ACCOUNT_HAS_LATER_POSTINGS', `Account ${code} has postings on ${from} or later.`, from, 'Choose a day after the last posting.', 'from');
    case 'account_is_active_for_a_day':
      throw refused('ACCOUNT_NEVER_ACTIVE', `Account ${code} begins later than ${from}.`, from, 'Choose a day after the account begins.', 'from');
    default:
      throw error;
  }
}

function refused(code: string, message: string, value: string, remedy: string, field = 'code'): DomainError {
  return new DomainError(code, message, { field, value, remedy });
}
