// Periods and their checklist; closing them, and opening them again.
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { parseId, type IssuerId } from '@countinghouse/kernel';
import { authorise, CloseChecks, CurrentActor, Database, idOf, type Actor } from '@countinghouse/platform';
import { periodsOf, readPeriod, undecidedReopenings, type Period, type ReopeningId } from '../persistence/period.queries';
import { AbandonClose } from '../use-cases/abandon-close';
import { ApprovePeriodReopening } from '../use-cases/approve-period-reopening';
import { BeginClose } from '../use-cases/begin-close';
import { ClosePeriod } from '../use-cases/close-period';
import { RejectPeriodReopening } from '../use-cases/reject-period-reopening';
import { RequestPeriodReopening } from '../use-cases/request-period-reopening';
import {
  CloseCheckType, PeriodArgs, PeriodInput, PeriodPayload, PeriodReopeningInput, PeriodReopeningPayload, PeriodReopeningRequestInput, PeriodReopeningType, PeriodType,
} from './closing.type';

@Resolver()
export class ClosingResolver {
  constructor(
    private readonly database: Database,
    private readonly checks: CloseChecks,
    private readonly beginClose: BeginClose,
    private readonly abandonClose: AbandonClose,
    private readonly closePeriod: ClosePeriod,
    private readonly requestReopening: RequestPeriodReopening,
    private readonly approveReopening: ApprovePeriodReopening,
    private readonly rejectReopening: RejectPeriodReopening,
  ) {}

  @Query(() => [PeriodType], { nullable: true, description: 'Every accounting month of an issuer, in order.' })
  accountingPeriods(@Args('issuerId', { type: () => ID }) issuerId: string, @CurrentActor() actor: Actor): Promise<PeriodType[]> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'viewer', issuer);
    return this.database.read(async (reader) => (await periodsOf(reader, issuer)).map(periodShown));
  }

  @Query(() => [CloseCheckType], { nullable: true, description: 'What a close of the period would check, and what stands in its way now.' })
  periodCloseChecklist(@Args() args: PeriodArgs, @CurrentActor() actor: Actor): Promise<CloseCheckType[]> {
    const key = keyOf(args);
    authorise(actor, 'accountant', key.issuerId);
    return this.database.read(async (reader) => {
      const results = await this.checks.all(reader, await readPeriod(reader, key));
      return results.map(({ name, obstacle }) => ({ name, ok: obstacle === null, detail: obstacle?.detail ?? null, remedy: obstacle?.remedy ?? null }));
    });
  }

  @Query(() => [PeriodReopeningType], { nullable: true, description: 'Requests to open a closed period again that wait for a decision, the oldest first.' })
  undecidedPeriodReopenings(@Args('issuerId', { type: () => ID }) issuerId: string, @CurrentActor() actor: Actor): Promise<PeriodReopeningType[]> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'accountant', issuer);
    return this.database.read((reader) => undecidedReopenings(reader, issuer));
  }

  @Mutation(() => PeriodPayload, { description: 'From now on the period takes closing work only.' })
  async periodBeginClose(@Args('input') input: PeriodInput, @CurrentActor() actor: Actor): Promise<PeriodPayload> {
    return { period: periodShown(await this.beginClose.execute(keyOf(input), actor)) };
  }

  @Mutation(() => PeriodPayload, { description: 'The period takes the facts of its days again.' })
  async periodAbandonClose(@Args('input') input: PeriodInput, @CurrentActor() actor: Actor): Promise<PeriodPayload> {
    return { period: periodShown(await this.abandonClose.execute(keyOf(input), actor)) };
  }

  @Mutation(() => PeriodPayload, { description: 'Closes the period, or says what stands in the way.' })
  async periodClose(@Args('input') input: PeriodInput, @CurrentActor() actor: Actor): Promise<PeriodPayload> {
    return { period: periodShown(await this.closePeriod.execute(keyOf(input), actor)) };
  }

  @Mutation(() => PeriodReopeningPayload, { description: 'Another accountant has to approve it.' })
  async periodReopeningRequest(@Args('input') input: PeriodReopeningRequestInput, @CurrentActor() actor: Actor): Promise<PeriodReopeningPayload> {
    return { reopening: await this.requestReopening.execute({ ...keyOf(input), reason: input.reason }, actor) };
  }

  @Mutation(() => PeriodReopeningPayload)
  async periodReopeningApprove(@Args('input') { reopeningId }: PeriodReopeningInput, @CurrentActor() actor: Actor): Promise<PeriodReopeningPayload> {
    return { reopening: await this.approveReopening.execute({ reopeningId: parseId<ReopeningId>(reopeningId, 'reopeningId') }, actor) };
  }

  @Mutation(() => PeriodReopeningPayload)
  async periodReopeningReject(@Args('input') { reopeningId }: PeriodReopeningInput, @CurrentActor() actor: Actor): Promise<PeriodReopeningPayload> {
    return { reopening: await this.rejectReopening.execute({ reopeningId: parseId<ReopeningId>(reopeningId, 'reopeningId') }, actor) };
  }
}

function keyOf({ issuerId, periodStart }: PeriodInput) {
  return { issuerId: idOf<IssuerId>('Issuer', issuerId, 'issuerId'), periodStart };
}

function periodShown({ closingSince, ...period }: Period): PeriodType {
  return { ...period, closingSince: closingSince === null ? null : new Date(closingSince) };
}
