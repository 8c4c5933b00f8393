// trialBalance, and the start of recognition runs.
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { localDate, type IssuerId } from '@countinghouse/kernel';
import { authorise, CurrentActor, Database, idOf, RequestLoaders, RunPayload, runsByIds, type Actor, type Loaders } from '@countinghouse/platform';
import { Ledger } from '../ledger.facade';
import { StartRecognitionRun } from '../use-cases/start-recognition-run';
import { RecognitionRunStartInput, TrialBalanceArgs, TrialBalanceLineType } from './ledger.type';

/** After every day that is posted to. */
const END_OF_TIME = localDate('9999-12-30');

@Resolver()
export class LedgerResolver {
  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly startRecognitionRun: StartRecognitionRun,
  ) {}

  @Query(() => [TrialBalanceLineType], { nullable: true, description: 'By account code; null, with an error, for an issuer outside your scope.' })
  trialBalance(@Args() { issuerId, asOf }: TrialBalanceArgs, @CurrentActor() actor: Actor): Promise<TrialBalanceLineType[]> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'viewer', issuer);
    return this.database.read((reader) => this.ledger.trialBalance(reader, issuer, asOf ?? END_OF_TIME));
  }

  @Mutation(() => RunPayload, { description: 'Recognises the revenue earned through a day. Safe to ask for twice.' })
  async recognitionRunStart(
    @Args('input') { issuerId, through }: RecognitionRunStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.startRecognitionRun.execute({ issuerId: idOf('Issuer', issuerId, 'issuerId'), through }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}
