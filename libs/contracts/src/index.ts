export * from './event';
export * from './facts';
export * from './companies.events';
export * from './invoicing.events';
export * from './payments.events';
