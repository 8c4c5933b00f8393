export * from './binary-array';
export * from './data-source';
export * from './database';
export * from './instant-text';
export * from './privileges';
export * from './row-stream';
export * from './tx';
