// What payments brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Payments1780500000001 } from './persistence/migrations/1780500000001-payments';
import { SandboxProvider1780500000002 } from './persistence/migrations/1780500000002-sandbox-provider';
import { PaymentsRetention1780500000003 } from './persistence/migrations/1780500000003-retention';

export const paymentsPersistence: PersistenceManifest = {
  schema: 'payments',
  entities: [],
  migrations: [Payments1780500000001, SandboxProvider1780500000002, PaymentsRetention1780500000003],
};
