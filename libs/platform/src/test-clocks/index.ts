export * from './advance-test-clock';
export * from './create-test-clock';
export * from './daily-work';
