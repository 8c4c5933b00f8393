export * from './erasure-check';
export * from './recorded-enrolments.check';
