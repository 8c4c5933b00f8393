// Periods, their close, and manual entries in the API.
import { ArgsType, Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DateTimeScalar, DecimalScalar, enumOf, MoneyField, Payload } from '@countinghouse/platform';
import { EntryIdField } from './entry-id';
import { FunctionalMoneyField } from './functional-money';
import type { ManualEntry } from '../persistence/manual-entry.queries';
import type { PeriodReopening, PeriodState } from '../persistence/period.queries';

export const PeriodStateEnum = enumOf<PeriodState>('PeriodState', ['open', 'closing', 'closed']);
export const DecisionStateEnum = enumOf<PeriodReopening['state']>('DecisionState', ['requested', 'approved', 'rejected'], 'What a second person decided.');

@ObjectType('AccountingPeriod', { description: 'An accounting month of an issuer.' })
export class PeriodType {
  @Field(() => DateScalar, { description: 'The first day.' })
  readonly start!: LocalDate;
  @Field(() => DateScalar, { description: 'The day after the last.' })
  readonly end!: LocalDate;
  @Field(() => PeriodStateEnum)
  readonly state!: PeriodState;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly closingSince!: Date | null;
}

@ObjectType('CloseCheck', { description: 'One line of the checklist of a close.' })
export class CloseCheckType {
  @Field(() => String)
  readonly name!: string;
  @Field(() => Boolean)
  readonly ok!: boolean;
  @Field(() => String, { nullable: true, description: 'What stands in the way.' })
  readonly detail!: string | null;
  @Field(() => String, { nullable: true, description: 'What to do about it.' })
  readonly remedy!: string | null;
}

@ObjectType('PeriodReopening', { description: 'A request to open a closed period again.' })
export class PeriodReopeningType {
  @Field(() => ID)
  readonly id!: string;
  @Field(() => DateScalar)
  readonly periodStart!: LocalDate;
  @Field(() => String)
  readonly reason!: string;
  @Field(() => String)
  readonly requestedBy!: string;
  @Field(() => DecisionStateEnum)
  readonly state!: PeriodReopening['state'];
}

@ObjectType('ManualEntryLine')
export class ManualEntryLineType {
  @Field(() => String)
  readonly accountCode!: string;
  @Field(() => String)
  readonly accountName!: string;
  @MoneyField({ description: 'Debit positive.' })
  readonly amount?: unknown;
  @FunctionalMoneyField({ description: 'The same in the issuer’s currency, as it will be posted.' })
  readonly functionalAmount?: unknown;
  @Field(() => DecimalScalar, { nullable: true, description: 'What one unit is worth in the issuer’s currency; null in that currency.' })
  readonly rate!: string | null;
  readonly currency!: string;
}

@ObjectType('ManualEntry', { description: 'An entry asked for by one person and posted when another approves it.' })
export class ManualEntryType {
  @Field(() => ID)
  readonly id!: string;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => String)
  readonly currency!: string;
  @Field(() => String)
  readonly reason!: string;
  @EntryIdField({ nullable: true, description: 'The entry that it takes back.' })
  readonly reverses!: bigint | null;
  @Field(() => String)
  readonly requestedBy!: string;
  @Field(() => DateTimeScalar)
  readonly requestedAt!: Date;
  @Field(() => DecisionStateEnum)
  readonly state!: ManualEntry['state'];
  @Field(() => String, { nullable: true })
  readonly decidedBy!: string | null;
  @EntryIdField({ nullable: true, description: 'The entry that the approval posted, for `journalEntry(id)`.' })
  readonly entryId!: bigint | null;
}

@ArgsType()
export class PeriodArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The first day of its month.' })
  readonly periodStart!: LocalDate;
}

@InputType('PeriodInput')
export class PeriodInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'The first day of its month.' })
  readonly periodStart!: LocalDate;
}

@InputType('PeriodReopeningRequestInput')
export class PeriodReopeningRequestInput extends PeriodInput {
  @Field(() => String)
  readonly reason!: string;
}

@InputType('PeriodReopeningInput')
export class PeriodReopeningInput {
  @Field(() => ID)
  readonly reopeningId!: string;
}

@InputType('ManualLineInput')
export class ManualLineInput {
  @Field(() => String, { description: 'The account’s code in the chart.' })
  readonly account!: string;
  @Field(() => DecimalScalar, { description: 'Major units; debit positive, credit negative.' })
  readonly amount!: string;
}

@InputType('ManualEntryRequestInput')
export class ManualEntryRequestInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => String)
  readonly currency!: string;
  @Field(() => DecimalScalar, { nullable: true, description: 'What one unit is worth in the issuer’s currency; the rate of the day unless told.' })
  readonly rate?: string | null;
  @Field(() => String)
  readonly reason!: string;
  @Field(() => [ManualLineInput])
  readonly lines!: ManualLineInput[];
}

@InputType('ManualEntryInput')
export class ManualEntryDecisionInput {
  @Field(() => ID)
  readonly manualEntryId!: string;
}

@InputType('JournalEntryReverseInput')
export class JournalEntryReverseInput {
  @Field(() => ID)
  readonly entryId!: string;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType('PeriodPayload')
export class PeriodPayload extends Payload {
  @Field(() => PeriodType, { nullable: true })
  readonly period?: PeriodType | null;
}

@ObjectType('PeriodReopeningPayload')
export class PeriodReopeningPayload extends Payload {
  @Field(() => PeriodReopeningType, { nullable: true })
  readonly reopening?: PeriodReopeningType | null;
}

@ObjectType('ManualEntryPayload')
export class ManualEntryPayload extends Payload {
  @Field(() => ManualEntryType, { nullable: true })
  readonly manualEntry?: ManualEntryType | null;
}
