// What subscriptions brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Subscriptions1780300000001 } from './persistence/migrations/1780300000001-subscriptions';

export const subscriptionsPersistence: PersistenceManifest = {
  schema: 'subscriptions',
  entities: [],
  migrations: [Subscriptions1780300000001],
};
