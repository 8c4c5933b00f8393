// A journal entry before it is posted: lines by account role, checked to balance; the database checks it again.
import { Currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import type { Fact, Party } from '@countinghouse/contracts';
import { AccountRole } from './account-role';

/** The document behind a line of a sub-ledger account. */
export interface DocumentReference {
  readonly type: 'invoice' | 'payment';
  /** uuid of the document. */
  readonly id: string;
}

/** What a posting rule gives: minor units of the fact's currency, debit positive, credit negative. */
export interface RuleLine {
  readonly role: AccountRole;
  readonly amountMinor: bigint;
  readonly party?: Party;
  readonly document?: DocumentReference;
}

export interface EntryLine extends RuleLine {
  readonly currency: Currency;
  /** The same value in the issuer's functional currency. */
  readonly functionalAmountMinor: bigint;
}

export interface JournalEntryDraft {
  readonly issuerId: IssuerId;
  readonly kind: Fact['kind'];
  readonly sourceType: string;
  readonly sourceId: string;
  /** The day of the fact; the period it is posted into is chosen when it is posted. */
  readonly effectiveOn: LocalDate;
  readonly lines: readonly EntryLine[];
}

/**
 * The entry of a fact from the lines of its rule. Lines of nothing are left out: an invoice without tax has no tax line.
 * Until exchange rates are kept, the fact must be in the functional currency of its issuer, and then both amounts agree.
 * @throws DomainError RATE_MISSING if it is in another currency, FACT_WITHOUT_AMOUNT if fewer than two lines are left,
 *   ENTRY_UNBALANCED if debits and credits differ
 */
export function draftEntry(fact: Fact, ruleLines: readonly RuleLine[], functionalCurrency: Currency): JournalEntryDraft {
  if (fact.currency !== functionalCurrency) throw rateMissing(fact, functionalCurrency);
  const lines = ruleLines
    .filter((line) => line.amountMinor !== 0n)
    .map((line) => ({ ...line, currency: fact.currency, functionalAmountMinor: line.amountMinor }));
  if (lines.length < 2) throw factWithoutAmount(fact);
  const draft: JournalEntryDraft = {
    issuerId: fact.issuerId,
    kind: fact.kind,
    sourceType: fact.sourceType,
    sourceId: fact.sourceId,
    effectiveOn: fact.on,
    lines,
  };
  assertBalanced(draft);
  return draft;
}

/** The pair of the guard in the database: each currency and the functional currency sum to zero. @throws DomainError ENTRY_UNBALANCED */
export function assertBalanced(entry: JournalEntryDraft): void {
  const sums = new Map<string, bigint>();
  let functional = 0n;
  for (const line of entry.lines) {
    sums.set(line.currency, (sums.get(line.currency) ?? 0n) + line.amountMinor);
    functional += line.functionalAmountMinor;
  }
  for (const [currency, sum] of sums) if (sum !== 0n) throw unbalanced(entry, currency, sum);
  if (functional !== 0n) throw unbalanced(entry, 'the functional currency', functional);
}

function rateMissing(fact: Fact, functionalCurrency: Currency): DomainError {
  return new DomainError(
    'RATE_MISSING',
    `${fact.sourceType} ${fact.sourceId} is in ${fact.currency}, the books of its issuer are in ${functionalCurrency}, and there is no rate between them.`,
    { field: 'currency', value: fact.currency, remedy: `Use ${functionalCurrency}; exchange rates are not kept yet.` },
  );
}

function factWithoutAmount(fact: Fact): DomainError {
  return new DomainError('FACT_WITHOUT_AMOUNT', `${fact.kind} of ${fact.sourceType} ${fact.sourceId} moves no money.`, {
    field: 'sourceId',
    value: fact.sourceId,
    remedy: 'Record facts that move money only.',
  });
}

function unbalanced(entry: JournalEntryDraft, currency: string, sum: bigint): DomainError {
  return new DomainError(
    'ENTRY_UNBALANCED',
    `The entry for ${entry.kind} of ${entry.sourceType} ${entry.sourceId} is off by ${sum} minor units in ${currency}.`,
    { field: 'sourceId', value: entry.sourceId },
  );
}
