export * from './job-registry';
export * from './queue-settings';
export { ProcessExit } from './worker-host';
