// Every report as a stream of CSV. Amounts are in major units; functional ones in the issuer's currency.
import { csvLine, DateRange, IssuerId, LocalDate, Money } from '@countinghouse/kernel';
import { partyKey, PartyNames, PartyRef, Reader } from '@countinghouse/platform';
import { AGEING_BUCKETS } from '../domain/reports/ageing';
import { StatementSection } from '../domain/reports/financial-statements';
import { Ledger } from '../ledger.facade';
import { functionalCurrencyOf } from '../persistence/chart.queries';
import { accountByCode } from '../persistence/reports/account.queries';
import { AgeingLine } from '../persistence/reports/receivables.queries';

/** What a report may be asked with; days are those of the books, `[start, end)`. */
export interface ReportScope {
  readonly issuerId: IssuerId;
  readonly asOf: LocalDate;
  readonly range: DateRange;
  /** The account of a general ledger. */
  readonly accountCode: string;
  /** The party of a statement. */
  readonly partyId: string;
}

/** Which parts of the scope a report needs beside the issuer. */
export type ReportNeed = 'asOf' | 'range' | 'accountCode' | 'partyId';

export interface CsvReport {
  readonly needs: readonly ReportNeed[];
  /** @param partyNames for reports by party */
  write(ledger: Ledger, reader: Reader, scope: ReportScope, partyNames: PartyNames): AsyncGenerator<string>;
}

const money = (minor: bigint, currency: string) => Money.of(minor, currency).toDecimal();

async function* trialBalance(ledger: Ledger, reader: Reader, { issuerId, asOf }: ReportScope): AsyncGenerator<string> {
  yield csvLine(['account_code', 'account_name', 'account_type', 'currency', 'debit', 'credit', 'balance', 'functional_currency', 'functional_debit', 'functional_credit', 'functional_balance']);
  for (const line of await ledger.trialBalance(reader, issuerId, asOf)) {
    const { currency, functionalCurrency } = line;
    yield csvLine([
      line.accountCode, line.accountName, line.accountType, currency, money(line.debitMinor, currency), money(line.creditMinor, currency), money(line.balanceMinor, currency),
      functionalCurrency, money(line.functionalDebitMinor, functionalCurrency), money(line.functionalCreditMinor, functionalCurrency), money(line.functionalBalanceMinor, functionalCurrency),
    ]);
  }
}

async function* generalLedger(ledger: Ledger, reader: Reader, { issuerId, accountCode, range }: ReportScope): AsyncGenerator<string> {
  // Before the first line, so that an unknown account is still refused as one.
  await accountByCode(reader, issuerId, accountCode);
  const functional = (await functionalCurrencyOf(reader, issuerId))!;
  yield csvLine(['entry', 'line', 'entry_date', 'effective_on', 'kind', 'source_type', 'source_id', 'party_type', 'party_id', 'document_type', 'document_id', 'document_number', 'currency', 'amount', 'balance', 'functional_currency', 'functional_amount', 'functional_balance']);
  for await (const line of ledger.generalLedgerStream(reader, { issuerId, accountCode, range })) {
    yield csvLine([
      line.entryId, line.lineNo, line.entryDate, line.effectiveOn, line.kind, line.sourceType, line.sourceId, line.partyType, line.partyId, line.documentType, line.documentId,
      line.documentNumber, line.currency, money(line.amountMinor, line.currency), money(line.balanceMinor, line.currency),
      functional, money(line.functionalAmountMinor, functional), money(line.functionalBalanceMinor, functional),
    ]);
  }
}

async function* balanceSheet(ledger: Ledger, reader: Reader, { issuerId, asOf }: ReportScope): AsyncGenerator<string> {
  const currency = (await functionalCurrencyOf(reader, issuerId))!;
  const sheet = await ledger.balanceSheet(reader, issuerId, asOf);
  yield csvLine(['section', 'account_code', 'account_name', 'currency', 'amount']);
  yield* sectionLines('assets', sheet.assets, currency);
  yield* sectionLines('liabilities', sheet.liabilities, currency);
  yield* sectionLines('equity', sheet.equity, currency);
  yield csvLine(['equity', null, 'Result of earlier years', currency, money(sheet.resultOfEarlierYearsMinor, currency)]);
  yield csvLine(['equity', null, 'Result of the year', currency, money(sheet.resultOfTheYearMinor, currency)]);
}

async function* profitAndLoss(ledger: Ledger, reader: Reader, { issuerId, range }: ReportScope): AsyncGenerator<string> {
  const currency = (await functionalCurrencyOf(reader, issuerId))!;
  const { income, expenses, resultMinor } = await ledger.profitAndLoss(reader, issuerId, range);
  yield csvLine(['section', 'account_code', 'account_name', 'currency', 'amount']);
  yield* sectionLines('income', income, currency);
  yield* sectionLines('expenses', expenses, currency);
  yield csvLine(['result', null, 'Result', currency, money(resultMinor, currency)]);
}

