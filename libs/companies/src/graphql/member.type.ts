// People, their headcount, and the imports of their lists in the API.
import { ArgsType, Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { LocalDate } from '@countinghouse/kernel';
import { DateScalar, DateTimeScalar, enumOf, ImportModeEnum, PageArgs, Payload, type ImportMode } from '@countinghouse/platform';
import { HEADCOUNT_MEASURES, type HeadcountMeasure } from '../domain/headcount';
import type { MemberStatus } from '../domain/member-status';
import { NAMES_MAX } from '../persistence/member-search.queries';
import { MemberConnection, MemberStatusEnum, MemberType } from './company.type';

export const HeadcountMeasureEnum = enumOf<HeadcountMeasure>(
  'HeadcountMeasure',
  HEADCOUNT_MEASURES,
  'ELIGIBLE counts the employees who may take a plan; ENROLLED the people, dependants too, who hold a running one.',
);
export const MembersContentEnum = enumOf<'delta' | 'snapshot'>(
  'MembersContent',
  ['delta', 'snapshot'],
  'A DELTA leaves people alone whom it does not name; a SNAPSHOT names everybody, and who is missing from it leaves.',
);

@InputType('MemberFilter')
export class MemberFilter {
  @Field(() => MemberStatusEnum, { nullable: true })
  readonly status?: MemberStatus | null;
  @Field(() => String, { nullable: true })
  readonly costCentre?: string | null;
  @Field(() => String, { nullable: true, description: 'Words of the name, or the beginning of an e-mail address or employee id; accents and capitals do not count.' })
  readonly search?: string | null;
}

@ArgsType()
export class MembersArgs extends PageArgs {
  @Field(() => MemberFilter, { nullable: true })
  readonly filter?: MemberFilter | null;
}

@ArgsType()
export class MemberSearchArgs extends PageArgs {
  @Field(() => String, { description: 'Words of the name, or the beginning of an e-mail address or employee id; accents and capitals do not count.' })
  readonly search!: string;
  @Field(() => ID, { nullable: true, description: 'Only people of this company.' })
  readonly companyId?: string | null;
}

@ObjectType('MemberSearchConnection')
export class MemberSearchConnection extends MemberConnection {
  @Field(() => Boolean, { description: `Whether the names of more than ${NAMES_MAX} people fit, of whom so many are ranked: say more.` })
  readonly isCut!: boolean;
}

@ArgsType()
export class MembersFoundArgs {
  @Field(() => String, { description: 'Words of the name, or the beginning of an e-mail address or employee id; accents and capitals do not count.' })
  readonly search!: string;
  @Field(() => ID, { nullable: true, description: 'Only people of this company.' })
  readonly companyId?: string | null;
  @Field(() => Int, { defaultValue: 25, description: 'At most 100.' })
  readonly first!: number;
}

@ObjectType('MemberErasure', { description: 'That the personal data of a member was erased; nothing of the data.' })
export class MemberErasureType {
  @Field(() => DateTimeScalar)
  readonly at!: Date;
  @Field(() => String, { description: 'The subject who did it.' })
  readonly by!: string;
  @Field(() => String)
  readonly reason!: string;
}

@ObjectType('MemberStay', { description: 'A stay that is over, before the present one.' })
export class MemberStayType {
  @Field(() => DateScalar)
  readonly eligibleFrom!: LocalDate;
  @Field(() => DateScalar)
  readonly leftOn!: LocalDate;
}

@ObjectType('HeadcountStretch', { description: 'Days with the same number of people, from start up to but not including end.' })
export class HeadcountStretchType {
  @Field(() => DateScalar)
  readonly start!: LocalDate;
  @Field(() => DateScalar)
  readonly end!: LocalDate;
  @Field(() => Int)
  readonly count!: number;
}

@ObjectType('HeadcountOfCostCentre')
export class HeadcountOfCostCentreType {
  @Field(() => String, { nullable: true, description: 'Null: people in no cost centre.' })
  readonly costCentre!: string | null;
  @Field(() => Int)
  readonly count!: number;
}

@ObjectType('HeadcountOnDay')
export class HeadcountOnDayType {
  @Field(() => Int)
  readonly count!: number;
  @Field(() => [HeadcountOfCostCentreType])
  readonly byCostCentre!: HeadcountOfCostCentreType[];
}

@ArgsType()
export class HeadcountArgs {
  @Field(() => DateScalar)
  readonly from!: LocalDate;
  @Field(() => DateScalar, { description: 'The first day that is no longer asked for; at most ten years after from.' })
  readonly until!: LocalDate;
  @Field(() => HeadcountMeasureEnum, { defaultValue: 'eligible' })
  readonly measure!: HeadcountMeasure;
  @Field(() => String, { nullable: true, description: 'Only the people of this cost centre.' })
  readonly costCentre?: string | null;
}

@ArgsType()
export class HeadcountOnArgs {
  @Field(() => DateScalar)
  readonly on!: LocalDate;
  @Field(() => HeadcountMeasureEnum, { defaultValue: 'eligible' })
  readonly measure!: HeadcountMeasure;
}

@InputType('MemberAddInput')
export class MemberAddInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String)
  readonly employeeId!: string;
  @Field(() => String)
  readonly name!: string;
  @Field(() => String, { nullable: true })
  readonly email?: string | null;
  @Field(() => String, { nullable: true })
  readonly costCentre?: string | null;
  @Field(() => DateScalar)
  readonly eligibleFrom!: LocalDate;
  @Field(() => DateScalar, { nullable: true, description: 'The first day on which the member no longer counts.' })
  readonly leftOn?: LocalDate | null;
  @Field(() => ID, { nullable: true, description: 'The employee whose dependant this is.' })
  readonly dependantOfId?: string | null;
}

