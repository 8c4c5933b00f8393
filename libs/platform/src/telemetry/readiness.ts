// Whether this process can do its work now: the database answers, its schema is the one this code was written for, the queue answers.
import { Injectable } from '@nestjs/common';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { Database } from '../database/database';
import { QueueSettings } from '../queue/queue-settings';

export interface ReadinessReport {
  readonly ready: boolean;
  /** 'ok', or what is wrong, by check. */
  readonly checks: Readonly<Record<'database' | 'migrations' | 'queue', string>>;
}

const PATIENCE_MS = 2_000;

@Injectable()
export class Readiness {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly queue: QueueSettings,
  ) {}

  async report(): Promise<ReadinessReport> {
    const [database, migrations, queue] = await Promise.all([
      outcome(() => this.database.query('SELECT 1')),
      outcome(() => this.refuseOtherSchema()),
      outcome(() => this.pingQueue()),
    ]);
    return { ready: [database, migrations, queue].every((said) => said === 'ok'), checks: { database, migrations, queue } };
  }

  private async refuseOtherSchema(): Promise<void> {
    const done = await this.database.query<{ name: string }>('SELECT name FROM platform.migration');
    const names = new Set(done.map((row) => row.name));
    const missing = this.dataSource.migrations.map((each) => each.name ?? each.constructor.name).filter((name) => !names.has(name));
    if (missing.length > 0) throw new Error(`${missing.length} migrations have not been run: ${missing.slice(0, 3).join(', ')}`);
  }

  /** Without Redis the queue lies in the database, and needs its tables there. */
  private async pingQueue(): Promise<void> {
    if (this.queue.url === undefined) {
      const [schema] = await this.database.query<{ there: boolean }>(`SELECT to_regnamespace('bullmq') IS NOT NULL AS there`);
      if (!schema?.there) throw new Error('the schema bullmq does not exist');
      return;
    }
    // A connection of its own, so that the answer is about now and nothing is left to reconnect.
    const redis = new Redis(this.queue.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: PATIENCE_MS, disconnectTimeout: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      if (/^cluster_enabled:1/m.test(await redis.info('cluster'))) throw new Error('QUEUE_URL names a node of a Redis Cluster; the queue needs a Redis with a single primary');
    } finally {
      redis.disconnect();
    }
  }
}

async function outcome(check: () => Promise<unknown>): Promise<string> {
  const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error(`no answer in ${PATIENCE_MS} ms`)), PATIENCE_MS).unref());
  return Promise.race([check(), late]).then(
    () => 'ok',
    // Only the message: this answer is public, so it names no host and no credentials.
    (error: Error) => (/\d+\.\d+\.\d+\.\d+|:\/\//.test(error.message) ? 'cannot be reached' : error.message.slice(0, 200)),
  );
}
