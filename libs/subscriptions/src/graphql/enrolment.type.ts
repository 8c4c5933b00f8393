// Enrolments in the API: what they are today, their timelines, and the acts on one or thousands of them.
import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { Connection, DateScalar, enumOf, Node, Payload } from '@countinghouse/platform';
import type { EnrolmentChange } from '../domain/enrolment-timeline';
import { WhenEnum, type When } from './contract.type';
import { ONE_LINE, TimelineLine } from './recorded.type';

type EnrolmentLife = 'withdrawn' | 'upcoming' | 'running' | 'ended';
type AskedBy = 'payroll' | 'card';

export const EnrolmentLifeEnum = enumOf<EnrolmentLife>('EnrolmentLife', ['withdrawn', 'upcoming', 'running', 'ended']);
export const AskedByEnum = enumOf<AskedBy>('AskedBy', ['payroll', 'card'], 'Who is asked for the member’s part: the company, to take it from the salary, or the member by card.');
export const EnrolmentChangeKindEnum = enumOf<EnrolmentChange['kind']>('EnrolmentChangeKind', [
  'start', 'end', 'plan', 'pause', 'resume', 'trial', 'trial-end', 'payroll', 'card',
]);

@ObjectType('Enrolment', { implements: () => [Node], description: 'A member’s subscription to a plan, under the company’s contract; as its timeline says today.' })
export class EnrolmentType extends Node {
  @Field(() => EnrolmentLifeEnum)
  readonly life!: EnrolmentLife;
  @Field(() => DateScalar, { nullable: true })
  readonly startsOn!: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after it.' })
  readonly endsOn!: LocalDate | null;
  @Field(() => Boolean)
  readonly paused!: boolean;
  @Field(() => Boolean)
  readonly inTrial!: boolean;
  @Field(() => AskedByEnum)
  readonly askedBy!: AskedBy;
  readonly contractId!: string;
  readonly memberId!: string;
  readonly planId!: string;
}

@ObjectType('EnrolmentChange', { description: ONE_LINE })
export class EnrolmentChangeType extends TimelineLine {
  @Field(() => EnrolmentChangeKindEnum)
  readonly kind!: EnrolmentChange['kind'];
  readonly enrolmentId!: string;
  readonly planId!: string | null;
}

export const EnrolmentConnection = Connection('Enrolment', () => EnrolmentType);

@InputType('EnrolmentInput')
export class EnrolmentInput {
  @Field(() => ID)
  readonly memberId!: string;
  @Field(() => ID)
  readonly planId!: string;
  @Field(() => DateScalar)
  readonly startsOn!: LocalDate;
  @Field(() => Int, { nullable: true, description: 'As the contract says unless told.' })
  readonly trialDays?: number | null;
  @Field(() => AskedByEnum, { nullable: true, description: 'CARD unless told.' })
  readonly askedBy?: AskedBy | null;
}

@InputType('EnrolmentsStartInput')
export class EnrolmentsStartInput {
  @Field(() => ID)
  readonly contractId!: string;
  @Field(() => [EnrolmentInput], { description: 'At most 5,000.' })
  readonly enrolments!: EnrolmentInput[];
  @Field(() => String)
  readonly reason!: string;
}

@InputType({ isAbstract: true })
abstract class EnrolmentsActInput {
  @Field(() => [ID], { description: 'At most 5,000.' })
  readonly enrolmentIds!: string[];
  @Field(() => String)
  readonly reason!: string;
}

@InputType('EnrolmentsPlanChangeInput', { description: 'When by the contract’s policy unless told by when or on.' })
export class EnrolmentsPlanChangeInput extends EnrolmentsActInput {
  @Field(() => ID)
  readonly planId!: string;
  @Field(() => WhenEnum, { nullable: true })
  readonly when?: When | null;
  @Field(() => DateScalar, { nullable: true })
  readonly on?: LocalDate | null;
}

@InputType('EnrolmentsPauseInput')
export class EnrolmentsPauseInput extends EnrolmentsActInput {
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told.' })
  readonly from?: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day after the pause; as long as the contract allows unless told.' })
  readonly until?: LocalDate | null;
}

@InputType('EnrolmentsResumeInput')
export class EnrolmentsResumeInput extends EnrolmentsActInput {
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told.' })
  readonly on?: LocalDate | null;
}

@InputType('EnrolmentsCancelInput', { description: 'Either when or on; neither takes the end back.' })
export class EnrolmentsCancelInput extends EnrolmentsActInput {
  @Field(() => WhenEnum, { nullable: true })
  readonly when?: When | null;
  @Field(() => DateScalar, { nullable: true, description: 'The first day that is no longer enrolled.' })
  readonly on?: LocalDate | null;
}

@InputType('EnrolmentsAskByInput')
export class EnrolmentsAskByInput extends EnrolmentsActInput {
  @Field(() => AskedByEnum)
  readonly askedBy!: AskedBy;
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told.' })
  readonly on?: LocalDate | null;
}

@ObjectType('RefusedEnrolment', { description: 'What was not done, and why; everything else was.' })
export class RefusedEnrolmentType {
  @Field(() => ID, { nullable: true, description: 'Null for one that was to start.' })
  readonly enrolmentId!: string | null;
  @Field(() => ID, { nullable: true, description: 'Of one that was to start.' })
  readonly memberId!: string | null;
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly message!: string;
  @Field(() => String, { nullable: true })
  readonly remedy!: string | null;
}

@ObjectType('EnrolmentsPayload')
export class EnrolmentsPayload extends Payload {
  @Field(() => Int, { nullable: true })
  readonly changedCount?: number | null;
  @Field(() => Int, { nullable: true, description: 'What was so already.' })
  readonly unchangedCount?: number | null;
  @Field(() => Int, { nullable: true })
  readonly refusedCount?: number | null;
  @Field(() => [EnrolmentType], { nullable: true, description: 'The first hundred that were changed.' })
  readonly enrolments?: EnrolmentType[] | null;
  @Field(() => [RefusedEnrolmentType], { nullable: true, description: 'The first hundred that were refused.' })
  readonly refused?: RefusedEnrolmentType[] | null;
}
