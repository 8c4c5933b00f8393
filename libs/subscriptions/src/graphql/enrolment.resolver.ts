// Enrolments in the API, and the acts on them.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { ContractId, DomainError, EnrolmentId, MemberId, PlanId } from '@countinghouse/kernel';
import { membersByIds, MemberType } from '@countinghouse/companies';
import { CurrentActor, globalId, idOf, NodeSource, PageArgs, RequestLoaders, type Actor, type Loaders, type Page } from '@countinghouse/platform';
import { AskBy } from '../use-cases/ask-by';
import { CancelEnrolments } from '../use-cases/cancel-enrolments';
import { ChangePlan } from '../use-cases/change-plan';
import type { ActedOn } from '../use-cases/enrolment-acts';
import { PauseEnrolments } from '../use-cases/pause-enrolments';
import { ResumeEnrolments } from '../use-cases/resume-enrolments';
import { StartEnrolments } from '../use-cases/start-enrolments';
import { plansByIds } from './catalogue.queries';
import { PlanType } from './catalogue.type';
import { given, oneOf } from './contract-change.resolver';
import { contractsByIds } from './contract.queries';
import { ContractType } from './contract.type';
import { enrolmentsByIds, enrolmentsOfContracts, enrolmentsOfMembers, timelinesOfEnrolments } from './enrolment.queries';
import * as t from './enrolment.type';

/** How many of what was done, and of what was not, are told in full. */
const TOLD = 100;

@Resolver(() => t.EnrolmentType)
@NodeSource('Enrolment', enrolmentsByIds)
export class EnrolmentResolver {
  @Query(() => t.EnrolmentType, { nullable: true })
  enrolment(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentType | null> {
    return loaders.one(enrolmentsByIds, idOf('Enrolment', id, 'id'));
  }

  @ResolveField('contract', () => ContractType, { nullable: true })
  contract(@Parent() enrolment: t.EnrolmentType, @RequestLoaders() loaders: Loaders): Promise<ContractType | null> {
    return loaders.one(contractsByIds, enrolment.contractId);
  }

  @ResolveField('member', () => MemberType, { nullable: true })
  member(@Parent() enrolment: t.EnrolmentType, @RequestLoaders() loaders: Loaders): Promise<MemberType | null> {
    return loaders.one(membersByIds, enrolment.memberId);
  }

  @ResolveField('plan', () => PlanType, { nullable: true, description: 'Today’s, or the last one.' })
  plan(@Parent() enrolment: t.EnrolmentType, @RequestLoaders() loaders: Loaders): Promise<PlanType | null> {
    return loaders.one(plansByIds, enrolment.planId);
  }

  @ResolveField('timeline', () => [t.EnrolmentChangeType], { description: 'As it was recorded.' })
  timeline(@Parent() enrolment: t.EnrolmentType, @RequestLoaders() loaders: Loaders): Promise<readonly t.EnrolmentChangeType[]> {
    return loaders.list(timelinesOfEnrolments, enrolment.id);
  }
}

@Resolver(() => t.EnrolmentChangeType)
export class EnrolmentTimelineResolver {
  @ResolveField('plan', () => PlanType, { nullable: true, description: 'Of a start and of a change of plan.' })
  plan(@Parent() change: t.EnrolmentChangeType, @RequestLoaders() loaders: Loaders): Promise<PlanType | null> {
    return loaders.one(plansByIds, change.planId);
  }
}

@Resolver(() => ContractType)
export class ContractEnrolmentsResolver {
  @ResolveField('enrolments', () => t.EnrolmentConnection, { description: 'By member.' })
  enrolments(@Parent() contract: ContractType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<t.EnrolmentType>> {
    return loaders.page(enrolmentsOfContracts, contract.id, page);
  }
}

@Resolver(() => MemberType)
export class MemberEnrolmentsResolver {
  @ResolveField('enrolments', () => [t.EnrolmentType], { description: 'Of the issuers in your scope.' })
  enrolments(@Parent() member: MemberType, @RequestLoaders() loaders: Loaders): Promise<readonly t.EnrolmentType[]> {
    return loaders.list(enrolmentsOfMembers, member.id);
  }
}

@Resolver()
export class EnrolmentActsResolver {
  constructor(
    private readonly starting: StartEnrolments,
    private readonly plans: ChangePlan,
    private readonly pausing: PauseEnrolments,
    private readonly resuming: ResumeEnrolments,
    private readonly cancelling: CancelEnrolments,
    private readonly asking: AskBy,
  ) {}

