// Records facts of money as journal entries, as a set, in the transaction of whoever the facts belong to.
import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError, IssuerId, LocalDate, maxDate } from '@countinghouse/kernel';
import type { Fact } from '@countinghouse/contracts';
import { Tx, violatedConstraint } from '@countinghouse/platform';
import { AccountRole } from '../domain/account-role';
import { isClosingWork } from '../domain/closing-work';
import { contentOf } from '../domain/fact-content';
import { draftEntry, EntryLine } from '../domain/journal-entry';
import { linesOf } from '../domain/posting-rules/posting-rules';
import { IssuerBooks, readBooks } from '../persistence/chart.queries';
import { dayKey, DayOfIssuer, EntryToPost, PostedEntry, postEntries, takePostingPeriods } from '../persistence/journal.queries';
import { insertSchedules } from '../persistence/revenue.queries';

/** More in one call is a mistake of the caller: a chunk is a few thousand. */
const MAX_FACTS = 50_000;

/** A fact that appears in the call once, with the hash of its content. */
interface Source {
  readonly key: string;
  readonly fact: Fact;
  readonly contentHash: Buffer;
}

@Injectable()
export class RecordFacts {
  /**
   * Posts each fact's entry, once per (issuer, source, kind), in four statements however many facts there are; answers
   * in the order of the facts. Not authorised here: the caller's use case is, and this shares its transaction.
   *
   * A fact whose period is not open goes into the first open one after it and is marked as a correction. The shared
   * locks of the periods come first, before any row is written, so that a close waits for us or we for it.
   * @throws DomainError BOOKS_NOT_OPEN, ACCOUNT_MISSING, ACCOUNT_CLOSED, ACCOUNT_CURRENCY_DIFFERS, PERIOD_MISSING,
   *   RATE_MISSING, SOURCE_ALREADY_POSTED, FACT_DOES_NOT_ADD_UP, FACT_WITHOUT_AMOUNT, ENTRY_UNBALANCED
   */
  async execute(tx: Tx, facts: readonly Fact[]): Promise<PostedEntry[]> {
    if (facts.length > MAX_FACTS) throw new RangeError(`${facts.length} facts in one call; ${MAX_FACTS} is the most.`);
    if (facts.length === 0) return [];
    const sources = distinctSources(facts);
    const books = await readBooks(tx, [...new Set(sources.map(({ fact }) => fact.issuerId))]);
    const periods = await this.takePeriods(tx, sources);
    const entries = sources.map((source) => toPost(source, books.get(source.fact.issuerId)!, periods(source.fact)));
    const posted = await postEntries(tx, entries).catch(explain);
    await this.schedule(tx, sources, entries, posted);
    const byKey = new Map(sources.map(({ key }, index) => [key, posted[index]!]));
    return facts.map((fact) => byKey.get(keyOf(fact))!);
  }

  private async takePeriods(tx: Tx, sources: readonly Source[]): Promise<(fact: Fact) => LocalDate> {
    const days = [...new Map(sources.map(({ fact }) => dayOf(fact)).map((day) => [dayKey(day), day])).values()];
    const starts = await takePostingPeriods(tx, days);
    const missing = days.find((_day, index) => starts[index] === null);
    if (missing) throw periodMissing(missing.issuerId, missing.day);
    const byDay = new Map(days.map((day, index) => [dayKey(day), starts[index]!]));
    return (fact) => byDay.get(dayKey(dayOf(fact)))!;
  }

  private async schedule(
    tx: Tx,
    sources: readonly Source[],
    entries: readonly EntryToPost[],
    posted: readonly PostedEntry[],
  ): Promise<void> {
    const deferred = sources.flatMap(({ fact }, index) => {
      const { entryId, isNew } = posted[index]!;
      if (fact.kind !== 'invoice-finalised' || !isNew) return [];
      const { issuerId, sourceId: documentId, currency, lines } = fact;
      return [{ issuerId, entryId, documentId, currency, deferredOn: entries[index]!.entryDate, lines }];
    });
    await insertSchedules(tx, deferred);
  }
}

/** The facts without repetitions, sorted by source: two callers that race with the same facts wait in the same order. */
function distinctSources(facts: readonly Fact[]): Source[] {
  const sources = new Map<string, Source>();
  for (const fact of facts) {
    const key = keyOf(fact);
    const contentHash = hash('sha256', contentOf(fact), 'buffer');
    const known = sources.get(key);
    if (known && !known.contentHash.equals(contentHash)) throw alreadyPosted(fact.sourceType, fact.sourceId);
    sources.set(key, { key, fact, contentHash });
  }
  return [...sources.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const keyOf = (fact: Fact) => [fact.issuerId, fact.sourceType, fact.sourceId, fact.kind].join(' ');
const dayOf = (fact: Fact): DayOfIssuer => ({ issuerId: fact.issuerId, day: fact.on, closingWork: isClosingWork(fact) });

function toPost({ fact, contentHash }: Source, books: IssuerBooks, periodStart: LocalDate): EntryToPost {
  const draft = draftEntry(fact, linesOf(fact), books.functionalCurrency);
  const accountIds = draft.lines.map((line) => accountFor(line, books, fact.issuerId));
  return { draft, contentHash, periodStart, entryDate: maxDate(fact.on, periodStart), accountIds };
}

function accountFor(line: EntryLine, books: IssuerBooks, issuerId: IssuerId): bigint {
  const account = books.accounts.get(line.role);
  if (!account) throw accountMissing(line.role, issuerId);
  if (!account.active) {
    throw new DomainError('ACCOUNT_CLOSED', `Account ${account.code} (${line.role}) of issuer ${issuerId} is closed.`, {
      field: 'account',
      value: account.code,
      remedy: 'Open the account again, or give its role to another.',
    });
  }
  if (account.currency !== null && account.currency !== line.currency) {
    throw new DomainError('ACCOUNT_CURRENCY_DIFFERS', `Account ${account.code} (${line.role}) takes ${account.currency} only.`, {
      field: 'currency',
      value: line.currency,
      remedy: `Post ${account.currency} to it, or use an account for ${line.currency}.`,
    });
  }
  return account.id;
}

function accountMissing(role: AccountRole, issuerId: IssuerId): DomainError {
  return new DomainError('ACCOUNT_MISSING', `The chart of issuer ${issuerId} has no account for ${role}.`, {
    field: 'role',
    value: role,
    remedy: `Add an account with the role ${role} to the chart.`,
  });
}

function periodMissing(issuerId: IssuerId, day: LocalDate): DomainError {
  return new DomainError('PERIOD_MISSING', `Issuer ${issuerId} has no open period for ${day}, nor one after it.`, {
    field: 'on',
    value: day,
    remedy: 'Open the periods up to that day, or correct the day.',
  });
}

function alreadyPosted(sourceType: string, sourceId: string, cause?: unknown): DomainError {
  return new DomainError('SOURCE_ALREADY_POSTED', `${sourceType} ${sourceId} is posted already with another content.`, {
    field: 'sourceId',
    value: sourceId,
    remedy: 'Correct what was posted with a fact of its own; the same fact always has the same content.',
    cause,
  });
}

function explain(error: unknown): never {
  if (violatedConstraint(error) !== 'source_is_posted_with_one_content') throw error;
  // The detail is the source type, which has no space, and the source id.
  const [sourceType = '', ...sourceId] = ((error as { detail?: string }).detail ?? '').split(' ');
  throw alreadyPosted(sourceType, sourceId.join(' '), error);
}
