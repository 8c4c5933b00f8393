// parkedDeliveries, deliveryReplay and proofs: what operators and accountants look at when something is wrong. The queries
// are nullable, so that being refused one does not take the rest of the answer away.
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { EventId, parseId } from '@countinghouse/kernel';
import { authoriseForAllIssuers, type Actor } from '../../auth/actor';
import { Database } from '../../database/database';
import { Deliveries } from '../../outbox/deliveries';
import { Proofs } from '../../proofs/proof';
import { PageArgs, type Page } from '../connection';
import { CurrentActor } from '../context';
import { parkedDeliveriesPage } from './run.queries';
import { DeliveryReplayInput, DeliveryReplayPayload, ParkedDeliveryConnection, ParkedDeliveryType, ProofType } from './run.type';

@Resolver()
export class OperationsResolver {
  constructor(
    private readonly database: Database,
    private readonly deliveries: Deliveries,
    private readonly everyProof: Proofs,
  ) {}

  @Query(() => ParkedDeliveryConnection, { nullable: true, description: 'Needs the role admin and all issuers in scope: errors of consumers may name internals.' })
  parkedDeliveries(@Args() page: PageArgs, @CurrentActor() actor: Actor): Promise<Page<ParkedDeliveryType>> {
    authoriseForAllIssuers(actor, 'admin');
    return this.database.read((reader) => parkedDeliveriesPage(reader, page));
  }

  @Mutation(() => DeliveryReplayPayload, { description: 'Sets parked deliveries free again. Needs the role admin.' })
  async deliveryReplay(@Args('input') { consumer, eventId }: DeliveryReplayInput, @CurrentActor() actor: Actor): Promise<DeliveryReplayPayload> {
    const which = { ...(consumer != null && { consumer }), ...(eventId != null && { eventId: parseId<EventId>(eventId, 'eventId') }) };
    return { replayed: await this.deliveries.replay(which, actor) };
  }

  @Query(() => [ProofType], { nullable: true, description: 'Runs every proof now, over all issuers. Needs the role accountant and all issuers in scope.' })
  proofs(@CurrentActor() actor: Actor): Promise<ProofType[]> {
    authoriseForAllIssuers(actor, 'accountant');
    return this.database.read((reader) => this.everyProof.all(reader));
  }
}
