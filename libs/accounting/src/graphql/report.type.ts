// The reports in the API. Every line names the entry and the document that it leads to.
import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DateTimeScalar, DecimalScalar, MoneyField, PageArgs, PageInfo } from '@countinghouse/platform';
import { EntryIdField } from './entry-id';
import { FunctionalMoneyField } from './functional-money';

@ObjectType('LedgerDocument', { description: 'The document behind a posting.' })
export class LedgerDocumentType {
  @Field(() => ID, { nullable: true, description: 'For `node(id)`; null for documents that are not things of the API.' })
  readonly id!: string | null;
  @Field(() => String, { description: '`invoice`, `credit-note`, `payment`, `receipt` …' })
  readonly type!: string;
  @Field(() => String, { nullable: true })
  readonly number!: string | null;
}

@ObjectType('LedgerParty', { description: 'Who stands behind a posting.' })
export class LedgerPartyType {
  @Field(() => ID, { nullable: true, description: 'For `node(id)`; null for a provider.' })
  readonly id!: string | null;
  @Field(() => String, { description: '`company`, `member` or `provider`.' })
  readonly type!: string;
  readonly partyId!: string;
}

@ObjectType('LedgerLine', { description: 'A posting of an account, with the balance after it.' })
export class LedgerLineType {
  @EntryIdField({ description: 'For `journalEntry(id)`.' })
  readonly entryId!: bigint;
  @Field(() => DateScalar)
  readonly entryDate!: LocalDate;
  @Field(() => DateScalar, { description: 'The day of the fact; earlier than entryDate when its own period was closed.' })
  readonly effectiveOn!: LocalDate;
  @Field(() => String)
  readonly kind!: string;
  @Field(() => LedgerPartyType, { nullable: true })
  readonly party!: LedgerPartyType | null;
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @MoneyField({ description: 'Debit positive.' })
  readonly amount?: unknown;
  @MoneyField({ description: 'Of the account in this currency, after this line.' })
  readonly balance?: unknown;
  @FunctionalMoneyField({ description: 'The amount in the issuer’s currency, at the rate of the posting; of an exchange difference, all there is.' })
  readonly functionalAmount?: unknown;
  @FunctionalMoneyField({ description: 'Of the account over all currencies, after this line.' })
  readonly functionalBalance?: unknown;
  readonly currency!: string;
}
export const LedgerLineConnection = Connection('LedgerLine', () => LedgerLineType);

@ObjectType('JournalLine')
export class JournalLineType {
  @Field(() => Int)
  readonly lineNo!: number;
  @Field(() => String)
  readonly accountCode!: string;
  @Field(() => String)
  readonly accountName!: string;
  @Field(() => LedgerPartyType, { nullable: true })
  readonly party!: LedgerPartyType | null;
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @MoneyField({ description: 'Debit positive.' })
  readonly amount?: unknown;
  @FunctionalMoneyField({ description: 'The same in the issuer’s currency.' })
  readonly functionalAmount?: unknown;
  @Field(() => DecimalScalar, { nullable: true, description: 'What one unit was worth in the issuer’s currency; null in that currency.' })
  readonly rate!: string | null;
  @Field(() => String, { nullable: true, description: 'The tax that the line is, or is the base of: country, category of EN 16931 and percent.' })
  readonly taxCode!: string | null;
  readonly currency!: string;
}

@ObjectType('JournalEntry', { description: 'A whole entry of the journal.' })
export class JournalEntryType {
  @EntryIdField()
  readonly id!: bigint;
  @Field(() => DateScalar)
  readonly entryDate!: LocalDate;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => Boolean, { description: 'Its own period was closed when it came.' })
  readonly isCorrection!: boolean;
  @Field(() => String)
  readonly kind!: string;
  @Field(() => String, { description: 'What was recorded: `invoice`, `payment`, `manual-entry` …' })
  readonly sourceType!: string;
  @Field(() => String, { description: 'Its id where it comes from; of a manual entry, for `manualEntry(manualEntryId)`.' })
  readonly sourceId!: string;
  @Field(() => DateTimeScalar)
  readonly recordedAt!: Date;
  @EntryIdField({ nullable: true, description: 'The entry that it takes back.' })
  readonly reverses!: bigint | null;
  @Field(() => [JournalLineType])
  readonly lines!: readonly JournalLineType[];
}

