// testClockCreate and testClockAdvance.
import { Args, Mutation, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../auth/actor';
import { AdvanceTestClock } from '../../test-clocks/advance-test-clock';
import { CreateTestClock } from '../../test-clocks/create-test-clock';
import { CurrentActor, RequestLoaders } from '../context';
import { Loaders } from '../loaders';
import { idOf } from '../node';
import { issuersByIds } from './issuer.queries';
import { IssuerType, TestClockAdvanceInput, TestClockCreateInput, TestClockCreatePayload } from './issuer.type';
import { runsByIds } from './run.queries';
import { RunPayload } from './run.type';

@Resolver(() => IssuerType)
export class TestClockResolver {
  constructor(
    private readonly createTestClock: CreateTestClock,
    private readonly advanceTestClock: AdvanceTestClock,
  ) {}

  @Mutation(() => TestClockCreatePayload, { description: 'Adds an issuer that lives on a clock of its own; nothing of it touches the books or numbers of a real one.' })
  async testClockCreate(
    @Args('input') input: TestClockCreateInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<TestClockCreatePayload> {
    const { id } = await this.createTestClock.execute(input, actor);
    return { issuer: await loaders.one(issuersByIds, id) };
  }

  @Mutation(() => RunPayload, { description: 'Moves a test clock on; everything that falls due on the way happens, in order.' })
  async testClockAdvance(
    @Args('input') { issuerId, to }: TestClockAdvanceInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.advanceTestClock.execute({ issuerId: idOf('Issuer', issuerId, 'issuerId'), to }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}
