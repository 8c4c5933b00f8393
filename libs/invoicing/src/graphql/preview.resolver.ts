// billingPreviewStart, billingPreview, and what hangs on previews.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { CompanyId, IssuerId } from '@countinghouse/kernel';
import { companiesByIds, CompanyType, payerOf, PayerUnion, type Payer } from '@countinghouse/companies';
import {
  CurrentActor, idOf, issuersByIds, IssuerType, NodeSource, optionalIdOf, PageArgs, RequestLoaders, runsByIds, RunType, type Actor, type Loaders, type Page,
} from '@countinghouse/platform';
import { proposalsOf } from '@countinghouse/subscriptions';
import { StartBillingPreview } from '../use-cases/start-billing-preview';
import {
  chargesOfPreviewLines, documentsOfPreviews, linesOfPreviewDocuments, previewDocumentsByIds, previewLinesByIds, previewsByIds,
} from './preview.queries';
import {
  BillingPreviewPayload, BillingPreviewStartInput, BillingPreviewType, PreviewChargeConnection, PreviewChargeType, PreviewDocumentConnection,
  PreviewDocumentType, PreviewLineConnection, PreviewLineType,
} from './preview.type';

@Resolver(() => BillingPreviewType)
@NodeSource('BillingPreview', previewsByIds)
export class BillingPreviewResolver {
  constructor(private readonly startPreview: StartBillingPreview) {}

  @Query(() => BillingPreviewType, { nullable: true })
  billingPreview(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<BillingPreviewType | null> {
    return loaders.one(previewsByIds, idOf('BillingPreview', id, 'id'));
  }

  @ResolveField('run', () => RunType, { nullable: true, description: 'The run that computes it: done when it has succeeded, with the totals in its result.' })
  run(@Parent() preview: BillingPreviewType, @RequestLoaders() loaders: Loaders): Promise<RunType | null> {
    return loaders.one(runsByIds, preview.id);
  }

  @ResolveField('issuer', () => IssuerType, { nullable: true })
  issuer(@Parent() preview: BillingPreviewType, @RequestLoaders() loaders: Loaders): Promise<IssuerType | null> {
    return loaders.one(issuersByIds, preview.issuerId);
  }

  @ResolveField('company', () => CompanyType, { nullable: true })
  company(@Parent() preview: BillingPreviewType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, preview.companyId);
  }

  @ResolveField('documents', () => PreviewDocumentConnection, {
    description: 'Of companies; of members as well when the preview is of a company. What members of a whole issuer owe is in the totals.',
  })
  documents(@Parent() preview: BillingPreviewType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<PreviewDocumentType>> {
    return loaders.page(documentsOfPreviews, preview.id, page);
  }

  @Mutation(() => BillingPreviewPayload, { description: 'Starts a preview of what would be billed; nothing of it stays but the preview.' })
  async billingPreviewStart(
    @Args('input') { issuerId, companyId, proposals, ...input }: BillingPreviewStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<BillingPreviewPayload> {
    const wanted = {
      ...input,
      issuerId: idOf<IssuerId>('Issuer', issuerId, 'issuerId'),
      companyId: optionalIdOf<CompanyId>('Company', companyId, 'companyId') ?? null,
      proposals: await proposalsOf(proposals ?? [], actor, loaders),
    };
    const id = await this.startPreview.execute(wanted, actor);
    return { preview: await loaders.one(previewsByIds, id) };
  }
}

@Resolver(() => PreviewDocumentType)
@NodeSource('PreviewDocument', previewDocumentsByIds)
export class PreviewDocumentResolver {
  @ResolveField('payer', () => PayerUnion, { nullable: true })
  payer(@Parent() document: PreviewDocumentType, @RequestLoaders() loaders: Loaders): Promise<Payer | null> {
    return payerOf(loaders, document.payerType, document.payerId);
  }

  @ResolveField('lines', () => PreviewLineConnection)
  lines(@Parent() document: PreviewDocumentType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<PreviewLineType>> {
    return loaders.page(linesOfPreviewDocuments, document.id, page);
  }
}

@Resolver(() => PreviewLineType)
@NodeSource('PreviewLine', previewLinesByIds)
export class PreviewLineResolver {
  @ResolveField('company', () => CompanyType, { nullable: true, description: 'Whose people or contract it is about.' })
  company(@Parent() line: PreviewLineType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, line.companyId);
  }

  @ResolveField('charges', () => PreviewChargeConnection)
  charges(@Parent() line: PreviewLineType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<PreviewChargeType>> {
    return loaders.page(chargesOfPreviewLines, line.id, page);
  }
}
