// What accounting brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Ledger1780100000001 } from './persistence/migrations/1780100000001-ledger';
import { Revenue1780100000002 } from './persistence/migrations/1780100000002-revenue';
import { SealChain1780100000003 } from './persistence/migrations/1780100000003-seal-chain';
import { ExchangeRates1780100000021 } from './persistence/migrations/1780100000021-exchange-rates';
import { Close1780100000041 } from './persistence/migrations/1780100000041-close';
import { Documents1780100000042 } from './persistence/migrations/1780100000042-documents';
import { ManualEntries1780100000043 } from './persistence/migrations/1780100000043-manual-entries';

export const accountingPersistence: PersistenceManifest = {
  schema: 'accounting',
  entities: [],
  migrations: [
    Ledger1780100000001,
    Revenue1780100000002,
    SealChain1780100000003,
    ExchangeRates1780100000021,
    Close1780100000041,
    Documents1780100000042,
    ManualEntries1780100000043,
  ],
};
