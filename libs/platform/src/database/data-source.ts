// Builds the TypeORM data source from a URL and the manifests of the contexts, and brings the database to the newest migration.
import { DataSource } from 'typeorm';
import { Client } from 'pg';
import { DomainError } from '@countinghouse/kernel';
import { PersistenceManifest } from '../persistence/manifest';
import { migrateQueue } from '../queue/migrate-queue';
import { sqlState } from './database';
import { actingAs, DatabaseRole, grantRights, prepareRoles, ROLES_OF_DATABASE } from './privileges';

export interface DataSourceOptions {
  readonly url: string;
  readonly manifests: readonly PersistenceManifest[];
  /** Connections of this process at the most. */
  readonly poolSize?: number;
  /** How long anybody waits for one of them, or for the server to answer; 0 for as long as it takes. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Shown in pg_stat_activity: 'api', 'worker', 'cli'. */
  readonly applicationName?: string;
  /** Who it acts as: the application, unless it is said otherwise. `login` is whoever the URL names. */
  readonly role?: DatabaseRole | 'login';
}

const STATEMENT_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** A server that has gone without a word is noticed only by asking. */
const KEEP_ALIVE_AFTER_MS = 30_000;
/** There is no such role, and it may not be taken. */
const ROLE_REFUSED = new Set(['22023', '42501']);

/** The schema changes only through migrations, never by synchronising entities. */
export function createDataSource(options: DataSourceOptions): DataSource {
  const { role = 'app' } = options;
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
    connectTimeoutMS: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    extra: {
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      ...(role !== 'login' && { options: actingAs(role) }),
    },
  });
}

/**
 * The data source, connected.
 * @throws DomainError DATABASE_NOT_MIGRATED when the database does not know the roles yet, or the login may not act as them
 */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  try {
    return await createDataSource(options).initialize();
  } catch (error) {
    if (!ROLE_REFUSED.has(sqlState(error) ?? '')) throw error;
    throw new DomainError('DATABASE_NOT_MIGRATED', `the database does not let this login act as the application: ${(error as Error).message}`, {
      field: 'DATABASE_URL',
      remedy: 'run `npm run cli -- migrate` first; a login of its own for the application is given the role countinghouse_app',
      cause: error,
    });
  }
}

/**
 * Brings the database to the newest migration and says how many it took. Everything it makes belongs to the owner role, and the
 * application gets its rights on it. One process at a time; the others wait.
 * @throws DomainError DATABASE_ROLES_NOT_GRANTED
 */
export async function migrate({ url, manifests }: Pick<DataSourceOptions, 'url' | 'manifests'>): Promise<number> {
  const login = new Client({ connectionString: url, application_name: 'countinghouse migrate' });
  await login.connect();
  try {
    // TypeORM takes no lock of its own. This one goes with the connection, whatever happens.
    await login.query(`SELECT pg_advisory_lock(hashtext('countinghouse.migrate'))`);
    await prepareRoles(login, manifests);
    await login.query(`SET ROLE ${ROLES_OF_DATABASE.owner}`);
    // Its list of migrations needs the schema to be there first.
    await login.query('CREATE SCHEMA IF NOT EXISTS platform');
    const migrations = await runMigrations({ url, manifests });
    await migrateQueue(login);
    await grantRights(login, manifests);
    return migrations;
  } finally {
    await login.end();
  }
}

async function runMigrations(options: Pick<DataSourceOptions, 'url' | 'manifests'>): Promise<number> {
  const dataSource = await createDataSource({ ...options, poolSize: 1, applicationName: 'countinghouse migrate', role: 'owner' }).initialize();
  try {
    return (await dataSource.runMigrations()).length;
  } finally {
    await dataSource.destroy();
  }
}
