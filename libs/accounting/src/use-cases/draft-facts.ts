// Drafts the entries of facts: reads and locks what the rules cannot know by themselves, as a set, and applies them.
import { Currency, IssuerId } from '@countinghouse/kernel';
import type { CreditNoteFinalisedFact, Fact } from '@countinghouse/contracts';
import { Tx } from '@countinghouse/platform';
import { Credit, CreditableSchedules } from '../domain/credit';
import { CurrencyPair, ExchangeRate, impliedRate, quotedRate } from '../domain/exchange-rate';
import { assertFlowsAllowed } from '../domain/flows';
import { draftEntry, EntryLine, isNothing, JournalEntryDraft, RuleLine } from '../domain/journal-entry';
import { OpenItems } from '../domain/open-items';
import { CreditedInvoice } from '../domain/posting-rules/credit-note-finalised';
import { linesOf } from '../domain/posting-rules/posting-rules';
import { taxCode } from '../domain/tax-code';
import { foreignLines, functionalLines } from '../domain/valuation';
import { IssuerBooks } from '../persistence/chart.queries';
import { bookedRates, heldKey, HeldKey, ItemKey, itemKey, lockForeignItems, lockHeld, rateKey, ratesOn, taxesLeft, taxKey } from '../persistence/exchange.queries';
import { PostedEntry, postedEntries } from '../persistence/journal.queries';
import { lockCreditableSchedules } from '../persistence/revenue.queries';
import { Source } from './fact-source';
import { accountOf, alreadyPosted, invoiceUnknown, rateMissing } from './refusals-of-facts';

export type BooksByIssuer = ReadonlyMap<IssuerId, IssuerBooks>;

export interface DraftedFact {
  readonly source: Source;
  readonly draft: JournalEntryDraft;
  /** What a credit note takes off the schedules of its invoice. */
  readonly credits: readonly Credit[];
  /** Absent in functional currency. */
  readonly conversion?: Conversion;
}

/** The rate of a fact's day, and between which currencies. */
export interface Conversion extends CurrencyPair {
  readonly rate: ExchangeRate;
}

export interface Drafts {
  readonly drafted: readonly DraftedFact[];
  /** The entries of facts that are in the books already, by source key: those are not drafted again. */
  readonly posted: ReadonlyMap<string, PostedEntry>;
}

/**
 * The entries of facts, in the order of the facts: each sees what those before it did to an open item or a credited line.
 * Facts in functional currency need nothing from the database but credit notes the schedules they reduce. What is read
 * is locked first, schedules before open items, those before what is held at the bank, and each in key order; so of two
 * payments of one invoice the second sees what the first has left.
 */
export async function draftFacts(tx: Tx, sources: readonly Source[], books: BooksByIssuer): Promise<Drafts> {
  const foreign = sources.filter(({ fact }) => isForeign(fact, books));
  const creditNotes = sources.map(({ fact }) => fact).filter((fact) => fact.kind === 'credit-note-finalised');
  const schedules = creditNotes.length > 0 ? await lockCreditableSchedules(tx, creditNotes.map((fact) => fact.invoiceId)) : [];
  const items = foreign.length > 0 ? await lockForeignItems(tx, foreign.flatMap(({ fact }) => itemsOf(fact, books))) : [];
  const held = await lockHeld(tx, foreign.flatMap(({ fact }) => heldBy(fact, books)));
  // After the locks: of two who tell the same fact, the second finds it posted here and draws on nothing twice.
  const posted = await knownEntries(tx, sources);
  const context = new DraftingContext(books, new OpenItems([...items, ...held]), new CreditableSchedules(schedules), await ratesFor(tx, foreign), await booked(tx, foreign));
  return { posted, drafted: sources.filter(({ key }) => !posted.has(key)).map((source) => context.draft(source)) };
}

class DraftingContext {
  constructor(
    private readonly books: BooksByIssuer,
    private readonly openItems: OpenItems,
    private readonly schedules: CreditableSchedules,
    private readonly rates: ReadonlyMap<string, ExchangeRate>,
    private readonly booked: Booked,
  ) {}

  draft(source: Source): DraftedFact {
    const { fact } = source;
    const conversion = isForeign(fact, this.books) ? this.conversionOf(fact) : undefined;
    const credits = fact.kind === 'credit-note-finalised' ? this.schedules.credit(fact) : [];
    const lines = linesOf(fact, (creditNote) => this.credited(creditNote, credits, conversion));
    const draft = draftEntry(fact, lines, (of) => (conversion ? this.foreign(of, fact, conversion) : functionalLines(of, fact.currency)));
    assertFlowsAllowed(draft);
    return { source, draft, credits, ...(conversion ? { conversion } : {}) };
  }

  private foreign(lines: readonly RuleLine[], fact: Fact, conversion: Conversion): EntryLine[] {
    const keys = new Map(lines.map((line) => [line, this.itemDrawnOn(line, fact)]));
    const valued = foreignLines(lines, { ...conversion, openItems: this.openItems, itemKey: (line) => keys.get(line) });
    lines.forEach((line, index) => {
      const held = heldOf(line, fact, this.books);
      if (held && keys.get(line) === undefined) this.openItems.add(heldKey(held), valued[index]!);
    });
    return valued;
  }