  @Mutation(() => t.EnrolmentsPayload, { description: 'Whoever cannot be enrolled is told in refused, and the others are. The same again changes nothing.' })
  async enrolmentsStart(@Args('input') input: t.EnrolmentsStartInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    const enrolments = input.enrolments.map(({ memberId, planId, startsOn, trialDays, askedBy }) => ({
      memberId: idOf<MemberId>('Member', memberId, 'enrolments'), planId: idOf<PlanId>('Plan', planId, 'enrolments'), startsOn,
      ...given({ trialDays }), payroll: askedBy === 'payroll',
    }));
    const contractId = idOf<ContractId>('Contract', input.contractId, 'contractId');
    const { started, unchanged, refused } = await this.starting.execute({ contractId, enrolments, reason: input.reason }, actor);
    const told = refused.map(({ memberId, error }) => refusedOf(error, { enrolmentId: null, memberId: globalId('Member', memberId) }));
    return answer(loaders, started, unchanged.length, told);
  }

  @Mutation(() => t.EnrolmentsPayload, { description: 'To another plan of their product. A move that was to happen later is replaced.' })
  async enrolmentsPlanChange(@Args('input') input: t.EnrolmentsPlanChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    const when = input.when == null && input.on == null ? {} : { when: oneOf(input.when, input.on) };
    return acted(loaders, await this.plans.execute({ ...act(input), planId: idOf<PlanId>('Plan', input.planId, 'planId'), ...when }, actor));
  }

  @Mutation(() => t.EnrolmentsPayload, { description: 'Days that owe nothing, no more than the contract allows.' })
  async enrolmentsPause(@Args('input') input: t.EnrolmentsPauseInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    return acted(loaders, await this.pausing.execute({ ...act(input), ...given({ from: input.from, until: input.until }) }, actor));
  }

  @Mutation(() => t.EnrolmentsPayload)
  async enrolmentsResume(@Args('input') input: t.EnrolmentsResumeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    return acted(loaders, await this.resuming.execute({ ...act(input), ...given({ on: input.on }) }, actor));
  }

  @Mutation(() => t.EnrolmentsPayload, { description: 'What was charged for later days is credited by the next run.' })
  async enrolmentsCancel(@Args('input') input: t.EnrolmentsCancelInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    const when = input.when == null && input.on == null ? null : oneOf(input.when, input.on);
    return acted(loaders, await this.cancelling.execute({ ...act(input), when }, actor));
  }

  @Mutation(() => t.EnrolmentsPayload, { description: 'From a day on, who is asked for the member’s part.' })
  async enrolmentsAskBy(@Args('input') input: t.EnrolmentsAskByInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.EnrolmentsPayload> {
    return acted(loaders, await this.asking.execute({ ...act(input), payer: input.askedBy, ...given({ on: input.on }) }, actor));
  }
}

function act({ enrolmentIds, reason }: { enrolmentIds: string[]; reason: string }): { enrolmentIds: EnrolmentId[]; reason: string } {
  return { enrolmentIds: enrolmentIds.map((id) => idOf<EnrolmentId>('Enrolment', id, 'enrolmentIds')), reason };
}

function acted(loaders: Loaders, { changed, unchanged, refused }: ActedOn): Promise<t.EnrolmentsPayload> {
  const told = refused.map(({ enrolmentId, error }) => refusedOf(error, { enrolmentId: globalId('Enrolment', enrolmentId), memberId: null }));
  return answer(loaders, changed, unchanged.length, told);
}

async function answer(loaders: Loaders, changed: readonly EnrolmentId[], unchangedCount: number, refused: t.RefusedEnrolmentType[]): Promise<t.EnrolmentsPayload> {
  const enrolments = (await Promise.all(changed.slice(0, TOLD).map((id) => loaders.reload(enrolmentsByIds, id)))).filter((one) => one !== null);
  return { changedCount: changed.length, unchangedCount, refusedCount: refused.length, enrolments, refused: refused.slice(0, TOLD) };
}

function refusedOf({ code, message, remedy }: DomainError, of: { enrolmentId: string | null; memberId: string | null }): t.RefusedEnrolmentType {
  return { ...of, code, message, remedy: remedy ?? null };
}
