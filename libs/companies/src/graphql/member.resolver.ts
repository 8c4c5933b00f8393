// What hangs on people, the headcount of companies, and the mutations of people, each one business act.
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { addMonths, CompanyId, DateRange, dateRange, DomainError, MemberId } from '@countinghouse/kernel';
import { CurrentActor, Database, idOf, optionalIdOf, RequestLoaders, type Actor, type Loaders, type Reader } from '@countinghouse/platform';
import { Companies } from '../companies.facade';
import { AddMember } from '../use-cases/add-member';
import { ChangeMember } from '../use-cases/change-member';
import { EraseMember } from '../use-cases/erase-member';
import { membersByIds } from './company.queries';
import { CompanyType, MemberType } from './company.type';
import { DayAsked, dependantsOf, earlierStaysOf, employeeIdOf, erasuresOf, numberOf, searchedMembers, StretchesAsked } from './member.queries';
import * as t from './member.type';

const HEADCOUNT_MONTHS_MAX = 120;

@Resolver(() => MemberType)
export class PeopleResolver {
  constructor(private readonly database: Database) {}

  @Query(() => t.MemberSearchConnection, { description: 'Of all companies, or of one; what fits best first.' })
  memberSearch(@Args() args: t.MemberSearchArgs): Promise<t.MemberSearchConnection> {
    return this.database.read((reader) => searchedMembers(reader, args));
  }

  @Query(() => [MemberType], { description: 'Of all companies; what fits best first.', deprecationReason: 'It ends with the hundredth: see memberSearch.' })
  async membersFound(@Args() args: t.MembersFoundArgs): Promise<MemberType[]> {
    const { edges } = await this.database.read((reader) => searchedMembers(reader, args));
    return edges.map(({ node }) => node);
  }

  @ResolveField('dependantOf', () => MemberType, { nullable: true, description: 'The employee of a dependant.' })
  dependantOf(@Parent() { dependantOfId }: MemberType, @RequestLoaders() loaders: Loaders): Promise<MemberType | null> {
    return loaders.one(membersByIds, dependantOfId);
  }

  @ResolveField('dependants', () => [MemberType], { description: 'By employee id.' })
  dependants(@Parent() { id }: MemberType, @RequestLoaders() loaders: Loaders): Promise<readonly MemberType[]> {
    return loaders.list(dependantsOf, id);
  }

  @ResolveField('earlierStays', () => [t.MemberStayType], { description: 'Of somebody who has come back, the first one first.' })
  earlierStays(@Parent() { id }: MemberType, @RequestLoaders() loaders: Loaders): Promise<readonly t.MemberStayType[]> {
    return loaders.list(earlierStaysOf, id);
  }

  @ResolveField('erasure', () => t.MemberErasureType, { nullable: true })
  erasure(@Parent() { id }: MemberType, @RequestLoaders() loaders: Loaders): Promise<t.MemberErasureType | null> {
    return loaders.one(erasuresOf, id);
  }
}

@Resolver(() => CompanyType)
export class HeadcountResolver {
  constructor(private readonly companies: Companies) {}

  @ResolveField('headcount', () => [t.HeadcountStretchType], { description: 'In order and without a gap.' })
  async headcount(@Parent() { id }: CompanyType, @Args() { from, until, measure, costCentre }: t.HeadcountArgs, @RequestLoaders() loaders: Loaders): Promise<readonly t.HeadcountStretchType[]> {
    const asked: StretchesAsked = { range: boundedRange(from, until), measure, ...(costCentre !== undefined && { costCentre }) };
    return (await loaders.asked(this.stretches, asked, id)) ?? [];
  }

  @ResolveField('headcountOn', () => t.HeadcountOnDayType)
  async headcountOn(@Parent() { id }: CompanyType, @Args() { on, measure }: t.HeadcountOnArgs, @RequestLoaders() loaders: Loaders): Promise<t.HeadcountOnDayType> {
    const { count, byCostCentre } = (await loaders.asked(this.counts, { on, measure }, id))!;
    return { count, byCostCentre: [...byCostCentre].map(([costCentre, people]) => ({ costCentre, count: people })) };
  }