function* sectionLines(name: string, { items }: StatementSection, currency: string): Generator<string> {
  for (const { accountCode, accountName, amountMinor } of items) yield csvLine([name, accountCode, accountName, currency, money(amountMinor, currency)]);
}

/** Names are asked for so many parties at a time. */
const PARTIES_AT_ONCE = 500;

async function* receivablesAgeing(ledger: Ledger, reader: Reader, { issuerId, asOf }: ReportScope, partyNames: PartyNames): AsyncGenerator<string> {
  const functional = (await functionalCurrencyOf(reader, issuerId))!;
  yield csvLine([
    'party_type', 'party_id', 'currency', ...AGEING_BUCKETS.map((bucket) => COLUMN_OF_BUCKET[bucket]), 'total',
    'functional_currency', 'functional_total', 'party_number', 'party_name',
  ]);
  for await (const lines of inBatches(ledger.receivablesAgeingStream(reader, { issuerId, asOf }), PARTIES_AT_ONCE)) {
    const names = await partyNames.of(reader, lines.map(partyOf));
    for (const line of lines) {
      const { partyType, partyId, currency, bucketsMinor, totalMinor, functionalTotalMinor } = line;
      const party = names.get(partyKey(partyOf(line)));
      const amounts = [...bucketsMinor, totalMinor].map((minor) => money(minor, currency));
      yield csvLine([partyType, partyId, currency, ...amounts, functional, money(functionalTotalMinor, functional), party?.number ?? null, party?.name ?? null]);
    }
  }
}

function partyOf({ partyType, partyId }: AgeingLine): PartyRef {
  return { type: partyType ?? '', id: partyId ?? '' };
}

async function* inBatches<T>(stream: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const each of stream) {
    batch.push(each);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const COLUMN_OF_BUCKET: Readonly<Record<(typeof AGEING_BUCKETS)[number], string>> = {
  current: 'current',
  days1To30: 'days_1_to_30',
  days31To60: 'days_31_to_60',
  days61To90: 'days_61_to_90',
  over90: 'over_90_days',
};

async function* statement(ledger: Ledger, reader: Reader, { issuerId, partyId, range }: ReportScope): AsyncGenerator<string> {
  yield csvLine(['entry', 'entry_date', 'kind', 'document_type', 'document_number', 'document_id', 'due_on', 'currency', 'amount', 'balance']);
  for (const { currency, balanceMinor } of await ledger.statementOpening(reader, { issuerId, partyId, range })) {
    yield csvLine([null, range.start, 'opening-balance', null, null, null, null, currency, null, money(balanceMinor, currency)]);
  }
  for await (const line of ledger.statementStream(reader, { issuerId, partyId, range })) {
    yield csvLine([
      line.entryId, line.entryDate, line.kind, line.documentType, line.documentNumber, line.documentId, line.dueOn, line.currency,
      money(line.amountMinor, line.currency), money(line.balanceMinor, line.currency),
    ]);
  }
}

async function* vat(ledger: Ledger, reader: Reader, { issuerId, range }: ReportScope): AsyncGenerator<string> {
  yield csvLine(['country', 'category', 'rate', 'currency', 'base', 'tax', 'functional_currency', 'functional_base', 'functional_tax']);
  for (const line of await ledger.vatByRate(reader, issuerId, range)) {
    const { currency, functionalCurrency } = line;
    yield csvLine([
      line.country, line.category, line.rate, currency, money(line.baseMinor, currency), money(line.taxMinor, currency),
      functionalCurrency, money(line.functionalBaseMinor, functionalCurrency), money(line.functionalTaxMinor, functionalCurrency),
    ]);
  }
}

async function* deferredRevenue(ledger: Ledger, reader: Reader, { issuerId, asOf }: ReportScope): AsyncGenerator<string> {
  yield csvLine(['month', 'currency', 'amount']);
  for (const { month, currency, amountMinor } of await ledger.deferredRevenueWaterfall(reader, issuerId, asOf)) {
    yield csvLine([month ?? 'earned, not recognised', currency, money(amountMinor, currency)]);
  }
}

/** By the name that a download asks for. */
export const CSV_REPORTS: Readonly<Record<string, CsvReport>> = {
  'trial-balance': { needs: ['asOf'], write: trialBalance },
  'general-ledger': { needs: ['accountCode', 'range'], write: generalLedger },
  'balance-sheet': { needs: ['asOf'], write: balanceSheet },
  'profit-and-loss': { needs: ['range'], write: profitAndLoss },
  'receivables-ageing': { needs: ['asOf'], write: receivablesAgeing },
  statement: { needs: ['partyId', 'range'], write: statement },
  vat: { needs: ['range'], write: vat },
  'deferred-revenue': { needs: ['asOf'], write: deferredRevenue },
};
