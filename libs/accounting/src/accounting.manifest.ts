// What accounting brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Ledger1780100000001 } from './persistence/migrations/1780100000001-ledger';
import { Revenue1780100000002 } from './persistence/migrations/1780100000002-revenue';
import { SealChain1780100000003 } from './persistence/migrations/1780100000003-seal-chain';

export const accountingPersistence: PersistenceManifest = {
  schema: 'accounting',
  entities: [],
  migrations: [Ledger1780100000001, Revenue1780100000002, SealChain1780100000003],
};
