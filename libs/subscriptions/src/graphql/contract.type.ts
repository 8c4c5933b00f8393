// The catalogue and the contracts in the API.
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, DecimalScalar, enumOf, MoneyField, MoneyInput, Node, PageArgs, Payload } from '@countinghouse/platform';
import type { Timing } from '../domain/billing-cycle';
import type { TaxCategory } from '../domain/rated-stretch';

type PriceModel = 'flat' | 'perUnit';
type SubsidyMode = 'fixed' | 'percent';

export const TaxCategoryEnum = enumOf<TaxCategory>('TaxCategory', ['standard', 'reduced', 'exempt']);
export const TimingEnum = enumOf<Timing>('Timing', ['advance', 'arrears']);
export const PriceModelEnum = enumOf<PriceModel>('PriceModel', ['flat', 'perUnit']);
export const SubsidyModeEnum = enumOf<SubsidyMode>('SubsidyMode', ['fixed', 'percent']);

@ObjectType('Price', { description: 'What a plan costs a month, in force until the next one of its currency.' })
export class PriceType {
  @MoneyField()
  readonly amount!: unknown;
  @Field(() => Boolean)
  readonly taxInclusive!: boolean;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  readonly currency!: string;
  readonly planId!: string;
}

@ObjectType('Plan', { implements: () => [Node], description: 'What members enrol in.' })
export class PlanType extends Node {
  @Field(() => String, { description: 'Unique; it stands in import files.' })
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
}

@ObjectType('FeeComponent', { description: 'A fee of a contract.' })
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
export class SubsidyRuleType {
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
  readonly contractId!: string;
  readonly planId!: string;
  readonly currency!: string;
}

@ObjectType('Contract', { implements: () => [Node], description: 'A company’s subscription.' })
export class ContractType extends Node {
  @Field(() => String, { description: 'Unique; it stands in import files.' })
  readonly number!: string;
  @Field(() => String, { description: 'ISO 4217.' })
  readonly currency!: string;
  @Field(() => String, { description: 'IANA zone: its days begin there.' })
  readonly timeZone!: string;
  @Field(() => DateScalar)
  readonly startsOn!: LocalDate;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after it.' })
  readonly endsOn!: LocalDate | null;
  @Field(() => Int, { description: 'The day of the month on which its periods begin, or the month’s last.' })
  readonly anchorDay!: number;
  @Field(() => Int)
  readonly cycleMonths!: number;
  @Field(() => TimingEnum)
  readonly enrolmentTiming!: Timing;
  readonly issuerId!: string;
  readonly companyId!: string;
}

export const PlanConnection = Connection('Plan', () => PlanType);
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

@InputType('PlanPriceInput', { description: 'What a plan costs a month from a day on.' })
export class PlanPriceInput {
  @Field(() => MoneyInput)
  readonly price!: MoneyInput;
  @Field(() => Boolean, { description: 'Whether tax is inside the price, as members see it.' })
  readonly taxInclusive!: boolean;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
}

@InputType('PlanPublishInput')
export class PlanPublishInput {
  @Field(() => String, { description: 'Unique; the key of the plan in files.' })
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
  @Field(() => [PlanPriceInput])
  readonly prices!: PlanPriceInput[];
}

@ObjectType('PlanPublishPayload')
export class PlanPublishPayload extends Payload {
  @Field(() => PlanType, { nullable: true })
  readonly plan?: PlanType | null;
}
