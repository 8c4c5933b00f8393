// Ledger: the reports, read from the books alone. Every figure leads to its entries, and every entry to its document.
import { Injectable } from '@nestjs/common';
import { addDays, DateRange, IssuerId, LocalDate, localDateOf, yearOf } from '@countinghouse/kernel';
import { Page, PageArgs, Reader } from '@countinghouse/platform';
import { BalanceSheet, balanceSheet, movement, ProfitAndLoss, profitAndLoss } from './domain/reports/financial-statements';
import { refuseBeyond } from './domain/reports/report-days';
import { Balances, RunningBalance } from './domain/reports/running-balance';
import { accountBalance, accountByCode, CurrencyBalance, partyBalance, TrialBalanceLine, trialBalance } from './persistence/reports/account.queries';
import { DeferredDocument, deferredDocuments, deferredRevenueWaterfall, WaterfallLine } from './persistence/reports/deferred-revenue.queries';
import { balanceBefore, LedgerLine, ledgerPage, ledgerStream } from './persistence/reports/general-ledger.queries';
import { JournalEntry, journalEntries } from './persistence/reports/journal-entry.queries';
import {
  AgeingLine, ageingPage, AgeingPlace, AgeingQuery, ageingStream, OpenDocument, openDocuments, owedBefore, StatementLine, statementOpening, statementPage, StatementQuery,
  statementStream,
} from './persistence/reports/receivables.queries';
import { TaxLine, TaxOfDays, taxPage, VatLine, vatByRate } from './persistence/reports/vat.queries';

export type LedgerLineWithBalance = LedgerLine & Balances;
export type StatementLineWithBalance = StatementLine & Pick<Balances, 'balanceMinor'>;

export interface AccountStatement {
  /** What was owed when the first day began, whichever page it is. */
  readonly opening: readonly CurrencyBalance[];
  readonly lines: Page<StatementLineWithBalance>;
}

/** An account by its code between two days, `[start, end)`. */
export interface LedgerQuery {
  readonly issuerId: IssuerId;
  readonly accountCode: string;
  readonly range: DateRange;
}

@Injectable()
export class Ledger {
  /** Debits, credits and balance of every account and currency, up to and including a day. */
  trialBalance(reader: Reader, issuerId: IssuerId, asOf: LocalDate): Promise<TrialBalanceLine[]> {
    return trialBalance(reader, issuerId, asOf);
  }

  /** The balance of an account up to and including a day, by currency. @throws DomainError ACCOUNT_UNKNOWN */
  async balance(reader: Reader, issuerId: IssuerId, accountCode: string, asOf: LocalDate): Promise<CurrencyBalance[]> {
    return accountBalance(reader, issuerId, (await accountByCode(reader, issuerId, accountCode)).id, asOf);
  }

  /** The balance of a company, member or provider on a sub-ledger account up to and including a day. @throws DomainError ACCOUNT_UNKNOWN */
  async partyBalance(reader: Reader, issuerId: IssuerId, accountCode: string, partyId: string, asOf: LocalDate): Promise<CurrencyBalance[]> {
    return partyBalance(reader, issuerId, (await accountByCode(reader, issuerId, accountCode)).id, partyId, asOf);
  }

  /** A page of an account's postings with the balance after each. @throws DomainError ACCOUNT_UNKNOWN, PAGE_SIZE_INVALID, CURSOR_INVALID */
  async generalLedger(reader: Reader, { issuerId, accountCode, range }: LedgerQuery, args: PageArgs): Promise<Page<LedgerLineWithBalance>> {
    const { id: accountId } = await accountByCode(reader, issuerId, accountCode);
    const page = await ledgerPage(reader, { issuerId, accountId, range }, args);
    const first = page.edges[0]?.node;
    if (!first) return { ...page, edges: [] };
    const running = new RunningBalance(await balanceBefore(reader, { issuerId, accountId, range }, first));
    return { ...page, edges: page.edges.map(({ node, cursor }) => ({ node: { ...node, ...running.after(node) }, cursor })) };
  }

  /** All of an account's postings with the balance after each, as they are asked for. @throws DomainError ACCOUNT_UNKNOWN */
  async *generalLedgerStream(reader: Reader, { issuerId, accountCode, range }: LedgerQuery): AsyncGenerator<LedgerLineWithBalance> {
    const { id: accountId } = await accountByCode(reader, issuerId, accountCode);
    const running = new RunningBalance(await accountBalance(reader, issuerId, accountId, addDays(range.start, -1)));
    for await (const line of ledgerStream(reader, { issuerId, accountId, range })) yield { ...line, ...running.after(line) };
  }

