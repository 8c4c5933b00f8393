// The chart of accounts: looking at it, extending it, closing an account.
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { IssuerId } from '@countinghouse/kernel';
import { authorise, CurrentActor, Database, idOf, type Actor } from '@countinghouse/platform';
import { chartOf } from '../persistence/chart.queries';
import { AddAccount } from '../use-cases/add-account';
import { CloseAccount } from '../use-cases/close-account';
import { AccountAddInput, AccountCloseInput, AccountOfChartType, AccountPayload } from './chart.type';

@Resolver()
export class ChartResolver {
  constructor(
    private readonly database: Database,
    private readonly add: AddAccount,
    private readonly close: CloseAccount,
  ) {}

  @Query(() => [AccountOfChartType], { nullable: true, description: 'Every account of an issuer, by code.' })
  chartOfAccounts(@Args('issuerId', { type: () => ID }) issuerId: string, @CurrentActor() actor: Actor): Promise<AccountOfChartType[]> {
    const issuer = idOf<IssuerId>('Issuer', issuerId, 'issuerId');
    authorise(actor, 'viewer', issuer);
    return this.database.read((reader) => chartOf(reader, issuer));
  }

  @Mutation(() => AccountPayload, { description: 'Adds an account that is posted to by hand.' })
  async accountAdd(@Args('input') input: AccountAddInput, @CurrentActor() actor: Actor): Promise<AccountPayload> {
    return { account: await this.add.execute({ ...input, issuerId: idOf('Issuer', input.issuerId, 'issuerId') }, actor) };
  }

  @Mutation(() => AccountPayload, { description: 'From a day on the account takes no postings.' })
  async accountClose(@Args('input') input: AccountCloseInput, @CurrentActor() actor: Actor): Promise<AccountPayload> {
    return { account: await this.close.execute({ ...input, issuerId: idOf('Issuer', input.issuerId, 'issuerId') }, actor) };
  }
}
