// What invoicing brings to the database.
import { PersistenceManifest } from '@countinghouse/platform';
import { Invoicing1780400000001 } from './persistence/migrations/1780400000001-invoicing';
import { OverdueInvoices1780400000041 } from './persistence/migrations/1780400000041-overdue-invoices';
import { Previews1780400000042 } from './persistence/migrations/1780400000042-previews';

export const invoicingPersistence: PersistenceManifest = {
  schema: 'invoicing',
  entities: [],
  migrations: [
    Invoicing1780400000001,
    OverdueInvoices1780400000041,
    Previews1780400000042,
  ],
};