@ObjectType('StatementItem', { description: 'One account of a balance sheet or of profit and loss.' })
export class StatementItemType {
  @Field(() => String)
  readonly accountCode!: string;
  @Field(() => String)
  readonly accountName!: string;
  @MoneyField()
  readonly amount?: unknown;
  readonly currency!: string;
}

@ObjectType('StatementSection')
export class StatementSectionType {
  @Field(() => [StatementItemType])
  readonly items!: readonly StatementItemType[];
  @MoneyField()
  readonly total?: unknown;
  readonly currency!: string;
}

@ObjectType('BalanceSheet', { description: 'In the issuer’s currency. Assets are liabilities and equity.' })
export class BalanceSheetType {
  @Field(() => StatementSectionType)
  readonly assets!: StatementSectionType;
  @Field(() => StatementSectionType)
  readonly liabilities!: StatementSectionType;
  @Field(() => StatementSectionType, { description: 'What was put in; the results stand beside it.' })
  readonly equity!: StatementSectionType;
  @MoneyField()
  readonly resultOfEarlierYears?: unknown;
  @MoneyField({ description: 'Of the calendar year of the day.' })
  readonly resultOfTheYear?: unknown;
  @MoneyField({ description: 'Equity and both results.' })
  readonly totalEquity?: unknown;
  readonly currency!: string;
}

@ObjectType('ProfitAndLoss', { description: 'In the issuer’s currency.' })
export class ProfitAndLossType {
  @Field(() => StatementSectionType)
  readonly income!: StatementSectionType;
  @Field(() => StatementSectionType)
  readonly expenses!: StatementSectionType;
  @MoneyField({ description: 'Profit is positive.' })
  readonly result?: unknown;
  readonly currency!: string;
}

@ObjectType('AgeingLine', { description: 'What one party owes in one currency, by how long it is overdue.' })
export class AgeingLineType {
  @Field(() => LedgerPartyType, { nullable: true })
  readonly party!: LedgerPartyType | null;
  @MoneyField({ description: 'Not due yet.' })
  readonly current?: unknown;
  @MoneyField()
  readonly days1To30?: unknown;
  @MoneyField()
  readonly days31To60?: unknown;
  @MoneyField()
  readonly days61To90?: unknown;
  @MoneyField()
  readonly over90?: unknown;
  @MoneyField()
  readonly total?: unknown;
  @FunctionalMoneyField({ description: 'The total in the issuer’s currency, as it stands in the books.' })
  readonly functionalTotal?: unknown;
  readonly currency!: string;
}

@ObjectType('OpenDocument', { description: 'A document behind a line of the ageing.' })
export class OpenDocumentType {
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @Field(() => DateScalar, { nullable: true })
  readonly dueOn!: LocalDate | null;
  @MoneyField()
  readonly open?: unknown;
  readonly currency!: string;
}

@ObjectType('PartyStatementLine')
export class PartyStatementLineType {
  @EntryIdField()
  readonly entryId!: bigint;
  @Field(() => DateScalar)
  readonly entryDate!: LocalDate;
  @Field(() => String)
  readonly kind!: string;
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @MoneyField({ description: 'What the party owes more, or less if negative.' })
  readonly amount?: unknown;
  @MoneyField({ description: 'What it owes after this line.' })
  readonly balance?: unknown;
  readonly currency!: string;
}

@ObjectType('OpeningBalance')
export class OpeningBalanceType {
  @MoneyField()
  readonly balance?: unknown;
  readonly currency!: string;
}

