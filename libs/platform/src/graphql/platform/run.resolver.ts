// runs, run, and the mutations that steer runs and start imports.
import { Readable } from 'node:stream';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { RunId } from '@countinghouse/kernel';
import type { Actor } from '../../auth/actor';
import { Database } from '../../database/database';
import { Imports } from '../../imports/imports';
import { Runs } from '../../runs/runs';
import { PageArgs, type Page } from '../connection';
import { CurrentActor, RequestLoaders } from '../context';
import { Loaders } from '../loaders';
import { idOf, NodeSource } from '../node';
import { issuersByIds } from './issuer.queries';
import { IssuerType } from './issuer.type';
import { parkedItemsOfRuns, rejectionsOfRuns, runsByIds, runsPage } from './run.queries';
import {
  CsvImportStartInput,
  ImportRejectionConnection,
  ImportRejectionType,
  ParkedItemConnection,
  ParkedItemType,
  RunConnection,
  RunInput,
  RunPayload,
  RunsArgs,
  RunType,
} from './run.type';

@Resolver(() => RunType)
@NodeSource('Run', runsByIds)
export class RunResolver {
  constructor(
    private readonly database: Database,
    private readonly steering: Runs,
    private readonly imports: Imports,
  ) {}

  @Query(() => RunConnection, { description: 'Newest first.' })
  runs(@Args() args: RunsArgs, @CurrentActor() actor: Actor): Promise<Page<RunType>> {
    return this.database.read((reader) => runsPage(reader, args, actor));
  }

  @Query(() => RunType, { nullable: true })
  run(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<RunType | null> {
    return loaders.one(runsByIds, idOf('Run', id, 'id'));
  }

  @ResolveField('issuer', () => IssuerType, { nullable: true, description: 'Whose run it is; imports are nobody’s in particular.' })
  issuer(@Parent() run: RunType, @RequestLoaders() loaders: Loaders): Promise<IssuerType | null> {
    return loaders.one(issuersByIds, run.issuerId);
  }

  @ResolveField('parkedItems', () => ParkedItemConnection)
  parkedItems(@Parent() run: RunType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<ParkedItemType>> {
    return loaders.page(parkedItemsOfRuns, run.id, page);
  }

  @ResolveField('importRejections', () => ImportRejectionConnection, { description: 'What an import refused, in the order of its file.' })
  importRejections(@Parent() run: RunType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<ImportRejectionType>> {
    return loaders.page(rejectionsOfRuns, run.id, page);
  }

  @Mutation(() => RunPayload, { description: 'No further chunk begins; those at work finish.' })
  runPause(@Args('input') input: RunInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.steer(input, loaders, (id) => this.steering.pause(id, actor));
  }

  @Mutation(() => RunPayload, { description: 'Goes on with a paused run, or tries again what has failed.' })
  runResume(@Args('input') input: RunInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.steer(input, loaders, (id) => this.steering.resume(id, actor));
  }

  @Mutation(() => RunPayload, { description: 'Ends the run where it stands; what is done stays done.' })
  runCancel(@Args('input') input: RunInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.steer(input, loaders, (id) => this.steering.cancel(id, actor));
  }

  @Mutation(() => RunPayload, { description: 'Imports a small CSV file. The same file again answers with the same run.' })
  async csvImportStart(
    @Args('input') { content, ...input }: CsvImportStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.imports.start({ ...input, source: Readable.from([Buffer.from(content)]) }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }

  private async steer(input: RunInput, loaders: Loaders, act: (id: RunId) => Promise<{ id: RunId }>): Promise<RunPayload> {
    const { id } = await act(idOf<RunId>('Run', input.runId, 'runId'));
    return { run: await loaders.reload(runsByIds, id) };
  }
}
