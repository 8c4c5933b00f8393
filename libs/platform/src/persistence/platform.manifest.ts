// What the platform itself brings to the database.
import { PersistenceManifest } from './manifest';
import { Platform1780000000001 } from './migrations/1780000000001-platform';
import { Imports1780000000002 } from './migrations/1780000000002-imports';
import { TestClocks1780000000041 } from './migrations/1780000000041-test-clocks';
import { EventsByTriggers1780000000091 } from './migrations/1780000000091-events-by-triggers';
import { ImportsInReview1780000000021 } from './migrations/1780000000021-imports-in-review';

export const platformPersistence: PersistenceManifest = {
  schema: 'platform',
  entities: [],
  migrations: [
    Platform1780000000001,
    Imports1780000000002,
    ImportsInReview1780000000021,
    TestClocks1780000000041,
    EventsByTriggers1780000000091,
  ],
  rights: { migration: [], audit_entry: ['INSERT'] },
};