@ObjectType('PartyStatement', { description: 'The account of a company or member with us.' })
export class PartyStatementType {
  @Field(() => [OpeningBalanceType], { description: 'What it owed when the first day began, by currency.' })
  readonly opening!: readonly OpeningBalanceType[];
  @Field(() => [PartyStatementLineType], { description: 'A page of them; the download has them all.' })
  readonly lines!: readonly PartyStatementLineType[];
  @Field(() => PageInfo, { description: 'Its cursors are for the next page of lines.' })
  readonly pageInfo!: PageInfo;
  @Field(() => Boolean, { description: 'There are more lines after these.' })
  readonly isCutOff!: boolean;
}

@ObjectType('VatLine', { description: 'One tax of the entries of these days; what is owed is positive.' })
export class VatLineType {
  @Field(() => String)
  readonly country!: string;
  @Field(() => String, { description: 'Category of EN 16931.' })
  readonly category!: string;
  @Field(() => DecimalScalar, { description: 'Percent.' })
  readonly rate!: string;
  @MoneyField()
  readonly base?: unknown;
  @MoneyField()
  readonly tax?: unknown;
  @FunctionalMoneyField()
  readonly functionalBase?: unknown;
  @FunctionalMoneyField()
  readonly functionalTax?: unknown;
  readonly currency!: string;
}

@ObjectType('DeferredRevenueLine', { description: 'What will be earned in a month.' })
export class DeferredRevenueLineType {
  @Field(() => DateScalar, { nullable: true, description: 'The first day of the month; null for what is earned and not recognised yet.' })
  readonly month!: LocalDate | null;
  @MoneyField()
  readonly amount?: unknown;
  readonly currency!: string;
}

@ObjectType('TaxLine', { description: 'A posting behind a line of the VAT report.' })
export class TaxLineType {
  @EntryIdField({ description: 'For `journalEntry(id)`.' })
  readonly entryId!: bigint;
  @Field(() => DateScalar)
  readonly entryDate!: LocalDate;
  @Field(() => String)
  readonly kind!: string;
  @Field(() => String)
  readonly accountCode!: string;
  @Field(() => Boolean, { description: 'The tax itself; otherwise a base of it.' })
  readonly isTax!: boolean;
  @Field(() => LedgerPartyType, { nullable: true })
  readonly party!: LedgerPartyType | null;
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @MoneyField({ description: 'Debit positive, so that what is owed is negative.' })
  readonly amount?: unknown;
  readonly currency!: string;
}
export const TaxLineConnection = Connection('TaxLine', () => TaxLineType);

@ObjectType('DeferredDocument', { description: 'A document behind a line of the deferred-revenue waterfall.' })
export class DeferredDocumentType {
  @Field(() => LedgerDocumentType, { nullable: true })
  readonly document!: LedgerDocumentType | null;
  @MoneyField()
  readonly amount?: unknown;
  readonly currency!: string;
}

@ArgsType()
export class AsOfArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The end of this day.' })
  readonly asOf!: LocalDate;
}

@ArgsType()
export class DaysArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The first day.' })
  readonly from!: LocalDate;
  @Field(() => DateScalar, { description: 'The last day.' })
  readonly through!: LocalDate;
}

/** A page of what lies in these days. */
@ArgsType()
export class DaysPageArgs extends PageArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The first day.' })
  readonly from!: LocalDate;
  @Field(() => DateScalar, { description: 'The last day.' })
  readonly through!: LocalDate;
}

@ArgsType()
export class TaxLinesArgs extends DaysPageArgs {
  @Field(() => String)
  readonly country!: string;
  @Field(() => String)
  readonly category!: string;
  @Field(() => DecimalScalar, { description: 'Percent with two decimals, as on the line.' })
  readonly rate!: string;
  @Field(() => String)
  readonly currency!: string;
}

@ArgsType()
export class StatementArgs extends DaysPageArgs {
  @Field(() => ID, { description: 'A company or a member.' })
  readonly partyId!: string;
}

@ArgsType()
export class GeneralLedgerArgs extends DaysPageArgs {
  @Field(() => String)
  readonly accountCode!: string;
}
