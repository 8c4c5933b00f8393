// A database of its own for one spec file, cloned from the migrated template in about a tenth of a second.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { createDataSource, Database, PersistenceManifest } from '@countinghouse/platform';

export interface TestDatabase {
  readonly url: string;
  /** Acts as the application, like every process in production. */
  readonly database: Database;
  /** Acts as who may do everything: for attacks on what others keep, and for tables of a spec's own. */
  readonly owner: Database;
  /** The owner's. */
  readonly dataSource: DataSource;
  drop(): Promise<void>;
}

const TEMPLATE = 'countinghouse';

/** Clones the template. Give manifests only when the spec uses TypeORM entities or migrations. */
export async function createTestDatabase(manifests: readonly PersistenceManifest[] = []): Promise<TestDatabase> {
  const template = process.env['TEST_DATABASE_URL'];
  if (!template) throw new Error('TEST_DATABASE_URL is not set: name the spec *.integration.spec.ts so that Jest starts a database');
  const name = `spec_${randomBytes(6).toString('hex')}`;
  await administer(template, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  const url = template.replace(/\/[^/]+$/, `/${name}`);
  // Nobody gives up waiting for a connection: how long a spec may take is for Jest to say, on a slow machine too.
  const [app, login] = await Promise.all((['app', 'login'] as const).map((role) => createDataSource({ url, manifests, poolSize: 20, connectTimeoutMs: 0, role }).initialize()));
  return {
    url,
    database: new Database(app!),
    owner: new Database(login!),
    dataSource: login!,
    async drop() {
      for (const source of [app!, login!]) if (source.isInitialized) await source.destroy();
      await administer(template, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function administer(template: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: template.replace(/\/[^/]+$/, '/postgres') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
