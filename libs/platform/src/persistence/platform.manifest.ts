// What the platform itself brings to the database.
import { PersistenceManifest } from './manifest';
import { Platform1780000000001 } from './migrations/1780000000001-platform';
import { Imports1780000000002 } from './migrations/1780000000002-imports';

export const platformPersistence: PersistenceManifest = {
  schema: 'platform',
  entities: [],
  migrations: [Platform1780000000001, Imports1780000000002],
};