  private readonly stretches = (reader: Reader, ids: readonly string[], { range, measure, costCentre }: StretchesAsked) =>
    this.companies.headcountStretches(reader, ids as readonly CompanyId[], range, measure, costCentre);

  private readonly counts = (reader: Reader, ids: readonly string[], { on, measure }: DayAsked) => this.companies.headcountOn(reader, ids as readonly CompanyId[], on, measure);
}

@Resolver()
export class MemberChangeResolver {
  constructor(
    private readonly database: Database,
    private readonly adding: AddMember,
    private readonly changing: ChangeMember,
    private readonly erasing: EraseMember,
  ) {}

  @Mutation(() => t.MemberPayload)
  async memberAdd(@Args('input') input: t.MemberAddInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.MemberPayload> {
    const companyId = idOf<CompanyId>('Company', input.companyId, 'companyId');
    const employee = optionalIdOf<MemberId>('Member', input.dependantOfId, 'dependantOfId');
    const { companyNumber, dependantOf } = await this.database.read(async (reader) => ({
      companyNumber: await numberOf(reader, companyId),
      dependantOf: employee && (await employeeIdOf(reader, companyId, employee)),
    }));
    const { employeeId, name, email, costCentre, eligibleFrom, leftOn } = input;
    const optional = { ...(email && { email }), ...(costCentre && { costCentre }), ...(leftOn && { leftOn }), ...(dependantOf && { dependantOf }) };
    return answer(loaders, await this.adding.execute({ companyNumber, employeeId, name, eligibleFrom, ...optional }, actor));
  }

  @Mutation(() => t.MemberPayload, { description: 'A corrected day changes the headcount of the past, which the next billing run sees.' })
  async memberEdit(@Args('input') input: t.MemberEditInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.MemberPayload> {
    const memberId = idOf<MemberId>('Member', input.memberId, 'memberId');
    const { employeeId, name, email, costCentre, costCentreFrom, eligibleFrom, leftOn, reason } = input;
    await this.changing.edit(
      {
        memberId,
        ...(employeeId != null && { employeeId }),
        ...(name != null && { name }),
        ...(email !== undefined && { email }),
        ...(costCentre !== undefined && { costCentre }),
        ...(costCentreFrom != null && { costCentreFrom }),
        ...(eligibleFrom != null && { eligibleFrom }),
        ...(leftOn !== undefined && { leftOn }),
        ...(reason != null && { reason }),
      },
      actor,
    );
    return answer(loaders, memberId);
  }

  @Mutation(() => t.MemberPayload, { description: 'Dependants leave no later.' })
  async memberLeave(@Args('input') { memberId, on, reason }: t.MemberMoveInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.MemberPayload> {
    const id = idOf<MemberId>('Member', memberId, 'memberId');
    await this.changing.leave(id, on, actor, reason ?? undefined);
    return answer(loaders, id);
  }

  @Mutation(() => t.MemberPayload, { description: 'Somebody who has left begins another stay; the earlier one stays counted.' })
  async memberReturn(@Args('input') { memberId, on, reason }: t.MemberMoveInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.MemberPayload> {
    const id = idOf<MemberId>('Member', memberId, 'memberId');
    await this.changing.return(id, on, actor, reason ?? undefined);
    return answer(loaders, id);
  }

  @Mutation(() => t.MemberPayload, { description: 'Takes the personal data of somebody who has left out of everything here; days and money facts stay. Takes the role accountant.' })
  async memberErase(@Args('input') { memberId, reason }: t.MemberEraseInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<t.MemberPayload> {
    const id = idOf<MemberId>('Member', memberId, 'memberId');
    await this.erasing.execute(id, reason, actor);
    return answer(loaders, id);
  }
}

async function answer(loaders: Loaders, id: MemberId): Promise<t.MemberPayload> {
  return { member: await loaders.reload(membersByIds, id) };
}

function boundedRange(from: DateRange['start'], until: DateRange['end']): DateRange {
  const range = dateRange(from, until);
  if (until <= addMonths(from, HEADCOUNT_MONTHS_MAX)) return range;
  throw new DomainError('RANGE_TOO_LONG', 'More than ten years of headcount are asked for.', { field: 'until', value: until, remedy: 'Ask for at most ten years.' });
}
