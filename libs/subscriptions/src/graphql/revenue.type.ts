// Recurring revenue in the API: months with their movements, from snapshots.
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DecimalScalar, enumOf, MoneyField } from '@countinghouse/platform';
import { REVENUE_GROUPS, type RevenueGroup } from '../persistence/revenue.queries';

export const RevenueGroupEnum = enumOf<RevenueGroup>('RevenueGroup', REVENUE_GROUPS, 'What recurring revenue is broken down by.');

@ObjectType('RecurringRevenueMonth', {
  description: 'A month of recurring revenue (MRR) of a group in a currency, at list prices. end = start + new + expansion + reactivation − contraction − churn.',
})
export class RecurringRevenueMonthType {
  @Field(() => DateScalar, { description: 'The first day of the month.' })
  readonly month!: LocalDate;
  @Field(() => String, { description: 'ISO 4217; currencies are never added up.' })
  readonly currency!: string;
  @Field(() => String, { nullable: true, description: 'The code of a plan (or `fees`), a country, or the uuid of a company; null for the total.' })
  readonly group!: string | null;
  @MoneyField({ description: 'MRR at the end of the day before the month.' })
  readonly start!: unknown;
  @MoneyField({ description: 'Of companies that had never come to anything.' })
  readonly new!: unknown;
  @MoneyField()
  readonly expansion!: unknown;
  @MoneyField({ description: 'Of companies that had come to nothing at the start, and to something before.' })
  readonly reactivation!: unknown;
  @MoneyField()
  readonly contraction!: unknown;
  @MoneyField({ description: 'Of companies that come to nothing at the end.' })
  readonly churn!: unknown;
  @MoneyField({ description: 'MRR at the end of its last day.' })
  readonly end!: unknown;
  @MoneyField({ description: 'ARR at the end of its last day: twelve times the exact month, rounded by itself.' })
  readonly yearly!: unknown;
  @Field(() => DecimalScalar, { nullable: true, description: 'What those who were there at the start come to at the end, in percent; null when nobody was.' })
  readonly netRetentionPercent!: string | null;
  @Field(() => Int, { description: 'That come to something at the end.' })
  readonly companies!: number;
  @Field(() => Int)
  readonly newCompanies!: number;
  @Field(() => Int)
  readonly churnedCompanies!: number;
}

@ObjectType('RecurringRevenue', { description: 'The same arguments with the same knownAt always give the same figures.' })
export class RecurringRevenueType {
  @Field(() => String, { description: 'The instant of what was known, to the microsecond; give it back to have the same figures again.' })
  readonly knownAt!: string;
  @Field(() => [RecurringRevenueMonthType], { description: 'By group, month and currency; at most 5000.' })
  readonly months!: readonly RecurringRevenueMonthType[];
}

@ArgsType()
export class RecurringRevenueArgs {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'Any day of the first month.' })
  readonly from!: LocalDate;
  @Field(() => DateScalar, { description: 'Any day of the last month.' })
  readonly through!: LocalDate;
  @Field(() => RevenueGroupEnum, { defaultValue: 'total' })
  readonly by!: RevenueGroup;
  @Field(() => String, { nullable: true, description: 'As it was reported; the newest that was computed when it is left out.' })
  readonly knownAt?: string | null;
}

@InputType('RecurringRevenueComputeInput')
export class RecurringRevenueComputeInput {
  @Field(() => ID)
  readonly issuerId!: string;
  @Field(() => DateScalar, { description: 'Any day of the first month.' })
  readonly from!: LocalDate;
  @Field(() => DateScalar, { description: 'Any day of the last month; at most 120 months.' })
  readonly through!: LocalDate;
  @Field(() => String, { nullable: true, description: 'An instant of the past, ISO 8601; all that is known now when it is left out.' })
  readonly knownAt?: string | null;
}
