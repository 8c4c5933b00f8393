// The GraphQL endpoint of the HTTP process: Apollo Server with our limits, errors, loaders and authentication around it.
import { DynamicModule, MiddlewareConsumer, Module, NestModule } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { ApolloDriver, ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { AuthenticatedRequest, Authenticate } from '../auth/authenticate.middleware';
import { AuthModule, AuthOptions } from '../auth/auth.module';
import { Database } from '../database/database';
import { QueryConsoleController } from './console';
import { GraphqlContext } from './context';
import { formatError, GraphqlExceptionFilter } from './errors';
import { LIMITS, limitsPlugin } from './limits';
import { Loaders } from './loaders';
import { NodeResolver, NodeSources } from './node.resolver';
import { UserErrorsInterceptor } from './payload';

export interface GraphqlKitOptions {
  /** Introspection off, and errors about a query give no hints at the schema. */
  readonly production: boolean;
  readonly auth: AuthOptions;
}

export const GRAPHQL_PATH = '/graphql';
/** Files that contexts serve over HTTP; nobody gets past it without a token either. */
export const DOWNLOADS_PATH = '/downloads/*path';
/** Files that come in over HTTP, likewise. */
export const UPLOADS_PATH = '/imports/*path';

@Module({})
export class GraphqlKitModule implements NestModule {
  static forRoot({ production, auth }: GraphqlKitOptions): DynamicModule {
    if (production && auth.mode === 'development') throw new Error('the development issuer does not run in production');
    return {
      module: GraphqlKitModule,
      imports: [
        DiscoveryModule,
        AuthModule.forRoot(auth),
        GraphQLModule.forRootAsync<ApolloDriverConfig>({
          driver: ApolloDriver,
          inject: [Database],
          useFactory: (database: Database) => apolloOptions(production, database),
        }),
      ],
      // The console logs itself in with a token of the development issuer, so it exists only beside it.
      controllers: auth.mode === 'development' ? [QueryConsoleController] : [],
      providers: [
        NodeSources,
        NodeResolver,
        { provide: APP_INTERCEPTOR, useClass: UserErrorsInterceptor },
        { provide: APP_FILTER, useClass: GraphqlExceptionFilter },
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(Authenticate).forRoutes(GRAPHQL_PATH, DOWNLOADS_PATH, UPLOADS_PATH);
  }
}

function apolloOptions(production: boolean, database: Database): ApolloDriverConfig {
  return {
    path: GRAPHQL_PATH,
    autoSchemaFile: true,
    sortSchema: true,
    // Nest's own page loads its scripts from a foreign host.
    graphiql: false,
    introspection: !production,
    hideSchemaDetailsFromClientErrors: production,
    includeStacktraceInErrorResponses: false,
    autoTransformHttpErrors: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    maxRecursiveSelections: LIMITS.cost,
    plugins: [limitsPlugin()],
    formatError,
    context: ({ req }: { req: AuthenticatedRequest }): GraphqlContext => ({ actor: req.actor, loaders: new Loaders(database, req.actor) }),
  };
}
