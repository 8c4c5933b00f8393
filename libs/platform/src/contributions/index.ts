export * from './contributions';
