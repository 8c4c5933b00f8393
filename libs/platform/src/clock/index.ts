export * from './clock';
export * from './issuer-day';
export * from './system-clock';
export * from './test-clock';
