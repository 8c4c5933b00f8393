export * from './retention';
export * from './retention-rule';
