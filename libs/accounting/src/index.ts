// The face of accounting: the ledger as other contexts and the composition root see it.
export { accountingPersistence } from './accounting.manifest';
export { AccountingModule } from './accounting.module';
export { Books } from './accounting.facade';
export { ACCOUNT_ROLES } from './domain/account-role';
export type { AccountRole, AccountType } from './domain/account-role';
export type { PostedEntry } from './persistence/journal.queries';
export type { OpenBooksInput } from './use-cases/open-books';
export type { RecognitionInput } from './use-cases/recognise-revenue';
export { SealBlocks } from './use-cases/seal-blocks';
export { RECOGNITION_RUN, StartRecognitionRun } from './use-cases/start-recognition-run';
export { AccountingGraphqlModule } from './accounting-graphql.module';
