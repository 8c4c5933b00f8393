// The reports as queries. A report of an issuer outside the actor's scope is null, with an error.
import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { currency, DomainError, type IssuerId, type LocalDate } from '@countinghouse/kernel';
import { authorise, CurrentActor, Database, DateScalar, idOf, MAX_PAGE_SIZE, readGlobalId, type Actor, type Page, type Reader } from '@countinghouse/platform';
import { reportDays } from '../domain/reports/report-days';
import { taxCode } from '../domain/tax-code';
import { Ledger } from '../ledger.facade';
import { functionalCurrencyOf } from '../persistence/chart.queries';
import { ageingRow, balanceSheetRow, partyOf, profitAndLossRow, withReferences } from './report-rows';
import {
  AgeingLineType, AsOfArgs, BalanceSheetType, DaysArgs, DeferredDocumentType, DeferredRevenueLineType, GeneralLedgerArgs, JournalEntryType, LedgerLineConnection, LedgerLineType,
  OpenDocumentType, PartyStatementType, ProfitAndLossType, StatementArgs, TaxLineConnection, TaxLinesArgs, TaxLineType, VatLineType,
} from './report.type';
import { inScope } from './scope';

const NULL_OUT_OF_SCOPE = { nullable: true };

@Resolver()
export class ReportResolver {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
  ) {}

  @Query(() => LedgerLineConnection, { ...NULL_OUT_OF_SCOPE, description: 'The postings of an account in order, with the balance after each.' })
  generalLedger(@Args() { issuerId, accountCode, from, through, ...page }: GeneralLedgerArgs, @CurrentActor() actor: Actor): Promise<Page<LedgerLineType>> {
    return this.read(actor, issuerId, async (reader, issuer) => {
      const { edges, pageInfo } = await this.ledger.generalLedger(reader, { issuerId: issuer, accountCode, range: reportDays(from, through) }, page);
      const functionalCurrency = await functionalCurrencyOf(reader, issuer);
      return { pageInfo, edges: edges.map(({ node, cursor }) => ({ cursor, node: { ...withReferences(node), functionalCurrency } })) };
    });
  }

  @Query(() => JournalEntryType, { ...NULL_OUT_OF_SCOPE, description: 'The entry behind a line; null when there is none, or not for you.' })
  journalEntry(@Args('id', { type: () => ID }) id: string, @CurrentActor() actor: Actor): Promise<JournalEntryType | null> {
    if (!/^\d{1,18}$/.test(id)) throw new DomainError('ID_INVALID', `${JSON.stringify(id.slice(0, 40))} is not the id of an entry`, { field: 'id', value: id.slice(0, 40) });
    return this.database.read(async (reader) => {
      const entry = inScope(actor, (await this.ledger.journalEntries(reader, [BigInt(id)]))[0]);
      if (!entry) return null;
      const { functionalCurrency } = entry;
      return { ...entry, lines: entry.lines.map((line) => ({ ...withReferences(line), functionalCurrency })) };
    });
  }

  @Query(() => BalanceSheetType, { ...NULL_OUT_OF_SCOPE })
  balanceSheet(@Args() { issuerId, asOf }: AsOfArgs, @CurrentActor() actor: Actor): Promise<BalanceSheetType> {
    return this.read(actor, issuerId, async (reader, issuer) => {
      const sheet = await this.ledger.balanceSheet(reader, issuer, asOf);
      return balanceSheetRow(sheet, (await functionalCurrencyOf(reader, issuer))!);
    });
  }

  @Query(() => ProfitAndLossType, { ...NULL_OUT_OF_SCOPE })
  profitAndLoss(@Args() { issuerId, from, through }: DaysArgs, @CurrentActor() actor: Actor): Promise<ProfitAndLossType> {
    return this.read(actor, issuerId, async (reader, issuer) => {
      const result = await this.ledger.profitAndLoss(reader, issuer, reportDays(from, through));
      return profitAndLossRow(result, (await functionalCurrencyOf(reader, issuer))!);
    });
  }

  @Query(() => [AgeingLineType], { ...NULL_OUT_OF_SCOPE, description: 'By party; the download has them all at once.' })
  receivablesAgeing(
    @Args() { issuerId, asOf }: AsOfArgs,
    @Args('partyType', { type: () => String, nullable: true, description: '`company` or `member`; both unless told.' }) partyType: string | null,
    @Args('afterPartyId', { type: () => ID, nullable: true, description: 'The last party of the page before.' }) afterPartyId: string | null,
    @Args('afterCurrency', { type: () => String, nullable: true, description: 'The currency of its line.' }) afterCurrency: string | null,
    @Args('first', { type: () => Int, defaultValue: MAX_PAGE_SIZE }) first: number,
    @CurrentActor() actor: Actor,
  ): Promise<AgeingLineType[]> {
    refusePageSize(first);
    if (partyType != null && partyType !== 'company' && partyType !== 'member') {
      throw new DomainError('PARTY_TYPE_UNKNOWN', `${JSON.stringify(partyType.slice(0, 40))} owes nothing.`, { field: 'partyType', value: partyType.slice(0, 40), remedy: 'Ask for company or member, or for both by leaving it out.' });
    }
    const after = afterPartyId === null || afterPartyId === undefined ? null : { partyId: readGlobalId(afterPartyId, 'afterPartyId').uuid, currency: (afterCurrency ?? 'ZZZ') as never };
    return this.read(actor, issuerId, async (reader, issuer) => {
      const lines = await this.ledger.receivablesAgeing(reader, { issuerId: issuer, asOf, partyType: partyType ?? undefined }, after, first);
      const functionalCurrency = await functionalCurrencyOf(reader, issuer);
      return lines.map((line) => ({ ...ageingRow(line), functionalCurrency }));
    });
  }

  @Query(() => [OpenDocumentType], { ...NULL_OUT_OF_SCOPE, description: 'What stands behind a line of the ageing, the longest overdue first.' })
  openDocuments(
    @Args() { issuerId, asOf }: AsOfArgs,
    @Args('partyId', { type: () => ID }) partyId: string,
    @Args('afterDocumentId', { type: () => ID, nullable: true, description: 'The document that the page before ended with.' }) after: string | null,
    @Args('first', { type: () => Int, defaultValue: MAX_PAGE_SIZE }) first: number,
    @CurrentActor() actor: Actor,
  ): Promise<OpenDocumentType[]> {
    refusePageSize(first);
    const party = partyOf(partyId, 'partyId');
    const page = { after: after == null ? null : readGlobalId(after, 'afterDocumentId').uuid, first };
    return this.read(actor, issuerId, async (reader, issuer) => {
      const documents = await this.ledger.openDocuments(reader, { issuerId: issuer, asOf }, party, page);
      return documents.map(withReferences);
    });
  }

  @Query(() => PartyStatementType, { ...NULL_OUT_OF_SCOPE, description: 'The account of a company or member with us.' })
  partyStatement(@Args() { issuerId, partyId, from, through, ...page }: StatementArgs, @CurrentActor() actor: Actor): Promise<PartyStatementType> {
    const party = partyOf(partyId, 'partyId');
    return this.read(actor, issuerId, async (reader, issuer) => {
      const { opening, lines } = await this.ledger.statement(reader, { issuerId: issuer, partyId: party, range: reportDays(from, through) }, page);
      const { edges, pageInfo } = lines;
      return { opening, pageInfo, isCutOff: pageInfo.hasNextPage, lines: edges.map(({ node }) => withReferences(node)) };
    });
  }

  @Query(() => [VatLineType], { ...NULL_OUT_OF_SCOPE, description: 'Value added tax by country, category and rate.' })
  vatByRate(@Args() { issuerId, from, through }: DaysArgs, @CurrentActor() actor: Actor): Promise<VatLineType[]> {
    return this.read(actor, issuerId, async (reader, issuer) => this.ledger.vatByRate(reader, issuer, reportDays(from, through)));
  }

  @Query(() => TaxLineConnection, { ...NULL_OUT_OF_SCOPE, description: 'What stands behind a line of vatByRate.' })
  taxLines(@Args() { issuerId, from, through, country, category, rate, currency: ofCurrency, ...page }: TaxLinesArgs, @CurrentActor() actor: Actor): Promise<Page<TaxLineType>> {
    return this.read(actor, issuerId, async (reader, issuer) => {
      const tax = { issuerId: issuer, range: reportDays(from, through), taxCode: taxCode({ country, category, rate }), currency: currency(ofCurrency) };
      const { edges, pageInfo } = await this.ledger.taxLines(reader, tax, page);
      return { pageInfo, edges: edges.map(({ node, cursor }) => ({ cursor, node: withReferences(node) })) };
    });
  }

  @Query(() => [DeferredRevenueLineType], { ...NULL_OUT_OF_SCOPE, description: 'In which month what is deferred will be earned.' })
  deferredRevenueWaterfall(@Args() { issuerId, asOf }: AsOfArgs, @CurrentActor() actor: Actor): Promise<DeferredRevenueLineType[]> {
    return this.read(actor, issuerId, (reader, issuer) => this.ledger.deferredRevenueWaterfall(reader, issuer, asOf));
  }

  @Query(() => [DeferredDocumentType], { ...NULL_OUT_OF_SCOPE, description: 'What stands behind a line of the waterfall.' })
  deferredDocuments(
    @Args() { issuerId, asOf }: AsOfArgs,
    @Args('month', { type: () => DateScalar, nullable: true, description: 'As on the line.' }) month: LocalDate | null,
    @Args('currency', { type: () => String }) ofCurrency: string,
    @Args('afterDocumentId', { type: () => ID, nullable: true, description: 'The document that the page before ended with.' }) after: string | null,
    @Args('first', { type: () => Int, defaultValue: MAX_PAGE_SIZE }) first: number,
    @CurrentActor() actor: Actor,
  ): Promise<DeferredDocumentType[]> {
    refusePageSize(first);
    const page = { after: after == null ? null : readGlobalId(after, 'afterDocumentId').uuid, first };
    return this.read(actor, issuerId, async (reader, issuer) => {
      const documents = await this.ledger.deferredDocuments(reader, issuer, asOf, { month: month ?? null, currency: currency(ofCurrency) }, page);
      return documents.map(withReferences);
    });
  }

  /** One snapshot for a whole report, of an issuer that the actor may see. */
  private read<T>(actor: Actor, issuerId: string, work: (reader: Reader, issuer: IssuerId) => Promise<T>): Promise<T> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'viewer', issuer);
    return this.database.read((reader) => work(reader, issuer));
  }
}

function refusePageSize(first: number): void {
  if (first < 1 || first > MAX_PAGE_SIZE) throw new DomainError('PAGE_SIZE_INVALID', `first ${first} is not a page size`, { field: 'first', remedy: `ask for 1 to ${MAX_PAGE_SIZE}` });
}