@InputType('MemberEditInput', { description: 'What is left out stays as it is; null takes it away.' })
export class MemberEditInput {
  @Field(() => ID)
  readonly memberId!: string;
  @Field(() => String, { nullable: true })
  readonly employeeId?: string | null;
  @Field(() => String, { nullable: true })
  readonly name?: string | null;
  @Field(() => String, { nullable: true })
  readonly email?: string | null;
  @Field(() => String, { nullable: true })
  readonly costCentre?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'From which day the person counts in the cost centre; today unless told.' })
  readonly costCentreFrom?: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'Corrects the first day of the present stay.' })
  readonly eligibleFrom?: LocalDate | null;
  @Field(() => DateScalar, { nullable: true, description: 'Corrects the day of leaving; null says that the person has not left.' })
  readonly leftOn?: LocalDate | null;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('MemberMoveInput')
export class MemberMoveInput {
  @Field(() => ID)
  readonly memberId!: string;
  @Field(() => DateScalar, { description: 'Of leaving: the first day on which the member no longer counts. Of coming back: the first day of the new stay.' })
  readonly on!: LocalDate;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('MemberEraseInput')
export class MemberEraseInput {
  @Field(() => ID)
  readonly memberId!: string;
  @Field(() => String, { description: 'Why, e.g. the number of the request. It is kept, and must not name the person.' })
  readonly reason!: string;
}

@ObjectType('MemberPayload')
export class MemberPayload extends Payload {
  @Field(() => MemberType, { nullable: true })
  readonly member?: MemberType | null;
}

@InputType('ColumnNameInput')
export class ColumnNameInput {
  @Field(() => String, { description: 'As the company’s files have it: `Mitarbeiter-Nr`.' })
  readonly name!: string;
  @Field(() => String, { description: '`employee_id`, `name`, `email`, `cost_centre`, `eligible_from`, `left_on` or `dependant_of`.' })
  readonly column!: string;
}

@InputType('MembersImportStartInput')
export class MembersImportStartInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => String)
  readonly fileName!: string;
  @Field(() => String, { description: 'The text of the file. The whole request may have 1 MiB; larger files go through the CLI.' })
  readonly content!: string;
  @Field(() => MembersContentEnum, { defaultValue: 'delta' })
  readonly kind!: 'delta' | 'snapshot';
  @Field(() => DateScalar, { nullable: true, description: 'The day on which the file is true; today unless told.' })
  readonly asOf?: LocalDate | null;
  @Field(() => Boolean, { defaultValue: true, description: 'Wait for membersImportConfirm once the rows are checked. A snapshot that removes too many people waits in any case.' })
  readonly review!: boolean;
  @Field(() => [ColumnNameInput], { nullable: true, description: 'Kept for the company’s next files; without it the kept ones are used.' })
  readonly columnNames?: ColumnNameInput[] | null;
  @Field(() => ImportModeEnum, { defaultValue: 'goodRows' })
  readonly mode!: ImportMode;
  @Field(() => Boolean, { defaultValue: false, description: 'Import a file again that has been imported already.' })
  readonly again!: boolean;
}

@InputType('MembersImportConfirmInput')
export class MembersImportConfirmInput {
  @Field(() => ID)
  readonly runId!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'The people whom the snapshot does not name shall leave, though they are many.' })
  readonly acceptRemovals!: boolean;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
}

@InputType('MembersImportSettingsInput', { description: 'What is left out stays as it is.' })
export class MembersImportSettingsInput {
  @Field(() => ID)
  readonly companyId!: string;
  @Field(() => [ColumnNameInput], { nullable: true })
  readonly columnNames?: ColumnNameInput[] | null;
  @Field(() => Int, { nullable: true, description: 'The share of its people that a snapshot may remove unasked; null for the usual one.' })
  readonly removalLimitPercent?: number | null;
}

@ObjectType('MembersImportSettingsPayload')
export class MembersImportSettingsPayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'The limit that now holds, in percent.' })
  readonly removalLimitPercent?: number | null;
}

@ObjectType('MembersImportPreview', { description: 'What an import of people would do, counted before it does it.' })
export class MembersImportPreviewType {
  @Field(() => Int)
  readonly toAdd!: number;
  @Field(() => Int)
  readonly toChange!: number;
  @Field(() => Int, { description: 'Who had left and is named again.' })
  readonly toReturn!: number;
  @Field(() => Int, { description: 'Who has a day of leaving in the file.' })
  readonly toLeave!: number;
  @Field(() => Int, { description: 'Whom a snapshot does not name.' })
  readonly toRemove!: number;
  @Field(() => Int)
  readonly toKeep!: number;
  @Field(() => Int, { description: 'Rows; see importRejections.' })
  readonly toRefuse!: number;
  @Field(() => Float, { nullable: true, description: 'Of the people there are, the share that a snapshot would remove, in percent.' })
  readonly removedPercent!: number | null;
  @Field(() => Boolean, { description: 'Only membersImportConfirm with acceptRemovals goes on.' })
  readonly needsAcceptance!: boolean;
}
