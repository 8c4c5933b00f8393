export * from './json-logger';
export * from './log-context';
export * from './metrics';
export * from './readiness';
export * from './telemetry.module';
