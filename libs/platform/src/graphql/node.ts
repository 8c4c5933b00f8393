// Global ids and the Node interface: any thing of the API can be asked for again by the id it was returned with.
import { SetMetadata } from '@nestjs/common';
import { Field, FieldMiddleware, ID, InterfaceType } from '@nestjs/graphql';
import { DomainError, Id, parseId } from '@countinghouse/kernel';
import type { Batch } from './loaders';

/** `<Type>_<uuid>`: it says what it is, is safe in URLs, and its second half is what psql and the CLI show. */
const GLOBAL_ID = /^([A-Z][A-Za-z]{1,40})_([0-9a-fA-F-]{36})$/;

export function globalId(type: string, uuid: string): string {
  return `${type}_${uuid}`;
}

/** @throws DomainError ID_INVALID */
export function readGlobalId(text: string, field = 'id'): { type: string; uuid: string } {
  const [, type, uuid] = GLOBAL_ID.exec(text) ?? [];
  if (!type || !uuid) throw invalidId(text, field, 'a global id');
  return { type, uuid: parseId(uuid, field) };
}

/**
 * The uuid of a global id that must be of the given type.
 * @throws DomainError ID_INVALID, also when the id is of something else
 */
export function idOf<T extends Id<string>>(type: string, text: string, field: string): T {
  const read = readGlobalId(text, field);
  if (read.type !== type) throw invalidId(text, field, `the id of a ${type}`);
  return read.uuid as T;
}

/** As {@link idOf}, for an optional filter. */
export function optionalIdOf<T extends Id<string>>(type: string, text: string | null | undefined, field: string): T | undefined {
  return text == null ? undefined : idOf<T>(type, text, field);
}

function invalidId(text: string, field: string, wanted: string): DomainError {
  return new DomainError('ID_INVALID', `${JSON.stringify(text.slice(0, 80))} is not ${wanted}`, {
    field,
    value: text.slice(0, 80),
    remedy: 'give the id exactly as the API returned it',
  });
}

/** In code `id` is the bare uuid; it becomes global here and nowhere else. */
const toGlobalId: FieldMiddleware = ({ source, info }) => globalId(info!.parentType.name, (source as { id: string }).id);

@InterfaceType('Node', {
  description: 'Anything with an id of its own, which `node(id)` finds again.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: 'Global and stable: `<Type>_<uuid>`.', middleware: [toGlobalId] })
  readonly id!: string;
}

export const NODE_SOURCE = Symbol('node-source');

export interface NodeSourceOptions {
  /** The name of the GraphQL type. */
  readonly type: string;
  /** Answers only what the actor may see. */
  readonly byIds: Batch<object>;
}

/** On the resolver of a type: how `node(id)` finds it. */
export const NodeSource = (type: string, byIds: Batch<object>): ClassDecorator =>
  SetMetadata(NODE_SOURCE, { type, byIds } satisfies NodeSourceOptions);
