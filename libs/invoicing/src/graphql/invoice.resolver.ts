// invoices, invoice, what hangs on them, and the start of billing runs.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { companiesByIds, CompanyType, MemberType, payerOf, PayerUnion, type Payer } from '@countinghouse/companies';
import {
  CurrentActor, Database, idOf, issuersByIds, IssuerType, NodeSource, PageArgs, RequestLoaders, RunPayload, runsByIds, RunType,
  type Actor, type Loaders, type Page,
} from '@countinghouse/platform';
import { StartBillingRun } from '../use-cases/start-billing-run';
import {
  allocationsOfInvoices, invoicesByIds, invoicesOfCompanies, invoicesOfPayers, invoicesPage, linesOfInvoices, taxesOfInvoices,
} from './invoice.queries';
import {
  AllocationType, BillingRunStartInput, InvoiceConnection, InvoiceLineType, InvoicesArgs, InvoiceTaxType, InvoiceType,
} from './invoice.type';

@Resolver(() => InvoiceType)
@NodeSource('Invoice', invoicesByIds)
export class InvoiceResolver {
  constructor(
    private readonly database: Database,
    private readonly startBillingRun: StartBillingRun,
  ) {}

  @Query(() => InvoiceConnection, { description: 'Newest first, of the issuers in your scope.' })
  invoices(@Args() args: InvoicesArgs, @CurrentActor() actor: Actor): Promise<Page<InvoiceType>> {
    return this.database.read((reader) => invoicesPage(reader, args, actor));
  }

  @Query(() => InvoiceType, { nullable: true })
  invoice(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<InvoiceType | null> {
    return loaders.one(invoicesByIds, idOf('Invoice', id, 'id'));
  }

  @ResolveField('issuer', () => IssuerType, { nullable: true })
  issuer(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<IssuerType | null> {
    return loaders.one(issuersByIds, invoice.issuerId);
  }

  @ResolveField('company', () => CompanyType, { nullable: true, description: 'The company whose contract it is about.' })
  company(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<CompanyType | null> {
    return loaders.one(companiesByIds, invoice.companyId);
  }

  @ResolveField('payer', () => PayerUnion, { nullable: true })
  payer(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<Payer | null> {
    return payerOf(loaders, invoice.payerType, invoice.payerId);
  }

  @ResolveField('lines', () => [InvoiceLineType])
  lines(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<readonly InvoiceLineType[]> {
    return loaders.list(linesOfInvoices, invoice.id);
  }

  @ResolveField('taxes', () => [InvoiceTaxType])
  taxes(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<readonly InvoiceTaxType[]> {
    return loaders.list(taxesOfInvoices, invoice.id);
  }

  @ResolveField('allocations', () => [AllocationType])
  allocations(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<readonly AllocationType[]> {
    return loaders.list(allocationsOfInvoices, invoice.id);
  }

  @ResolveField('run', () => RunType, { nullable: true, description: 'The run that made it.' })
  run(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<RunType | null> {
    return loaders.one(runsByIds, invoice.runId);
  }

  @Mutation(() => RunPayload, { description: 'Bills everybody of an issuer for what is owed up to a day.' })
  async billingRunStart(
    @Args('input') { issuerId, ...input }: BillingRunStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const { id } = await this.startBillingRun.execute({ ...input, issuerId: idOf('Issuer', issuerId, 'issuerId') }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}

@Resolver(() => CompanyType)
export class CompanyInvoicesResolver {
  @ResolveField('invoices', () => InvoiceConnection, { description: 'Of its contracts, whoever pays; newest first.' })
  invoices(@Parent() company: CompanyType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<InvoiceType>> {
    return loaders.page(invoicesOfCompanies, company.id, page);
  }
}

@Resolver(() => MemberType)
export class MemberInvoicesResolver {
  @ResolveField('invoices', () => InvoiceConnection, { description: 'That the member pays; newest first.' })
  invoices(@Parent() member: MemberType, @Args() page: PageArgs, @RequestLoaders() loaders: Loaders): Promise<Page<InvoiceType>> {
    return loaders.page(invoicesOfPayers, member.id, page);
  }
}
