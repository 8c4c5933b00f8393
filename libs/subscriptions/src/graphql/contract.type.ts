// Contracts in the API: what they are, what their timelines say of a day, and what changes them.
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DecimalScalar, enumOf, MoneyField, MoneyInput, Node, PageArgs, Payload } from '@countinghouse/platform';
import type { Timing } from '../domain/billing-cycle';
import type { ContractChange } from '../domain/contract-timeline';
import type { TaxCategory } from '../domain/rated-stretch';
import { TaxCategoryEnum } from './catalogue.type';
import { PriceModelEnum, TimingEnum, type PriceModel } from './component.type';
import { ONE_LINE, Recorded, TimelineLine } from './recorded.type';

type SubsidyMode = 'fixed' | 'percent';
type ContractLife = 'draft' | 'upcoming' | 'running' | 'ended';
type OverduePolicy = 'none' | 'suspend';
type SuspendedBilling = 'continues' | 'stops';
export type When = 'now' | 'periodEnd';
export type EndWhen = When | 'termEnd';

export const SubsidyModeEnum = enumOf<SubsidyMode>('SubsidyMode', ['fixed', 'percent']);
export const ContractLifeEnum = enumOf<ContractLife>('ContractLife', ['draft', 'upcoming', 'running', 'ended']);
export const ContractChangeKindEnum = enumOf<ContractChange['kind']>('ContractChangeKind', ['start', 'end', 'suspend', 'resume', 'cycle', 'zone', 'term']);
export const OverduePolicyEnum = enumOf<OverduePolicy>('OverduePolicy', ['none', 'suspend']);
export const SuspendedBillingEnum = enumOf<SuspendedBilling>('SuspendedBilling', ['continues', 'stops']);
export const WhenEnum = enumOf<When>('When', ['now', 'periodEnd']);
export const EndWhenEnum = enumOf<EndWhen>('EndWhen', ['now', 'periodEnd', 'termEnd']);

@ObjectType('FeeComponent', { description: 'A fee of a contract that is flat or by the person, by the terms it began with.' })
export class FeeComponentType {
  @Field(() => String, { description: '`access-fee`.' })
  readonly kind!: string;
  @Field(() => PriceModelEnum)
  readonly priceModel!: PriceModel;
  @Field(() => TimingEnum)
  readonly timing!: Timing;
  @MoneyField()
  readonly unitPrice!: unknown;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
  @Field(() => DateScalar)
  readonly startsOn!: LocalDate;
  @Field(() => DateScalar, { nullable: true })
  readonly endsOn!: LocalDate | null;
  readonly contractId!: string;
  readonly currency!: string;
}

@ObjectType('SubsidyRule', { description: 'What the company pays of each enrolled member’s plan.' })
export class SubsidyRuleType extends Recorded {
  @Field(() => SubsidyModeEnum)
  readonly mode!: SubsidyMode;
  @MoneyField({ nullable: true, description: 'A month and member, when the mode is FIXED.' })
  readonly amount!: unknown;
  @Field(() => DecimalScalar, { nullable: true, description: 'When the mode is PERCENT.' })
  readonly percent!: string | null;
  @MoneyField({ nullable: true, description: 'At most so much a month and member.' })
  readonly cap!: unknown;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  @Field(() => Int, { description: 'Of two rules for one plan and day the higher one decides.' })
  readonly seq!: number;
  readonly contractId!: string;
  readonly planId!: string | null;
  readonly currency!: string;
}

@ObjectType('ContractPolicies', { description: 'What is agreed beside the timeline.' })
export class ContractPoliciesType {
  @Field(() => Boolean)
  readonly autoRenew!: boolean;
  @Field(() => Int, { nullable: true })
  readonly renewalMonths!: number | null;
  @Field(() => Int)
  readonly noticeDays!: number;
  @Field(() => OverduePolicyEnum, { description: 'What an overdue invoice does to the contract.' })
  readonly overduePolicy!: OverduePolicy;
  @Field(() => Int, { description: 'How many days after its due day an unpaid invoice leaves the contract alone.' })
  readonly overdueGraceDays!: number;
  @Field(() => SuspendedBillingEnum)
  readonly suspendedBilling!: SuspendedBilling;
  @Field(() => Int, { nullable: true, description: 'The longest pause of an enrolment; null is no limit.' })
  readonly pauseDaysMax!: number | null;
  @Field(() => WhenEnum)
  readonly upgradeWhen!: When;
  @Field(() => WhenEnum)
  readonly downgradeWhen!: When;
  @Field(() => Int)
  readonly trialDays!: number;
  @Field(() => Boolean, { description: 'Whether the company can be asked for the members’ parts, to take them from salaries.' })
  readonly payrollAllowed!: boolean;
}

