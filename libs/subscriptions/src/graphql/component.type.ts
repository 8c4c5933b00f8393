// The components of a contract in the API: fees, discounts, caps and commitments, with their terms by date.
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DecimalScalar, enumOf, MoneyField, MoneyInput, moneyType, MoneyType, Node, Payload } from '@countinghouse/platform';
import type { Timing } from '../domain/billing-cycle';
import { COMPONENT_KINDS, type ComponentKind, MEASURES, type Measure } from '../domain/fee-terms';
import type { TaxCategory } from '../domain/rated-stretch';
import { TaxCategoryEnum } from './catalogue.type';
import { TimelineLine } from './recorded.type';

export type PriceModel = 'flat' | 'perUnit' | 'graduated' | 'volume' | 'package';
type Counted = 'eligible' | 'enrolled';
type OnDecrease = 'credit' | 'none';
type Per = 'period' | 'term';

export const TimingEnum = enumOf<Timing>('Timing', ['advance', 'arrears']);
export const PriceModelEnum = enumOf<PriceModel>('PriceModel', ['flat', 'perUnit', 'graduated', 'volume', 'package']);
export const ComponentKindEnum = enumOf<ComponentKind>('ComponentKind', COMPONENT_KINDS);
export const MeasureEnum = enumOf<Measure>('Measure', MEASURES, 'Which headcount of a period is the quantity.');
export const CountedEnum = enumOf<Counted>('Counted', ['eligible', 'enrolled']);
export const OnDecreaseEnum = enumOf<OnDecrease>('OnDecrease', ['credit', 'none']);
export const PerEnum = enumOf<Per>('Per', ['period', 'term']);

/** A row of fee_change with the contract's currency. */
export interface TermsRow {
  readonly currency: string;
  readonly tiers: readonly { readonly upTo: number | null; readonly unitPriceMinor: string; readonly flatMinor: string }[] | null;
}

@ObjectType('Tier', { description: 'Up to so many units.' })
export class TierType {
  @Field(() => Int, { nullable: true, description: 'Null without an end.' })
  readonly upTo!: number | null;
  @Field(() => MoneyType)
  readonly unitPrice!: MoneyType;
  @Field(() => MoneyType, { description: 'Once for the tier.' })
  readonly flat!: MoneyType;
}

export function tiersOf({ tiers, currency }: TermsRow): TierType[] | null {
  return tiers && tiers.map(({ upTo, unitPriceMinor, flatMinor }) => ({ upTo, unitPrice: moneyType(BigInt(unitPriceMinor), currency), flat: moneyType(BigInt(flatMinor), currency) }));
}

@ObjectType('ComponentTerms', { description: 'What is agreed. Which fields are given depends on the kind of the component.' })
export class ComponentTermsType {
  @Field(() => PriceModelEnum, { nullable: true })
  readonly priceModel!: PriceModel | null;
  @Field(() => MeasureEnum, { nullable: true })
  readonly measure!: Measure | null;
  @Field(() => CountedEnum, { nullable: true })
  readonly counted!: Counted | null;
  @Field(() => String, { nullable: true, description: 'Only people of this cost centre are counted.' })
  readonly costCentre!: string | null;
  @Field(() => OnDecreaseEnum, { nullable: true })
  readonly onDecrease!: OnDecrease | null;
  @Field(() => Int, { nullable: true, description: 'The price is for so many months.' })
  readonly intervalMonths!: number | null;
  @MoneyField({ nullable: true, description: 'Of a unit, of a package, or the whole of a flat fee.' })
  readonly unitPrice!: unknown;
  @Field(() => Int, { nullable: true })
  readonly packageSize!: number | null;
  @MoneyField({ nullable: true, description: 'Of a discount, cap or commitment.' })
  readonly amount!: unknown;
  @Field(() => DecimalScalar, { nullable: true })
  readonly percent!: string | null;
  @Field(() => Int, { nullable: true, description: 'For so many periods from the day on.' })
  readonly periods!: number | null;
  @Field(() => PerEnum, { nullable: true })
  readonly per!: Per | null;
  @Field(() => Boolean, { nullable: true })
  readonly taxInclusive!: boolean | null;
  @Field(() => TaxCategoryEnum, { nullable: true })
  readonly taxCategory!: TaxCategory | null;
  @Field(() => Int, { nullable: true })
  readonly quantity!: number | null;
}

@ObjectType('ComponentChange', { description: 'Terms from a day on, or the end.' })
export class ComponentChangeType extends TimelineLine {
  @Field(() => ComponentTermsType, { nullable: true, description: 'Null when it ends.' })
  readonly terms!: ComponentTermsType | null;
  readonly componentId!: string;
}

