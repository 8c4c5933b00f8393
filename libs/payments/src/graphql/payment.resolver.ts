// payments, payment, what hangs on them, and the start of collection runs.
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { payerOf, PayerUnion, type Payer } from '@countinghouse/companies';
import { AllocationType, invoicesByIds, InvoiceType } from '@countinghouse/invoicing';
import {
  CurrentActor, Database, idOf, issuersByIds, IssuerType, NodeSource, optionalIdOf, RequestLoaders, RunPayload, runsByIds,
  type Actor, type Loaders, type Page,
} from '@countinghouse/platform';
import type { IssuerId } from '@countinghouse/kernel';
import { StartCollectionRun } from '../use-cases/start-collection-run';
import { attemptsOfPayments, paymentsByIds, paymentsOfInvoices, paymentsPage } from './payment.queries';
import { AttemptType, CollectionRunStartInput, PaymentConnection, PaymentsArgs, PaymentType } from './payment.type';

@Resolver(() => PaymentType)
@NodeSource('Payment', paymentsByIds)
export class PaymentResolver {
  constructor(
    private readonly database: Database,
    private readonly startCollectionRun: StartCollectionRun,
  ) {}

  @Query(() => PaymentConnection, { description: 'Newest first, of the issuers in your scope.' })
  payments(@Args() args: PaymentsArgs, @CurrentActor() actor: Actor): Promise<Page<PaymentType>> {
    return this.database.read((reader) => paymentsPage(reader, args, actor));
  }

  @Query(() => PaymentType, { nullable: true })
  payment(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<PaymentType | null> {
    return loaders.one(paymentsByIds, idOf('Payment', id, 'id'));
  }

  @ResolveField('issuer', () => IssuerType, { nullable: true })
  issuer(@Parent() payment: PaymentType, @RequestLoaders() loaders: Loaders): Promise<IssuerType | null> {
    return loaders.one(issuersByIds, payment.issuerId);
  }

  @ResolveField('invoice', () => InvoiceType, { nullable: true })
  invoice(@Parent() payment: PaymentType, @RequestLoaders() loaders: Loaders): Promise<InvoiceType | null> {
    return loaders.one(invoicesByIds, payment.invoiceId);
  }

  @ResolveField('payer', () => PayerUnion, { nullable: true })
  payer(@Parent() payment: PaymentType, @RequestLoaders() loaders: Loaders): Promise<Payer | null> {
    return payerOf(loaders, payment.payerType, payment.payerId);
  }

  @ResolveField('attempts', () => [AttemptType])
  attempts(@Parent() payment: PaymentType, @RequestLoaders() loaders: Loaders): Promise<readonly AttemptType[]> {
    return loaders.list(attemptsOfPayments, payment.id);
  }

  @Mutation(() => RunPayload, { description: 'Collects the payments that are due.' })
  async collectionRunStart(
    @Args('input') { issuerId, ...input }: CollectionRunStartInput,
    @CurrentActor() actor: Actor,
    @RequestLoaders() loaders: Loaders,
  ): Promise<RunPayload> {
    const issuer = optionalIdOf<IssuerId>('Issuer', issuerId, 'issuerId');
    const { id } = await this.startCollectionRun.execute({ ...input, ...(issuer && { issuerId: issuer }) }, actor);
    return { run: await loaders.one(runsByIds, id) };
  }
}

@Resolver(() => InvoiceType)
export class InvoicePaymentsResolver {
  @ResolveField('payments', () => [PaymentType], { description: 'In the order they were made.' })
  payments(@Parent() invoice: InvoiceType, @RequestLoaders() loaders: Loaders): Promise<readonly PaymentType[]> {
    return loaders.list(paymentsOfInvoices, invoice.id);
  }
}

@Resolver(() => AllocationType)
export class AllocationPaymentResolver {
  @ResolveField('payment', () => PaymentType, { nullable: true, description: 'The payment it comes from, if it does.' })
  payment(@Parent() allocation: AllocationType, @RequestLoaders() loaders: Loaders): Promise<PaymentType | null> {
    return loaders.one(paymentsByIds, allocation.sourceType === 'payment' ? allocation.sourceId : null);
  }
}
