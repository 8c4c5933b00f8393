/** The face of the kernel: money, dates, proration, ids and errors, all pure. */
export * from './allocate';
export * from './billing-calendar';
export * from './clock';
export * from './country';
export * from './csv-line';
export * from './currency';
export * from './date-range';
export * from './decimal';
export * from './domain-error';
export * from './exchange';
export * from './id';
export * from './local-date';
export * from './money';
export * from './proration';
export * from './rounding';
export * from './time-zone';
