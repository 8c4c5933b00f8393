// recurringRevenue and recurringRevenueCompute.
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { CurrentActor, idOf, RequestLoaders, RunPayload, runsByIds, type Actor, type Loaders } from '@countinghouse/platform';
import { netRetentionPercent, RecurringRevenue } from '../use-cases/recurring-revenue';
import { StartRevenueSnapshots } from '../use-cases/start-revenue-snapshots';
import { RecurringRevenueArgs, RecurringRevenueComputeInput, RecurringRevenueType } from './revenue.type';

@Resolver(() => RecurringRevenueType)
export class RecurringRevenueResolver {
  constructor(
    private readonly revenue: RecurringRevenue,
    private readonly startSnapshots: StartRevenueSnapshots,
  ) {}

  @Query(() => RecurringRevenueType, { description: 'Of months that were computed; see recurringRevenueCompute.' })
  async recurringRevenue(@Args() { issuerId, ...args }: RecurringRevenueArgs, @CurrentActor() actor: Actor): Promise<RecurringRevenueType> {
    const { knownAt, months } = await this.revenue.execute({ ...args, issuerId: idOf('Issuer', issuerId, 'issuerId') }, actor);
    return { knownAt, months: months.map((month) => ({ ...month, netRetentionPercent: netRetentionPercent(month) }) as never) };
  }

  @Mutation(() => RunPayload, { description: 'Computes the recurring revenue at the end of each month, and keeps it for good. What is there already is not computed again.' })
  async recurringRevenueCompute(
    @Args('input') { issuerId, ...input }: RecurringRevenueComputeInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.startSnapshots.execute({ ...input, issuerId: idOf('Issuer', issuerId, 'issuerId') }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}
