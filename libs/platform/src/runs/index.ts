export * from './run';
export * from './run-chunks';
export * from './runs';
