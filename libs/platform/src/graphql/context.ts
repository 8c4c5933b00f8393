// What every resolver can ask for: who is asking, and the loaders of this request.
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import { Actor } from '../auth/actor';
import { Loaders } from './loaders';

export interface GraphqlContext {
  readonly actor: Actor;
  readonly loaders: Loaders;
}

const part = <Name extends keyof GraphqlContext>(name: Name) =>
  createParamDecorator((_data: unknown, context: ExecutionContext) => GqlExecutionContext.create(context).getContext<GraphqlContext>()[name]);

/** `@CurrentActor() actor: Actor` */
export const CurrentActor = part('actor');

/** `@RequestLoaders() loaders: Loaders` */
export const RequestLoaders = part('loaders');
