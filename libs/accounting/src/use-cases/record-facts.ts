// Records facts of money as journal entries, as a set, in the transaction of whoever the facts belong to.
import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LocalDate, maxDate } from '@countinghouse/kernel';
import type { Fact } from '@countinghouse/contracts';
import { LostRace, Tx, violatedConstraint } from '@countinghouse/platform';
import { isClosingWork } from '../domain/closing-work';
import { leafForm } from '../domain/entry-leaf';
import { readBooks } from '../persistence/chart.queries';
import { insertDocuments } from '../persistence/document.queries';
import { dayKey, DayOfIssuer, EntryToPost, PostedEntry, postEntries, takePostingPeriods } from '../persistence/journal.queries';
import { BooksByIssuer, DraftedFact, draftFacts } from './draft-facts';
import { distinctSources, Source, sourceKey } from './fact-source';
import { accountFor, periodMissing } from './refusals-of-facts';
import { scheduleRevenue } from './schedule-revenue';

/** More in one call is a mistake of the caller: a chunk is a few thousand. */
const MAX_FACTS = 50_000;

@Injectable()
export class RecordFacts {
  /**
   * Posts each fact's entry, once per (issuer, source, kind), in a number of statements that does not depend on how many
   * facts there are: six for invoices in functional currency, a few more where rates, open items or credited lines have
   * to be looked at. Answers in the order of the facts. Not authorised here: the caller's use case is, and this shares
   * its transaction.
   *
   * A fact whose period is not open goes into the first open one after it and is marked as a correction. The shared
   * locks of the periods come first, before any row is written, so that a close waits for us or we for it.
   * @throws DomainError BOOKS_NOT_OPEN, ACCOUNT_MISSING, ACCOUNT_CLOSED, ACCOUNT_CURRENCY_DIFFERS, PERIOD_MISSING,
   *   RATE_MISSING, SOURCE_ALREADY_POSTED, FACT_DOES_NOT_ADD_UP, FACT_WITHOUT_AMOUNT, ENTRY_UNBALANCED,
   *   FLOW_NOT_ALLOWED, FACT_AMOUNT_NOT_POSITIVE, AMOUNT_TOO_LARGE, DOCUMENT_LINE_INVALID, TAX_UNKNOWN, CREDITED_INVOICE_UNKNOWN, CREDITED_LINE_UNKNOWN, CREDIT_ABOVE_LINE,
   *   CREDIT_OUTSIDE_SERVICE_PERIOD
   */
  async execute(tx: Tx, facts: readonly Fact[]): Promise<PostedEntry[]> {
    if (facts.length > MAX_FACTS) throw new RangeError(`${facts.length} facts in one call; ${MAX_FACTS} is the most.`);
    if (facts.length === 0) return [];
    const sources = distinctSources(facts);
    const books = await readBooks(tx, [...new Set(sources.map(({ fact }) => fact.issuerId))]);
    const periods = await this.takePeriods(tx, sources);
    const { drafted, posted } = await draftFacts(tx, sources, books);
    // By source: two callers that race with the same facts wait for each other in the same order.
    const inOrder = [...drafted].sort((a, b) => (a.source.key < b.source.key ? -1 : 1));
    const entries = inOrder.map((each) => toPost(each, books, periods(each.source.fact)));
    const ids = entries.length > 0 ? await postEntries(tx, entries).catch(explain) : [];
    const fresh = inOrder.map((each, index) => ({ ...each, entryDate: entries[index]!.entryDate, entryId: ids[index]! }));
    await scheduleRevenue(tx, fresh);
    await insertDocuments(tx, fresh.map(({ source }) => source.fact));
    const byKey = new Map([...posted, ...fresh.map((each) => [each.source.key, { entryId: each.entryId, isNew: true }] as const)]);
    return facts.map((fact) => byKey.get(sourceKey(fact))!);
  }

  private async takePeriods(tx: Tx, sources: readonly Source[]): Promise<(fact: Fact) => LocalDate> {
    const days = [...new Map(sources.map(({ fact }) => dayOf(fact)).map((day) => [dayKey(day), day])).values()];
    const starts = await takePostingPeriods(tx, days);
    const missing = days.find((_day, index) => starts[index] === null);
    if (missing) throw periodMissing(missing.issuerId, missing.day);
    const byDay = new Map(days.map((day, index) => [dayKey(day), starts[index]!]));
    return (fact) => byDay.get(dayKey(dayOf(fact)))!;
  }
}

const dayOf = (fact: Fact): DayOfIssuer => ({ issuerId: fact.issuerId, day: fact.on, closingWork: isClosingWork(fact) });

function toPost({ source, draft }: DraftedFact, books: BooksByIssuer, periodStart: LocalDate): EntryToPost {
  const { fact, contentHash } = source;
  const entryDate = maxDate(fact.on, periodStart);
  const accountIds = draft.lines.map((line) => accountFor(line, entryDate, books.get(fact.issuerId)!, fact.issuerId));
  const form = { draft, contentHash, periodStart, entryDate, accountIds };
  return { ...form, leafHash: hash('sha256', leafForm(form), 'buffer') };
}

/** Somebody has posted one of the sources since we looked: whoever runs the transaction again finds it in the books. */
function explain(error: unknown): never {
  throw violatedConstraint(error) === 'source_is_posted_once' ? new LostRace('one of the facts was recorded by somebody else meanwhile', error) : error;
}
