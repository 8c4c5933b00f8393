export * from './consumer';
export * from './deliveries';
export * from './outbox';
