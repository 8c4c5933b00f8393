// Brings BullMQ's own tables to its newest version; they lie in the schema `bullmq` and belong to the library.
import { runMigrations } from 'bullmq';
import type { ClientBase } from 'pg';

/** The one schema of BullMQ's PostgreSQL backend, for all queues. A pool given to it must use this very name. */
export const QUEUE_SCHEMA = 'bullmq';

/** Harmless to call again. It is done also when the queue lies on Redis, so that one can change back at any time. */
export async function migrateQueue(client: ClientBase): Promise<void> {
  await runMigrations(client as unknown as Parameters<typeof runMigrations>[0], QUEUE_SCHEMA);
}