@ObjectType('ContractState', { description: 'What the timeline says of a day.' })
export class ContractStateType {
  @Field(() => DateScalar)
  readonly on!: LocalDate;
  @Field(() => ContractLifeEnum)
  readonly life!: ContractLife;
  @Field(() => Boolean)
  readonly suspended!: boolean;
  @Field(() => Boolean, { description: 'Whether it is billed: a suspended contract may be.' })
  readonly bills!: boolean;
  @Field(() => Int, { nullable: true })
  readonly anchorDay!: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'A day in a month in which a period begins.' })
  readonly anchorOn!: LocalDate | null;
  @Field(() => Int, { nullable: true })
  readonly cycleMonths!: number | null;
  @Field(() => String, { nullable: true })
  readonly timeZone!: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after the term; null while it is open.' })
  readonly termEndsOn!: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'The last day on which notice can be given for the end of the term.' })
  readonly noticeBy!: LocalDate | null;
}

@ObjectType('ContractChange', { description: ONE_LINE })
export class ContractChangeType extends TimelineLine {
  @Field(() => ContractChangeKindEnum)
  readonly kind!: ContractChange['kind'];
  @Field(() => Boolean, { nullable: true, description: 'Of a suspension: whether it is billed on.' })
  readonly bills!: boolean | null;
  @Field(() => Int, { nullable: true })
  readonly anchorDay!: number | null;
  @Field(() => DateScalar, { nullable: true })
  readonly anchorOn!: LocalDate | null;
  @Field(() => Int, { nullable: true })
  readonly cycleMonths!: number | null;
  @Field(() => String, { nullable: true })
  readonly timeZone!: string | null;
  @Field(() => DateScalar, { nullable: true })
  readonly termEndsOn!: LocalDate | null;
  readonly contractId!: string;
}

@ObjectType('Contract', { implements: () => [Node], description: 'A company’s subscription.' })
export class ContractType extends Node {
  @Field(() => String, { description: 'Unique; it stands in import files.' })
  readonly number!: string;
  @Field(() => String, { description: 'ISO 4217.' })
  readonly currency!: string;
  @Field(() => String, { description: 'IANA zone: its days begin there.' })
  readonly timeZone!: string;
  @Field(() => DateScalar, { description: 'Of a draft the day for which it is drafted.' })
  readonly startsOn!: LocalDate;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after it.' })
  readonly endsOn!: LocalDate | null;
  @Field(() => Int, { description: 'The day of the month on which its periods begin, or the month’s last.' })
  readonly anchorDay!: number;
  @Field(() => Int)
  readonly cycleMonths!: number;
  @Field(() => TimingEnum)
  readonly enrolmentTiming!: Timing;
  @Field(() => DateScalar, { nullable: true, description: 'The day on which it renews itself unless notice is given before.' })
  readonly renewalDueOn!: LocalDate | null;
  readonly policies!: ContractPoliciesType;
  readonly issuerId!: string;
  readonly companyId!: string;
}

export const ContractConnection = Connection('Contract', () => ContractType);

@InputType('ContractFilter', { description: 'Every condition that is given must hold.' })
export class ContractFilter {
  @Field(() => ID, { nullable: true })
  readonly issuerId?: string | null;
  @Field(() => ID, { nullable: true })
  readonly companyId?: string | null;
}

@ArgsType()
export class ContractsArgs extends PageArgs {
  @Field(() => ContractFilter, { nullable: true })
  readonly filter?: ContractFilter | null;
}

@InputType('ContractPoliciesInput', { description: 'What is left out stays as it is.' })
export class ContractPoliciesInput {
  @Field(() => Boolean, { nullable: true })
  readonly autoRenew?: boolean;
  @Field(() => Int, { nullable: true })
  readonly renewalMonths?: number | null;
  @Field(() => Int, { nullable: true })
  readonly noticeDays?: number;
  @Field(() => OverduePolicyEnum, { nullable: true })
  readonly overduePolicy?: OverduePolicy;
  @Field(() => Int, { nullable: true, description: 'Days after the due day of an unpaid invoice; 0 to 366.' })
  readonly overdueGraceDays?: number;
  @Field(() => SuspendedBillingEnum, { nullable: true })
  readonly suspendedBilling?: SuspendedBilling;
  @Field(() => Int, { nullable: true, description: 'Null takes the limit away.' })
  readonly pauseDaysMax?: number | null;
  @Field(() => WhenEnum, { nullable: true })
  readonly upgradeWhen?: When;
  @Field(() => WhenEnum, { nullable: true })
  readonly downgradeWhen?: When;
  @Field(() => Int, { nullable: true })
  readonly trialDays?: number;
  @Field(() => Boolean, { nullable: true })
  readonly payrollAllowed?: boolean;
}

