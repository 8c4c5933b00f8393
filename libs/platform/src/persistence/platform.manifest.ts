// What the platform itself brings to the database.
import { PersistenceManifest } from './manifest';
import { Platform1780000000001 } from './migrations/1780000000001-platform';
import { Imports1780000000002 } from './migrations/1780000000002-imports';
import { TestClocks1780000000041 } from './migrations/1780000000041-test-clocks';
import { IssuersKeepTheirCurrency1780000000071 } from './migrations/1780000000071-issuers-keep-their-currency';
import { ProofResults1780000000072 } from './migrations/1780000000072-proof-results';
import { EventsByTriggers1780000000091 } from './migrations/1780000000091-events-by-triggers';
import { Retention1780000000092 } from './migrations/1780000000092-retention';
import { KeysHaveALength1780000000093 } from './migrations/1780000000093-keys-have-a-length';
import { PlansHaveAVersion1780000000094 } from './migrations/1780000000094-plans-have-a-version';
import { StagedRowsGo1780000000095 } from './migrations/1780000000095-staged-rows-go';
import { WhatIsKnown1780000000096 } from './migrations/1780000000096-what-is-known';
import { ImportsInReview1780000000021 } from './migrations/1780000000021-imports-in-review';

export const platformPersistence: PersistenceManifest = {
  schema: 'platform',
  entities: [],
  migrations: [
    Platform1780000000001,
    Imports1780000000002,
    ImportsInReview1780000000021,
    TestClocks1780000000041,
    IssuersKeepTheirCurrency1780000000071,
    ProofResults1780000000072,
    EventsByTriggers1780000000091,
    Retention1780000000092,
    KeysHaveALength1780000000093,
    PlansHaveAVersion1780000000094,
    StagedRowsGo1780000000095,
    WhatIsKnown1780000000096,
  ],
  // A run and what it parked are kept for good.
  rights: { migration: [], audit_entry: ['INSERT'], run: ['INSERT', 'UPDATE'], run_parked_item: ['INSERT'] },
};
