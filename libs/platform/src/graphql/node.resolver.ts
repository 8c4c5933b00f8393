// node(id) and nodes(ids): whatever has a global id is found again by it, if the actor may see it.
import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { DomainError } from '@countinghouse/kernel';
import { MAX_PAGE_SIZE } from './connection';
import { RequestLoaders } from './context';
import { Batch, Loaders } from './loaders';
import { Node, NODE_SOURCE, NodeSourceOptions, readGlobalId } from './node';

/** Knows the types that are marked with @NodeSource. */
@Injectable()
export class NodeSources {
  private sources: ReadonlyMap<string, Batch<object>> | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  /** Undefined for a type that has no nodes. */
  of(type: string): Batch<object> | undefined {
    return (this.sources ??= this.find()).get(type);
  }

  private find(): ReadonlyMap<string, Batch<object>> {
    const marked = this.discovery.getProviders().flatMap(({ metatype }) => {
      const source = metatype ? (Reflect.getMetadata(NODE_SOURCE, metatype) as NodeSourceOptions | undefined) : undefined;
      return source ? [[source.type, source.byIds] as const] : [];
    });
    return new Map(marked);
  }
}

@Resolver()
export class NodeResolver {
  constructor(private readonly sources: NodeSources) {}

  @Query(() => Node, { nullable: true, description: 'The thing with that global id; null when there is none, or not for you.' })
  node(@Args('id', { type: () => ID }) id: string, @RequestLoaders() loaders: Loaders): Promise<object | null> {
    return this.find(id, 'id', loaders);
  }

  @Query(() => [Node], { nullable: 'items', description: `As node, for at most ${MAX_PAGE_SIZE} ids, in their order.` })
  nodes(@Args('ids', { type: () => [ID] }) ids: string[], @RequestLoaders() loaders: Loaders): Promise<(object | null)[]> {
    if (ids.length > MAX_PAGE_SIZE) throw tooManyIds(ids.length);
    return Promise.all(ids.map((id, i) => this.find(id, `ids.${i}`, loaders)));
  }

  private async find(id: string, field: string, loaders: Loaders): Promise<object | null> {
    const { type, uuid } = readGlobalId(id, field);
    const source = this.sources.of(type);
    const found = source ? await loaders.one(source, uuid) : null;
    return found && { __typename: type, ...found };
  }
}

function tooManyIds(count: number): DomainError {
  return new DomainError('TOO_MANY_IDS', `${count} ids are too many`, {
    field: 'ids',
    value: String(count),
    remedy: `ask for at most ${MAX_PAGE_SIZE} at a time`,
  });
}
