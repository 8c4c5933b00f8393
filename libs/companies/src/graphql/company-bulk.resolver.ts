// Mutations that do one thing to many companies; each answers with its run.
import { Args, Field, ID, InputType, Mutation, Resolver } from '@nestjs/graphql';
import type { CompanyId, LocalDate } from '@countinghouse/kernel';
import { CurrentActor, DateScalar, idOf, optionalIdOf, RequestLoaders, RunPayload, runsByIds, type Actor, type Loaders } from '@countinghouse/platform';
import { BulkAct, StartBulkChange } from '../use-cases/start-bulk-change';
import { criteriaOf } from './company.queries';
import { CompanyFilter } from './company.type';

@InputType({ isAbstract: true })
abstract class BulkInputBase {
  @Field(() => [ID], { nullable: true, description: 'At most 10,000. Either these or a filter.' })
  readonly companyIds?: string[] | null;
  @Field(() => CompanyFilter, { nullable: true, description: 'All that it means when the run begins.' })
  readonly filter?: CompanyFilter | null;
  @Field(() => String, { nullable: true })
  readonly reason?: string | null;
  @Field(() => String)
  readonly idempotencyKey!: string;
}

@InputType('CompaniesBulkInput')
export class CompaniesBulkInput extends BulkInputBase {}

@InputType('CompaniesMoveInput')
export class CompaniesMoveInput extends BulkInputBase {
  @Field(() => ID, { nullable: true, description: 'Null: from then on they stand alone.' })
  readonly parentId?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told, each company in its own zone.' })
  readonly effectiveOn?: LocalDate | null;
}

@InputType('CompaniesPayerChangeInput')
export class CompaniesPayerChangeInput extends BulkInputBase {
  @Field(() => ID, { nullable: true, description: 'Null: from then on they pay for themselves.' })
  readonly payerId?: string | null;
  @Field(() => DateScalar, { nullable: true, description: 'Today unless told, each company in its own zone.' })
  readonly effectiveOn?: LocalDate | null;
}

@Resolver()
export class CompanyBulkResolver {
  constructor(private readonly bulk: StartBulkChange) {}

  @Mutation(() => RunPayload, { description: 'Who cannot be suspended is parked with the reason.' })
  companiesSuspend(@Args('input') input: CompaniesBulkInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'suspend' }, input, actor, loaders);
  }

  @Mutation(() => RunPayload)
  companiesResume(@Args('input') input: CompaniesBulkInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'resume' }, input, actor, loaders);
  }

  @Mutation(() => RunPayload, { description: 'Who has something open is parked with the list of what it is.' })
  companiesClose(@Args('input') input: CompaniesBulkInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'close' }, input, actor, loaders);
  }

  @Mutation(() => RunPayload)
  companiesMove(@Args('input') { parentId, effectiveOn = null, ...input }: CompaniesMoveInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'move', kind: 'parent', targetId: optionalIdOf<CompanyId>('Company', parentId, 'parentId') ?? null, effectiveOn }, input, actor, loaders);
  }

  @Mutation(() => RunPayload)
  companiesPayerChange(@Args('input') { payerId, effectiveOn = null, ...input }: CompaniesPayerChangeInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'move', kind: 'payer', targetId: optionalIdOf<CompanyId>('Company', payerId, 'payerId') ?? null, effectiveOn }, input, actor, loaders);
  }

  @Mutation(() => RunPayload, { description: 'Asks about every VAT number of the Union among them.' })
  companiesVatCheck(@Args('input') input: CompaniesBulkInput, @CurrentActor() actor: Actor, @RequestLoaders() loaders: Loaders): Promise<RunPayload> {
    return this.start({ act: 'check-vat' }, input, actor, loaders);
  }

  private async start(doing: BulkAct, { companyIds, filter, reason, idempotencyKey }: BulkInputBase, actor: Actor, loaders: Loaders): Promise<RunPayload> {
    const scope = {
      ...(companyIds != null && { companyIds: companyIds.map((id) => idOf<CompanyId>('Company', id, 'companyIds')) }),
      ...(filter != null && { criteria: criteriaOf(filter) }),
    };
    const run = await this.bulk.execute({ doing, ...scope, reason: reason ?? null, idempotencyKey }, actor);
    return { run: await loaders.one(runsByIds, run.id) };
  }
}
