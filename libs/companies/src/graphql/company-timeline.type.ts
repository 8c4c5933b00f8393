// The timeline of a company in the API.
import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { Connection, DateTimeScalar, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '@countinghouse/platform';

@ObjectType('CompanyTimelineEntry', { description: 'Something that happened to a company.' })
export class TimelineEntryType {
  @Field(() => ID, { description: 'Unique within the timeline.' })
  readonly id!: string;
  @Field(() => DateTimeScalar)
  readonly at!: Date;
  @Field(() => String, { description: '`<noun>-<past tense>`: `invoice-finalised`. More may come.' })
  readonly kind!: string;
  @Field(() => String)
  readonly summary!: string;
  @Field(() => String, { nullable: true, description: 'Who did it.' })
  readonly by!: string | null;
  @Field(() => String, { nullable: true })
  readonly reason!: string | null;
  @Field(() => ID, { nullable: true, description: 'What it is about, for `node(id)`.' })
  readonly subjectId!: string | null;
}
export const TimelineConnection = Connection('CompanyTimelineEntry', () => TimelineEntryType);

@ArgsType()
export class TimelineArgs {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => Int, { nullable: true, description: `How many; ${DEFAULT_PAGE_SIZE} unless told, at most ${MAX_PAGE_SIZE}.` })
  readonly first?: number | null;
  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor, that is, what happened before.' })
  readonly after?: string | null;
}
