export * from './issuer.queries';
export * from './issuer.type';
export * from './platform-graphql.module';
export * from './run.queries';
export * from './run.type';
