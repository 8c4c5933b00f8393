// Builds the TypeORM data source from a URL and the manifests of the contexts.
import { DataSource } from 'typeorm';
import type { PoolClient } from 'pg';
import { PersistenceManifest } from '../persistence/manifest';
import { migrateQueue } from '../queue/migrate-queue';

export interface DataSourceOptions {
  readonly url: string;
  readonly manifests: readonly PersistenceManifest[];
  /** Connections of this process at the most. */
  readonly poolSize?: number;
  /** Shown in pg_stat_activity: 'api', 'worker', 'cli'. */
  readonly applicationName?: string;
}

const STATEMENT_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 10_000;

/** The schema changes only through migrations, never by synchronising entities. */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: 'platform',
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    entities: options.manifests.flatMap((manifest) => [...manifest.entities]) as never,
    migrations: options.manifests.flatMap((manifest) => [...manifest.migrations]) as never,
    synchronize: false,
    installExtensions: false,
    poolSize: options.poolSize ?? 10,
    applicationName: options.applicationName ?? 'countinghouse',
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS, idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS },
  });
}

/** Brings the database to the newest migration. One process at a time; the others wait. */
export async function migrate(dataSource: DataSource): Promise<number> {
  const runner = dataSource.createQueryRunner();
  try {
    // TypeORM takes no lock of its own, and its list of migrations needs the schema to be there first.
    await runner.query(`SELECT pg_advisory_lock(hashtext('countinghouse.migrate'))`);
    await runner.query('CREATE SCHEMA IF NOT EXISTS platform');
    const migrations = await dataSource.runMigrations();
    await migrateQueue((await runner.connect()) as PoolClient);
    return migrations.length;
  } finally {
    await runner.query(`SELECT pg_advisory_unlock(hashtext('countinghouse.migrate'))`).catch(() => undefined);
    await runner.release();
  }
}