  /** In functional currency, as of the end of a day. The year is the calendar year. @throws DomainError DATE_INVALID */
  async balanceSheet(reader: Reader, issuerId: IssuerId, asOf: LocalDate): Promise<BalanceSheet> {
    refuseBeyond(asOf, 'asOf');
    const lastYear = localDateOf(yearOf(asOf) - 1, 12, 31);
    return balanceSheet(await trialBalance(reader, issuerId, asOf), await trialBalance(reader, issuerId, lastYear));
  }

  /** In functional currency, over the days `[start, end)`. */
  async profitAndLoss(reader: Reader, issuerId: IssuerId, { start, end }: DateRange): Promise<ProfitAndLoss> {
    const until = await trialBalance(reader, issuerId, addDays(end, -1));
    return profitAndLoss(movement(until, await trialBalance(reader, issuerId, addDays(start, -1))));
  }

  /** What each party owes as of the end of a day, by how long it is overdue; by party and currency, after the given place. */
  receivablesAgeing(reader: Reader, query: AgeingQuery, after: AgeingPlace | null, limit: number): Promise<AgeingLine[]> {
    return ageingPage(reader, query, after, limit);
  }

  receivablesAgeingStream(reader: Reader, query: AgeingQuery): AsyncGenerator<AgeingLine> {
    return ageingStream(reader, query);
  }

  /** The open documents behind a line of the ageing, the longest overdue first; a page of at most `first`. */
  openDocuments(reader: Reader, query: AgeingQuery, partyId: string, page: { readonly after: string | null; readonly first: number }): Promise<OpenDocument[]> {
    return openDocuments(reader, query, partyId, page);
  }

  /** What a party owed when the first of the days `[start, end)` began, by currency. */
  statementOpening(reader: Reader, query: StatementQuery): Promise<CurrencyBalance[]> {
    return statementOpening(reader, query);
  }

  /**
   * The account of a party with us over the days `[start, end)`: what it owed before, a page of its entries, and what it owes
   * after each. @throws DomainError PAGE_SIZE_INVALID, CURSOR_INVALID
   */
  async statement(reader: Reader, query: StatementQuery, args: PageArgs): Promise<AccountStatement> {
    const opening = await statementOpening(reader, query);
    const page = await statementPage(reader, query, args);
    const first = page.edges[0]?.node;
    if (!first) return { opening, lines: { ...page, edges: [] } };
    const running = new RunningBalance(await owedBefore(reader, query, first));
    return { opening, lines: { ...page, edges: page.edges.map(({ node, cursor }) => ({ node: withBalance(node, running), cursor })) } };
  }

  async *statementStream(reader: Reader, query: StatementQuery): AsyncGenerator<StatementLineWithBalance> {
    const running = new RunningBalance(await statementOpening(reader, query));
    for await (const line of statementStream(reader, query)) yield withBalance(line, running);
  }

  /** By country, category, rate and currency, over the days `[start, end)`. */
  vatByRate(reader: Reader, issuerId: IssuerId, range: DateRange): Promise<VatLine[]> {
    return vatByRate(reader, issuerId, range);
  }

  /** The postings behind a line of it. */
  taxLines(reader: Reader, tax: TaxOfDays, page: PageArgs): Promise<Page<TaxLine>> {
    return taxPage(reader, tax, page);
  }

  /** In which month what is deferred at the end of a day will be earned. */
  deferredRevenueWaterfall(reader: Reader, issuerId: IssuerId, asOf: LocalDate): Promise<WaterfallLine[]> {
    return deferredRevenueWaterfall(reader, issuerId, asOf);
  }

  /** The documents behind a line of it; a page of at most `first`. */
  deferredDocuments(
    reader: Reader,
    issuerId: IssuerId,
    asOf: LocalDate,
    line: Pick<WaterfallLine, 'month' | 'currency'>,
    page: { readonly after: string | null; readonly first: number },
  ): Promise<DeferredDocument[]> {
    return deferredDocuments(reader, issuerId, asOf, line, page);
  }

  /** Whole entries, in the order of the ids. */
  journalEntries(reader: Reader, ids: readonly bigint[]): Promise<JournalEntry[]> {
    return journalEntries(reader, ids);
  }
}

function withBalance(line: StatementLine, running: RunningBalance): StatementLineWithBalance {
  return { ...line, balanceMinor: running.after(line).balanceMinor };
}
