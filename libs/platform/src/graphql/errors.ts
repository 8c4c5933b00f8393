// What a caller learns of an error: everything about an expected one, nothing but a code and the request's id about others.
import { unwrapResolverError } from '@apollo/server/errors';
import { ArgumentsHost, Catch, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { GqlContextType } from '@nestjs/graphql';
import { GraphQLError, GraphQLFormattedError } from 'graphql';
import { isDomainError } from '@countinghouse/kernel';
import { logContext } from '../telemetry/log-context';

const logger = new Logger('GraphQL');

/**
 * Apollo's formatError. Three kinds of error arrive: a DomainError of a query or field (mutations turn theirs into user
 * errors), an error that GraphQL or this kit made about the request itself, and a fault of ours, which is logged.
 */
export function formatError(formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError {
  const { path, locations } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const cause = unwrapResolverError(thrown);
  if (isDomainError(cause)) {
    const { code, message, field, value, remedy } = cause;
    return { message, ...place, extensions: { code, ...(field && { field }), ...(value && { value }), ...(remedy && { remedy }) } };
  }
  const code = formatted.extensions?.['code'];
  if (cause instanceof GraphQLError && code !== 'INTERNAL_SERVER_ERROR') return { message: formatted.message, ...place, extensions: { code } };
  logger.error({ message: 'a GraphQL field failed', path: path?.join('.'), error: cause });
  const { requestId } = logContext();
  return {
    message: 'something went wrong on our side; tell us the request id and we can find out what',
    ...place,
    extensions: { code: 'INTERNAL', ...(requestId && { requestId }) },
  };
}

/** Hands errors of resolvers to {@link formatError} as they are; Nest's own filter would log each, expected ones too. */
@Catch()
export class GraphqlExceptionFilter extends BaseExceptionFilter {
  override catch(exception: unknown, host: ArgumentsHost): unknown {
    return host.getType<GqlContextType>() === 'graphql' ? exception : super.catch(exception, host);
  }
}
