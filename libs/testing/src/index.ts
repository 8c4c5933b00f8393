export * from './waiting';
export * from './test-database';
export * from './redis-server';
export * from './free-port';
export * from './open-transaction';
