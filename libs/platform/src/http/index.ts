// What the contexts use of HTTP beside GraphQL.
export * from './downloads';
export * from './platform-http.module';
export * from './query-string';
export * from './uploads';
