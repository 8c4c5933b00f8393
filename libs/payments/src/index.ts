// The face of payments.
export * from './payments.manifest';
export * from './payments-config';
export * from './payments.facade';
export * from './payments.module';
export * from './payments-http.module';
export { StartCollectionRun, type StartCollectionRunInput } from './use-cases/start-collection-run';
export type { AttemptState, PaymentState } from './domain/payment-state';
export * from './payments-graphql.module';
