// The catalogue in the API: products, plans in tiers, and prices.
import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, enumOf, MoneyField, MoneyInput, Node, Payload } from '@countinghouse/platform';
import type { TaxCategory } from '../domain/rated-stretch';
import { PRICE_REACHES, type PriceInterval, type PriceReach } from '../persistence/catalogue.queries';
import { Recorded } from './recorded.type';

export const TaxCategoryEnum = enumOf<TaxCategory>('TaxCategory', ['standard', 'reduced', 'exempt']);
export const PriceReachEnum = enumOf<PriceReach>(
  'PriceReach',
  PRICE_REACHES,
  'Whom a price reaches: contracts that begin from its day on, everybody from their next period, or everybody from its day.',
);

@ObjectType('Price', { description: 'What a plan costs, in force until the next one of its currency and interval.' })
export class PriceType {
  @MoneyField()
  readonly amount!: unknown;
  @Field(() => Boolean)
  readonly taxInclusive!: boolean;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  @Field(() => Int, { description: 'The amount is for so many months: 1, 3, 6 or 12.' })
  readonly intervalMonths!: number;
  @Field(() => PriceReachEnum)
  readonly appliesTo!: PriceReach;
  readonly currency!: string;
  readonly planId!: string;
}

@ObjectType('ProductTax', { description: 'How a product is taxed from a day on.' })
export class ProductTaxType extends Recorded {
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  readonly productId!: string;
}

@ObjectType('Product', { implements: () => [Node], description: 'What is sold. Its plans are its tiers, and a member holds one of them at a time.' })
export class ProductType extends Node {
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
}

@ObjectType('Plan', { implements: () => [Node], description: 'What members enrol in.' })
export class PlanType extends Node {
  @Field(() => String, { description: 'Unique; it stands in import files.' })
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TaxCategoryEnum, { description: 'Of its product, by the last change.' })
  readonly taxCategory!: TaxCategory;
  @Field(() => Int, { description: 'Its rank in the product: a move to a higher one is an upgrade.' })
  readonly tier!: number;
  @Field(() => DateScalar, { nullable: true, description: 'From this day on nobody is enrolled in it any more.' })
  readonly retiredFrom!: LocalDate | null;
  readonly productId!: string;
}

export const PlanConnection = Connection('Plan', () => PlanType);
export const ProductConnection = Connection('Product', () => ProductType);

@InputType('PlanPriceInput', { description: 'What a plan costs from a day on.' })
export class PlanPriceInput {
  @Field(() => MoneyInput)
  readonly price!: MoneyInput;
  @Field(() => Boolean, { description: 'Whether tax is inside the price, as members see it.' })
  readonly taxInclusive!: boolean;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  @Field(() => Int, { nullable: true, description: 'The price is for so many months: 1 unless told, or 3, 6, 12.' })
  readonly intervalMonths?: PriceInterval | null;
  @Field(() => PriceReachEnum, { nullable: true, description: 'ALL_FROM_DATE unless told.' })
  readonly appliesTo?: PriceReach | null;
}

@InputType('PlanPublishInput')
export class PlanPublishInput {
  @Field(() => String, { description: 'Unique; the key of the plan in files.' })
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
  @Field(() => String, { nullable: true, description: 'The code of the product it is a tier of. Plans that name none share one for each tax category.' })
  readonly product?: string | null;
  @Field(() => Int, { nullable: true, description: 'The highest so far and one more unless told.' })
  readonly tier?: number | null;
  @Field(() => [PlanPriceInput])
  readonly prices!: PlanPriceInput[];
}

@InputType('PlanPricesPublishInput')
export class PlanPricesPublishInput {
  @Field(() => String, { description: 'The plan’s code.' })
  readonly plan!: string;
  @Field(() => [PlanPriceInput])
  readonly prices!: PlanPriceInput[];
}

@InputType('PlanRetireInput')
export class PlanRetireInput {
  @Field(() => String, { description: 'The plan’s code.' })
  readonly plan!: string;
  @Field(() => DateScalar, { nullable: true, description: 'The first day without it; null takes the retirement back.' })
  readonly from?: LocalDate | null;
  @Field(() => String)
  readonly reason!: string;
}

@InputType('ProductPublishInput')
export class ProductPublishInput {
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
}

@InputType('ProductTaxChangeInput')
export class ProductTaxChangeInput {
  @Field(() => String, { description: 'The product’s code.' })
  readonly product!: string;
  @Field(() => TaxCategoryEnum)
  readonly taxCategory!: TaxCategory;
  @Field(() => DateScalar)
  readonly effectiveFrom!: LocalDate;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType('PlanPublishPayload')
export class PlanPublishPayload extends Payload {
  @Field(() => PlanType, { nullable: true })
  readonly plan?: PlanType | null;
}

@ObjectType('ProductPayload')
export class ProductPayload extends Payload {
  @Field(() => ProductType, { nullable: true })
  readonly product?: ProductType | null;
}
