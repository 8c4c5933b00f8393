// Relay connections: the types of a list that grows, and the arguments that ask for a page of it.
import { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';

export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 100;

@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
export class PageInfo {
  @Field(() => Boolean)
  readonly hasNextPage!: boolean;
  @Field(() => Boolean)
  readonly hasPreviousPage!: boolean;
  @Field(() => String, { nullable: true })
  readonly startCursor!: string | null;
  @Field(() => String, { nullable: true })
  readonly endCursor!: string | null;
}

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: `How many, from the front; ${DEFAULT_PAGE_SIZE} unless told, at most ${MAX_PAGE_SIZE}.` })
  readonly first?: number | null;
  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  readonly after?: string | null;
  @Field(() => Int, { nullable: true, description: `How many, from the end; at most ${MAX_PAGE_SIZE}. Not together with first.` })
  readonly last?: number | null;
  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  readonly before?: string | null;
}

/** A page as queries answer it, and as the connection types show it. */
export interface Page<Row> {
  readonly edges: readonly { readonly node: Row; readonly cursor: string }[];
  readonly pageInfo: PageInfo;
}

/**
 * Makes the types `<Name>Connection` and `<Name>Edge`. Call it once for each node type and export the class.
 * @param node the node's class, as a function because types refer to each other
 */
export function Connection<Row extends object>(name: string, node: () => Type<Row>): Type<Page<Row>> {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(node)
    readonly node!: Row;
    @Field(() => String, { description: 'Opaque; give it back as `after` or `before` of the same list.' })
    readonly cursor!: string;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType {
    @Field(() => [Edge])
    readonly edges!: Edge[];
    @Field(() => PageInfo)
    readonly pageInfo!: PageInfo;
  }
  return ConnectionType;
}