@ObjectType('Component', { implements: () => [Node], description: 'A fee, discount, cap or commitment of a contract.' })
export class ComponentType extends Node {
  @Field(() => ComponentKindEnum)
  readonly kind!: ComponentKind;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TimingEnum)
  readonly timing!: Timing;
  readonly contractId!: string;
  readonly targetId!: string | null;
}

@InputType('TierInput')
export class TierInput {
  @Field(() => Int, { nullable: true, description: 'The last tier has no end.' })
  readonly upTo?: number | null;
  @Field(() => MoneyInput)
  readonly unitPrice!: MoneyInput;
  @Field(() => MoneyInput, { nullable: true, description: 'Once for the tier; nothing unless told.' })
  readonly flat?: MoneyInput | null;
}

@InputType('ComponentTermsInput', { description: 'What the kind of the component asks for; everything else is left out.' })
export class ComponentTermsInput {
  @Field(() => PriceModelEnum, { nullable: true })
  readonly priceModel?: PriceModel | null;
  @Field(() => MeasureEnum, { nullable: true, description: 'DAILY unless told.' })
  readonly measure?: Measure | null;
  @Field(() => CountedEnum, { nullable: true, description: 'ELIGIBLE unless told.' })
  readonly counted?: Counted | null;
  @Field(() => String, { nullable: true })
  readonly costCentre?: string | null;
  @Field(() => OnDecreaseEnum, { nullable: true, description: 'CREDIT unless told.' })
  readonly onDecrease?: OnDecrease | null;
  @Field(() => Int, { nullable: true, description: '1 unless told, or 3, 6, 12.' })
  readonly intervalMonths?: number | null;
  @Field(() => MoneyInput, { nullable: true })
  readonly unitPrice?: MoneyInput | null;
  @Field(() => Int, { nullable: true })
  readonly packageSize?: number | null;
  @Field(() => [TierInput], { nullable: true })
  readonly tiers?: TierInput[] | null;
  @Field(() => MoneyInput, { nullable: true })
  readonly amount?: MoneyInput | null;
  @Field(() => DecimalScalar, { nullable: true })
  readonly percent?: string | null;
  @Field(() => Int, { nullable: true, description: 'Without an end unless told.' })
  readonly periods?: number | null;
  @Field(() => PerEnum, { nullable: true, description: 'PERIOD unless told.' })
  readonly per?: Per | null;
  @Field(() => Boolean, { nullable: true, description: 'False unless told.' })
  readonly taxInclusive?: boolean | null;
  @Field(() => TaxCategoryEnum, { nullable: true, description: 'STANDARD unless told.' })
  readonly taxCategory?: TaxCategory | null;
  @Field(() => Int, { nullable: true, description: '1 unless told.' })
  readonly quantity?: number | null;
}

@InputType('ComponentStepInput')
export class ComponentStepInput {
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => ComponentTermsInput)
  readonly terms!: ComponentTermsInput;
}

@InputType('ContractComponentAddInput')
export class ContractComponentAddInput {
  @Field(() => ID)
  readonly contractId!: string;
  @Field(() => ComponentKindEnum)
  readonly kind!: ComponentKind;
  @Field(() => String, { description: 'As it is called on documents.' })
  readonly name!: string;
  @Field(() => TimingEnum)
  readonly timing!: Timing;
  @Field(() => ID, { nullable: true, description: 'The one fee that a discount or cap reduces; all of the contract’s unless told.' })
  readonly targetId?: string | null;
  @Field(() => [ComponentStepInput], { description: 'Terms from a day on; several are a ramp.' })
  readonly steps!: ComponentStepInput[];
  @Field(() => DateScalar, { nullable: true, description: 'The first day without it.' })
  readonly endsOn?: LocalDate | null;
  @Field(() => String)
  readonly reason!: string;
  @Field(() => String)
  readonly idempotencyKey!: string;
}

@InputType('ContractComponentChangeInput')
export class ContractComponentChangeInput {
  @Field(() => ID)
  readonly componentId!: string;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
  @Field(() => ComponentTermsInput, { description: 'All of the terms, not only what is different.' })
  readonly terms!: ComponentTermsInput;
  @Field(() => String)
  readonly reason!: string;
}

@InputType('ContractComponentEndInput')
export class ContractComponentEndInput {
  @Field(() => ID)
  readonly componentId!: string;
  @Field(() => DateScalar, { description: 'The first day without it; on its own first day it is withdrawn.' })
  readonly on!: LocalDate;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType('ComponentPayload')
export class ComponentPayload extends Payload {
  @Field(() => ComponentType, { nullable: true })
  readonly component?: ComponentType | null;
}
