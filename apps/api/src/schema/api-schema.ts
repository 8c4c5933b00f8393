// The schema of the API as the resolvers declare it, without a database or a server.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { NodeResolver } from '@countinghouse/platform';
import { GRAPHQL_MODULES } from '../app.module';

type Constructor = abstract new (...args: never[]) => object;

const HEADING = '# The API. Printed from the resolvers by `npm run schema`; do not edit it by hand.\n';

/** The text of schema.graphql: sorted, so that only real changes show in a diff. */
export async function printedSchema(): Promise<string> {
  const builder = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  try {
    const schema = await builder.get(GraphQLSchemaFactory).create(resolvers());
    return `${HEADING}\n${printSchema(lexicographicSortSchema(schema))}\n`;
  } finally {
    await builder.close();
  }
}

/** The graphql module of a context provides its resolvers and nothing else. */
function resolvers(): never[] {
  const provided = GRAPHQL_MODULES.flatMap((module) => Reflect.getMetadata('providers', module) as Constructor[]);
  return [NodeResolver, ...provided] as never[];
}
