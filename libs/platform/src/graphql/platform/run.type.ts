// Runs in the API: long work, its progress, and what it could not do.
import { ArgsType, Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import type { ImportMode } from '../../imports/import';
import type { RunState } from '../../runs/run';
import { Connection, PageArgs } from '../connection';
import { enumOf } from '../enums';
import { Node } from '../node';
import { Payload } from '../payload';
import { DateTimeScalar, DecimalScalar } from '../scalars';

export const RunStateEnum = enumOf<RunState>('RunState', ['planned', 'running', 'paused', 'awaiting-approval', 'cancelled', 'succeeded', 'failed']);

@ObjectType('RunFigure', { description: 'One number of what a run has done.' })
export class RunFigureType {
  @Field(() => String)
  readonly name!: string;
  @Field(() => DecimalScalar, { description: 'A count, or minor units.' })
  readonly value!: string;
}

@ObjectType('Run', { implements: () => [Node], description: 'A long unit of work: resumable, with progress, and safe to run twice. Poll it by id.' })
export class RunType extends Node {
  @Field(() => String, { description: '`<context>.<noun>`: `invoicing.billing`.' })
  readonly kind!: string;
  @Field(() => RunStateEnum)
  readonly state!: RunState;
  @Field(() => Int, { description: 'Items to do (payers, rows, payments); grows while the run is planned.' })
  readonly total!: number;
  @Field(() => Int)
  readonly done!: number;
  @Field(() => Int, { description: 'Items that could not be processed; see parkedItems.' })
  readonly parked!: number;
  @Field(() => Float, { description: 'From 0 to 1.' })
  readonly progress!: number;
  @Field(() => [RunFigureType], { description: 'What it has done so far, by name.' })
  readonly result!: RunFigureType[];
  @Field(() => String, { description: 'The subject that started it.' })
  readonly startedBy!: string;
  @Field(() => DateTimeScalar)
  readonly createdAt!: Date;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly startedAt!: Date | null;
  @Field(() => DateTimeScalar, { nullable: true })
  readonly finishedAt!: Date | null;
  readonly issuerId!: string | null;
}

@ObjectType('ParkedItem', { description: 'What a run could not process; the run went on without it.' })
export class ParkedItemType {
  @Field(() => String, { description: 'An id, or file and line.' })
  readonly item!: string;
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly reason!: string;
  @Field(() => DateTimeScalar)
  readonly parkedAt!: Date;
}

@ObjectType('ImportRejection', { description: 'Why a row of an imported file was refused.' })
export class ImportRejectionType {
  @Field(() => Int, { description: 'The line of the file; the header is line 1.' })
  readonly line!: number;
  @Field(() => String, { nullable: true })
  readonly column!: string | null;
  @Field(() => String, { nullable: true, description: 'The offending text.' })
  readonly value!: string | null;
  @Field(() => String)
  readonly code!: string;
  @Field(() => String)
  readonly reason!: string;
  @Field(() => String)
  readonly remedy!: string;
}

@ObjectType('ParkedDelivery', { description: 'An event that its consumer could not process; it waits for a replay.' })
export class ParkedDeliveryType {
  @Field(() => ID)
  readonly eventId!: string;
  @Field(() => String)
  readonly event!: string;
  @Field(() => String)
  readonly consumer!: string;
  @Field(() => Int)
  readonly failures!: number;
  @Field(() => String, { nullable: true })
  readonly lastError!: string | null;
}

@ObjectType('Proof', { description: 'A statement about all books that must hold at any time.' })
export class ProofType {
  @Field(() => String)
  readonly name!: string;
  @Field(() => Boolean)
  readonly ok!: boolean;
  @Field(() => String, { description: 'What was compared; when it fails, the first offenders.' })
  readonly detail!: string;
}

export const RunConnection = Connection('Run', () => RunType);
export const ParkedItemConnection = Connection('ParkedItem', () => ParkedItemType);
export const ImportRejectionConnection = Connection('ImportRejection', () => ImportRejectionType);
export const ParkedDeliveryConnection = Connection('ParkedDelivery', () => ParkedDeliveryType);

@ArgsType()
export class RunsArgs extends PageArgs {
  @Field(() => String, { nullable: true })
  readonly kind?: string | null;
  @Field(() => RunStateEnum, { nullable: true })
  readonly state?: RunState | null;
}

/** What every mutation answers that starts or steers a run. */
@ObjectType('RunPayload')
export class RunPayload extends Payload {
  @Field(() => RunType, { nullable: true })
  readonly run?: RunType | null;
}

@InputType('RunInput')
export class RunInput {
  @Field(() => ID)
  readonly runId!: string;
}

export const ImportModeEnum = enumOf<ImportMode>(
  'ImportMode',
  ['goodRows', 'allOrNothing'],
  'GOOD_ROWS imports every row that passes; ALL_OR_NOTHING imports none when one is refused.',
);

@InputType('CsvImportStartInput')
export class CsvImportStartInput {
  @Field(() => String, { description: '`companies.companies`, `companies.members`, `subscriptions.contracts`, `subscriptions.enrolments`, `payments.payment-methods`.' })
  readonly kind!: string;
  @Field(() => ImportModeEnum, { defaultValue: 'goodRows' })
  readonly mode!: ImportMode;
  @Field(() => String)
  readonly fileName!: string;
  @Field(() => String, { description: 'The text of the file. The whole request may have 1 MiB; larger files go through the CLI.' })
  readonly content!: string;
  @Field(() => Boolean, { defaultValue: false, description: 'Import a file again that has been imported already.' })
  readonly again!: boolean;
}

@InputType('DeliveryReplayInput', { description: 'Which parked deliveries to set free: those of a consumer, of an event, or of both.' })
export class DeliveryReplayInput {
  @Field(() => String, { nullable: true })
  readonly consumer?: string | null;
  @Field(() => ID, { nullable: true })
  readonly eventId?: string | null;
}

@ObjectType('DeliveryReplayPayload')
export class DeliveryReplayPayload extends Payload {
  @Field(() => Int, { nullable: true, description: 'How many were set free.' })
  readonly replayed?: number | null;
}
