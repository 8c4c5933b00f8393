// The import of a company's people in the API: start it, look at what it would do, confirm it. Cancelling is runCancel.
import { Readable } from 'node:stream';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CompanyId, RunId } from '@countinghouse/kernel';
import { CurrentActor, idOf, RequestLoaders, runsByIds, RunPayload, RunType, type Actor, type Loaders } from '@countinghouse/platform';
import { REMOVAL_LIMIT_PERCENT } from '../domain/removal-limit';
import { MEMBERS_IMPORT } from '../jobs/members-import';
import { ImportMembers } from '../use-cases/import-members';
import * as t from './member.type';

@Resolver(() => RunType)
export class MembersImportResolver {
  constructor(private readonly importing: ImportMembers) {}

  @Mutation(() => RunPayload, { description: 'Imports the people of one company. The same file again answers with the same run; another while one has not ended is refused.' })
  async membersImportStart(@Args('input') input: t.MembersImportStartInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    const { companyId, fileName, content, kind, asOf, review, columnNames, mode, again } = input;
    const { id } = await this.importing.start(
      {
        companyId: idOf<CompanyId>('Company', companyId, 'companyId'),
        fileName,
        source: Readable.from([Buffer.from(content)]),
        content: kind,
        review,
        mode,
        again,
        ...(asOf && { asOf }),
        ...(columnNames && { mapping: mappingOf(columnNames) }),
      },
      actor,
    );
    return { run: await loaders.reload(runsByIds, id) };
  }

  @Mutation(() => RunPayload, { description: 'Lets an import go on that awaits approval.' })
  async membersImportConfirm(@Args('input') { runId, acceptRemovals, reason }: t.MembersImportConfirmInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    const { id } = await this.importing.confirm(idOf<RunId>('Run', runId, 'runId'), acceptRemovals, actor, reason ?? undefined);
    return { run: await loaders.reload(runsByIds, id) };
  }

  @Mutation(() => t.MembersImportSettingsPayload, { description: 'How the files of a company are read, and how many people a snapshot may remove unasked.' })
  async membersImportSettingsSave(@Args('input') { companyId, columnNames, removalLimitPercent }: t.MembersImportSettingsInput, @CurrentActor() actor: Actor): Promise<t.MembersImportSettingsPayload> {
    const settings = { ...(columnNames && { mapping: mappingOf(columnNames) }), ...(removalLimitPercent !== undefined && { removalLimitPercent }) };
    const limit = await this.importing.saveSettings(idOf<CompanyId>('Company', companyId, 'companyId'), settings, actor);
    return { removalLimitPercent: limit ?? REMOVAL_LIMIT_PERCENT };
  }

  @ResolveField('membersPreview', () => t.MembersImportPreviewType, { nullable: true, description: 'Of an import of people, what it would do; null before its rows are checked, and when nobody asked to look.' })
  membersPreview(@Parent() run: RunType): t.MembersImportPreviewType | null {
    const figures = new Map(run.result.map(({ name, value }) => [name, Number(value)]));
    if (run.kind !== MEMBERS_IMPORT || !figures.has('toRefuse') || !figures.has('toAdd')) return null;
    const of = (name: string) => figures.get(name) ?? 0;
    const present = figures.get('present');
    return {
      toAdd: of('toAdd'),
      toChange: of('toChange'),
      toReturn: of('toReturn'),
      toLeave: of('toLeave'),
      toRemove: of('toRemove'),
      toKeep: of('toKeep'),
      toRefuse: of('toRefuse'),
      removedPercent: present ? Math.round((of('toRemove') * 10_000) / present) / 100 : null,
      needsAcceptance: of('guarded') === 1,
    };
  }
}

function mappingOf(names: readonly t.ColumnNameInput[]): Record<string, string> {
  return Object.fromEntries(names.map(({ name, column }) => [name, column]));
}
