// What everything that is only ever recorded says of itself: who recorded it, when and why, and its place in a timeline.
import { Field, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DateTimeScalar } from '@countinghouse/platform';

export const ONE_LINE = 'One line of the timeline: from its day on it sets one aspect, until another line of a later day, or a later line of the day, does.';

@ObjectType({ isAbstract: true })
export abstract class Recorded {
  @Field(() => DateTimeScalar)
  readonly recordedAt!: Date;
  @Field(() => String)
  readonly recordedBy!: string;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType({ isAbstract: true })
export abstract class TimelineLine extends Recorded {
  @Field(() => Int, { description: 'Of two lines for one aspect and day the higher one decides.' })
  readonly seq!: number;
  @Field(() => DateScalar)
  readonly effectiveOn!: LocalDate;
}
