// A journal entry before it is posted: lines by account role, valued in both currencies and checked to balance; the database checks it again.
import { Currency, DomainError, IssuerId, LocalDate } from '@countinghouse/kernel';
import type { Fact, Party } from '@countinghouse/contracts';
import { AccountRole } from './account-role';
import { refuseTooLarge } from './amount-limit';
import { ExchangeRate } from './exchange-rate';

/** The document behind a line of a sub-ledger account. */
export interface DocumentReference {
  readonly type: string;
  /** uuid of the document. */
  readonly id: string;
}

/** What a posting rule gives: minor units of the fact's currency, debit positive, credit negative. */
export interface RuleLine {
  readonly role: AccountRole;
  readonly amountMinor: bigint;
  readonly party?: Party;
  readonly document?: DocumentReference;
  /** The tax that the line is the base of, or the tax itself; see taxCode. */
  readonly taxCode?: string;
  /** Its value in functional currency, where the rule knows it. Looked at for facts in a foreign currency only. */
  readonly functionalAmountMinor?: bigint;
  /** The rate it is converted at, where that is not the rate of the fact's day. */
  readonly rate?: ExchangeRate;
  /** It takes the value of the rest of the entry, so that no exchange difference arises. */
  readonly takesOtherSide?: boolean;
}

export interface EntryLine extends Omit<RuleLine, 'rate' | 'takesOtherSide'> {
  readonly currency: Currency;
  /** The same value in the issuer's functional currency. */
  readonly functionalAmountMinor: bigint;
  /** The rate between the two, as decimal text; absent in functional currency. */
  readonly rate?: string;
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

/** Values the lines of a rule in functional currency; see functionalLines and foreignLines. */
export type Valuation = (lines: readonly RuleLine[]) => EntryLine[];

/**
 * The entry of a fact from the lines of its rule. Lines of nothing are left out: an invoice without tax has no tax line.
 * @throws DomainError FACT_WITHOUT_AMOUNT if fewer than two lines are left, ENTRY_UNBALANCED if debits and credits differ,
 *   AMOUNT_TOO_LARGE
 */
export function draftEntry(fact: Fact, ruleLines: readonly RuleLine[], valued: Valuation): JournalEntryDraft {
  const lines = valued(ruleLines.filter((line) => !isNothing(line)));
  if (lines.length < 2) throw factWithoutAmount(fact);
  for (const { amountMinor, functionalAmountMinor } of lines) {
    refuseTooLarge(amountMinor, `${fact.kind} of ${fact.sourceType} ${fact.sourceId}`, 'amountMinor');
    refuseTooLarge(functionalAmountMinor, `${fact.kind} of ${fact.sourceType} ${fact.sourceId} in functional currency`, 'amountMinor');
  }
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

/** Moves nothing in either currency. */
export function isNothing(line: RuleLine): boolean {
  return line.amountMinor === 0n && (line.functionalAmountMinor ?? 0n) === 0n;
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
