// Asks for a manual entry. It is posted when another accountant approves it.
import { Injectable } from '@nestjs/common';
import { Currency, currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import { Actor, Audit, authorise, Database, newId, Tx } from '@countinghouse/platform';
import { givenRate } from '../domain/exchange-rate';
import { ManualLine, valuedLines } from '../domain/manual-entry';
import { functionalCurrencyOf, isActive } from '../persistence/chart.queries';
import { ratesOn } from '../persistence/exchange.queries';
import { accountsByCode, insertManualEntry, ManualAccount, ManualEntry, ManualEntryId } from '../persistence/manual-entry.queries';
import { refuseDay, refuseNoReason } from './refusals';

export interface ManualEntryInput {
  readonly issuerId: IssuerId;
  /** The day it counts, in a period that is not closed. */
  readonly effectiveOn: LocalDate;
  readonly currency: string;
  /** What one unit of the currency is worth in the issuer's; without it, the rate of the day. */
  readonly rate?: string;
  readonly reason: string;
  readonly lines: readonly ManualLine[];
}

@Injectable()
export class RequestManualEntry {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}

  /**
   * @throws DomainError REASON_MISSING, REASON_TOO_LONG, MANUAL_ENTRY_INVALID, ENTRY_UNBALANCED, AMOUNT_TOO_LARGE, RATE_MISSING, RATE_INVALID, PERIOD_NOT_FOUND,
   *   PERIOD_STATE_WRONG, ACCOUNT_UNKNOWN, ACCOUNT_CLOSED, ACCOUNT_CURRENCY_DIFFERS, ACCOUNT_IS_CONTROLLED
   */
  async execute(input: ManualEntryInput, actor: Actor): Promise<ManualEntry> {
    authorise(actor, 'accountant', input.issuerId);
    refuseNoReason(input.reason);
    const id = newId<ManualEntryId>();
    const ofCurrency = currency(input.currency);
    return this.database.transaction(async (tx) => {
      const lines = await this.lines(tx, input, ofCurrency);
      const { issuerId, effectiveOn, reason } = input;
      const entry = await insertManualEntry(
        tx,
        { id, issuerId, kind: 'manual-entry', effectiveOn, currency: ofCurrency, reason, reverses: null, requestedBy: actor.subject },
        lines,
      );
      await this.audit.record(tx, actor, [
        { action: 'accounting.request-manual-entry', subjectType: 'manual-entry', subjectId: id, issuerId, reason, change: { effectiveOn, lines: input.lines } },
      ]);
      return entry;
    });
  }

  private async lines(tx: Tx, input: ManualEntryInput, ofCurrency: Currency) {
    const { issuerId, effectiveOn, rate } = input;
    await refuseDay(tx, issuerId, effectiveOn);
    const functional = (await functionalCurrencyOf(tx, issuerId))!;
    const ofTheDay = rate === undefined && ofCurrency !== functional ? (await ratesOn(tx, [{ issuerId, currency: ofCurrency, day: effectiveOn }]))[0] : undefined;
    const valued = valuedLines(input.lines, ofCurrency, functional, rate === undefined ? ofTheDay : givenRate(rate));
    const accounts = await accountsByCode(tx, issuerId, valued.map((line) => line.account));
    return valued.map(({ account, ...amounts }, index) => ({
      ...amounts,
      accountId: usable(accounts.get(account), { code: account, currency: ofCurrency, day: effectiveOn }, `lines.${index}.account`),
    }));
  }
}

interface Wanted {
  readonly code: string;
  readonly currency: Currency;
  readonly day: LocalDate;
}

function usable(account: ManualAccount | undefined, { code, currency: ofCurrency, day }: Wanted, field: string): bigint {
  const refuse = (error: string, message: string, remedy: string) => new DomainError(error, message, { field, value: code, remedy });
  if (!account) throw refuse('ACCOUNT_UNKNOWN', `The chart has no account ${code}.`, 'Use a code of the chart of accounts.');
  if (!isActive(account, day)) throw refuse('ACCOUNT_CLOSED', `Account ${code} is closed on ${day}.`, 'Use another account, or another day.');
  if (account.isControl) {
    throw refuse('ACCOUNT_IS_CONTROLLED', `Account ${code} is the sum of its documents and is moved by them alone.`, 'Correct the document: by a credit note, an allocation, a refund or a write-off.');
  }
  if (account.currency !== null && account.currency !== ofCurrency) {
    throw refuse('ACCOUNT_CURRENCY_DIFFERS', `Account ${code} takes ${account.currency} only.`, `Make the entry in ${account.currency}.`);
  }
  return account.id;
}
