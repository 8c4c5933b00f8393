// Everything that lies in the database, in the order of the arrows.
import { accountingPersistence } from '@countinghouse/accounting';
import { companiesPersistence } from '@countinghouse/companies';
import { invoicingPersistence } from '@countinghouse/invoicing';
import { paymentsPersistence } from '@countinghouse/payments';
import { PersistenceManifest, platformPersistence } from '@countinghouse/platform';
import { subscriptionsPersistence } from '@countinghouse/subscriptions';

export const PERSISTENCE: readonly PersistenceManifest[] = [
  platformPersistence,
  accountingPersistence,
  companiesPersistence,
  subscriptionsPersistence,
  invoicingPersistence,
  paymentsPersistence,
];
