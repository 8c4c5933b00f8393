export * from './actor';
export * from './auth.module';
export * from './development-issuer';