  /** Money that leaves the bank takes what it carries along; what arrives comes at the rate of the day, together with its fees. */
  private itemDrawnOn(line: RuleLine, fact: Fact): string | undefined {
    const item = itemOf(line, fact, this.books);
    if (item) return itemKey(item);
    const held = heldOf(line, fact, this.books);
    return held && this.openItems.drawsOn(heldKey(held), line.amountMinor) ? heldKey(held) : undefined;
  }

  private conversionOf(fact: Fact): Conversion {
    const pair = { from: fact.currency, to: functionalCurrencyOf(fact, this.books) };
    return { ...pair, rate: this.rateOf(fact, pair) };
  }

  /** A tax draws on what its invoice carries of it: when all of it is credited, nothing is left in either currency. */
  private credited(fact: CreditNoteFinalisedFact, credits: readonly Credit[], pair: CurrencyPair | undefined): CreditedInvoice {
    if (!pair) return { credits };
    const { invoiceId } = fact;
    const rate = this.booked.rates.get(invoiceId);
    if (!rate) throw invoiceUnknown(invoiceId, fact);
    return { credits, taxesWorthMinor: fact.taxes.map((tax) => this.booked.taxes.move(taxKey({ invoiceId, taxCode: taxCode(tax) }), tax.taxMinor, rate, pair)) };
  }

  /** What accounting raises itself brings its rate along. */
  private rateOf(fact: Fact, pair: CurrencyPair): ExchangeRate {
    if (fact.kind === 'revaluation' || fact.kind === 'revaluation-reversed') return quotedRate(fact.rate);
    if (fact.kind === 'revenue-earned') return impliedRate(fact.amountMinor, fact.functionalAmountMinor ?? 0n, pair);
    const rate = this.rates.get(rateKey({ ...fact, day: fact.on }));
    if (!rate) throw rateMissing(fact.currency, fact.on, pair.to);
    return rate;
  }
}

function functionalCurrencyOf(fact: Fact, books: BooksByIssuer): Currency {
  return books.get(fact.issuerId)!.functionalCurrency;
}

function isForeign(fact: Fact, books: BooksByIssuer): boolean {
  return fact.currency !== functionalCurrencyOf(fact, books);
}

/** The open item that a line moves, if its account keeps documents. */
function itemOf(line: RuleLine, fact: Fact, books: BooksByIssuer): ItemKey | undefined {
  if (!line.document) return undefined;
  const account = accountOf(line.role, books.get(fact.issuerId)!, fact.issuerId);
  return account.byDocument ? { accountId: account.id, documentId: line.document.id, currency: fact.currency } : undefined;
}

/** What a line moves at the bank. */
function heldOf(line: RuleLine, fact: Fact, books: BooksByIssuer): HeldKey | undefined {
  if (line.role !== 'bank') return undefined;
  const { issuerId, currency } = fact;
  return { issuerId, accountId: accountOf(line.role, books.get(issuerId)!, issuerId).id, currency };
}

function heldBy(fact: Fact, books: BooksByIssuer): HeldKey[] {
  return linesOf(fact, () => ({ credits: [] })).flatMap((line) => (isNothing(line) ? [] : (heldOf(line, fact, books) ?? [])));
}

/** Which items a fact moves does not depend on what a credit note takes from where. */
function itemsOf(fact: Fact, books: BooksByIssuer): ItemKey[] {
  return linesOf(fact, () => ({ credits: [] })).flatMap((line) => (isNothing(line) ? [] : (itemOf(line, fact, books) ?? [])));
}

async function knownEntries(tx: Tx, sources: readonly Source[]): Promise<Map<string, PostedEntry>> {
  const known = await postedEntries(tx, sources.map(({ fact }) => fact));
  const entries = new Map<string, PostedEntry>();
  sources.forEach(({ key, fact, contentHash }, index) => {
    const entry = known[index];
    if (!entry) return;
    if (!entry.contentHash.equals(contentHash)) throw alreadyPosted(fact.sourceType, fact.sourceId);
    entries.set(key, { entryId: entry.entryId, isNew: false });
  });
  return entries;
}

async function ratesFor(tx: Tx, foreign: readonly Source[]): Promise<Map<string, ExchangeRate>> {
  const asked = new Map(foreign.map(({ fact: { issuerId, currency, on } }) => ({ issuerId, currency, day: on })).map((ask) => [rateKey(ask), ask]));
  if (asked.size === 0) return new Map();
  const rates = await ratesOn(tx, [...asked.values()]);
  return new Map([...asked.keys()].flatMap((key, index) => (rates[index] ? [[key, rates[index]] as const] : [])));
}

/** How the invoices that credit notes in foreign currency reduce stand in the books. */
interface Booked {
  readonly rates: ReadonlyMap<string, ExchangeRate>;
  /** What they carry of each tax, by taxKey. */
  readonly taxes: OpenItems;
}

async function booked(tx: Tx, foreign: readonly Source[]): Promise<Booked> {
  const invoiceIds = foreign.flatMap(({ fact }) => (fact.kind === 'credit-note-finalised' ? [fact.invoiceId] : []));
  if (invoiceIds.length === 0) return { rates: new Map(), taxes: new OpenItems() };
  return { rates: await bookedRates(tx, invoiceIds), taxes: new OpenItems(await taxesLeft(tx, invoiceIds)) };
}