@InputType('ContractDraftInput')
export class ContractDraftInput {
  @Field(() => String, { description: 'Unique; it stands in import files.' })
  readonly number!: string;
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String, { description: 'ISO 4217.' })
  readonly currency!: string;
  @Field(() => DateScalar, { description: 'The day on which it is to be activated.' })
  readonly startsOn!: LocalDate;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after its term; open unless told.' })
  readonly termEndsOn?: LocalDate | null;
  @Field(() => Int)
  readonly cycleMonths!: number;
  @Field(() => Int, { nullable: true, description: 'That of `anchorOn` unless told.' })
  readonly anchorDay?: number | null;
  @Field(() => DateScalar, { nullable: true, description: 'A day in a month in which a period begins: 1 January for quarters of the calendar. `startsOn` unless told.' })
  readonly anchorOn?: LocalDate | null;
  @Field(() => String, { nullable: true, description: 'The company’s unless told.' })
  readonly timeZone?: string | null;
  @Field(() => TimingEnum, { nullable: true, description: 'ADVANCE unless told.' })
  readonly enrolmentTiming?: Timing | null;
  @Field(() => ContractPoliciesInput, { nullable: true })
  readonly policies?: ContractPoliciesInput | null;
  @Field(() => String)
  readonly reason!: string;
}

@InputType({ isAbstract: true })
abstract class ContractActInput {
  @Field(() => ID)
  readonly contractId!: string;
  @Field(() => String)
  readonly reason!: string;
}

@InputType('ContractActivateInput')
export class ContractActivateInput extends ContractActInput {
  @Field(() => DateScalar, { nullable: true, description: 'The day for which it was drafted unless told.' })
  readonly on?: LocalDate | null;
}

@InputType('ContractCycleAmendInput')
export class ContractCycleAmendInput extends ContractActInput {
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => Int)
  readonly cycleMonths!: number;
  @Field(() => Int, { nullable: true, description: 'That of `anchorOn` unless told.' })
  readonly anchorDay?: number | null;
  @Field(() => DateScalar, { nullable: true, description: '`effectiveOn` unless told.' })
  readonly anchorOn?: LocalDate | null;
}

@InputType('ContractZoneAmendInput')
export class ContractZoneAmendInput extends ContractActInput {
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => String)
  readonly timeZone!: string;
}

@InputType('ContractTermAgreeInput')
export class ContractTermAgreeInput extends ContractActInput {
  @Field(() => DateScalar, { nullable: true, description: 'The first day after the term; null leaves it open.' })
  readonly termEndsOn?: LocalDate | null;
}

@InputType('ContractRenewInput')
export class ContractRenewInput extends ContractActInput {
  @Field(() => Int, { nullable: true, description: 'As its policy says unless told.' })
  readonly months?: number | null;
}

@InputType('ContractSuspendInput')
export class ContractSuspendInput extends ContractActInput {
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told.' })
  readonly on?: LocalDate | null;
  @Field(() => SuspendedBillingEnum, { nullable: true, description: 'As its policy says unless told.' })
  readonly billing?: SuspendedBilling | null;
}

@InputType('ContractResumeInput')
export class ContractResumeInput extends ContractActInput {
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told.' })
  readonly on?: LocalDate | null;
}

@InputType('ContractEndInput', { description: 'Either when or on.' })
export class ContractEndInput extends ContractActInput {
  @Field(() => EndWhenEnum, { nullable: true })
  readonly when?: EndWhen | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day that is no longer in it, as both sides agree.' })
  readonly on?: LocalDate | null;
}

@InputType('ContractPoliciesSetInput')
export class ContractPoliciesSetInput extends ContractActInput {
  @Field(() => ContractPoliciesInput)
  readonly policies!: ContractPoliciesInput;
}

@InputType('ContractSubsidyAgreeInput')
export class ContractSubsidyAgreeInput extends ContractActInput {
  @Field(() => String, { nullable: true, description: 'The plan’s code; null for every plan that has no rule of its own.' })
  readonly plan?: string | null;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  @Field(() => MoneyInput, { nullable: true, description: 'A month and member. Either amount or percent.' })
  readonly amount?: MoneyInput | null;
  @Field(() => DecimalScalar, { nullable: true })
  readonly percent?: string | null;
  @Field(() => MoneyInput, { nullable: true, description: 'At most so much a month and member.' })
  readonly cap?: MoneyInput | null;
}

@ObjectType('ContractPayload')
export class ContractPayload extends Payload {
  @Field(() => ContractType, { nullable: true })
  readonly contract?: ContractType | null;
}
