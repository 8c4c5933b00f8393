export * from './tick';
export * from './ticks';
