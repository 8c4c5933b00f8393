// viewer, issuers, issuer(code).
import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { Actor } from '../../auth/actor';
import { Database } from '../../database/database';
import { CurrentActor } from '../context';
import { NodeSource } from '../node';
import { issuersByIds, issuersInScope } from './issuer.queries';
import { IssuerType, ViewerType } from './issuer.type';

@Resolver(() => IssuerType)
@NodeSource('Issuer', issuersByIds)
export class IssuerResolver {
  constructor(private readonly database: Database) {}

  @Query(() => [IssuerType], { description: 'The issuers in your scope, by code.' })
  issuers(@CurrentActor() actor: Actor): Promise<IssuerType[]> {
    return this.database.read((reader) => issuersInScope(reader, actor));
  }

  @Query(() => IssuerType, { nullable: true })
  async issuer(@Args('code', { type: () => String }) code: string, @CurrentActor() actor: Actor): Promise<IssuerType | null> {
    return (await this.database.read((reader) => issuersInScope(reader, actor, code)))[0] ?? null;
  }
}

@Resolver(() => ViewerType)
export class ViewerResolver {
  constructor(private readonly database: Database) {}

  @Query(() => ViewerType)
  viewer(@CurrentActor() actor: Actor): ViewerType {
    return actor;
  }

  @ResolveField('issuers', () => [IssuerType], { description: 'The issuers whose books you may see.' })
  issuers(@Parent() _viewer: ViewerType, @CurrentActor() actor: Actor): Promise<IssuerType[]> {
    return this.database.read((reader) => issuersInScope(reader, actor));
  }
}
