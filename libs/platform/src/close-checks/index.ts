export * from './close-check';
export * from './failing-proofs.check';
export * from './undelivered-events.check';
