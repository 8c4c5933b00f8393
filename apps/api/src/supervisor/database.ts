// The database of a start: the one that DATABASE_URL names, or the embedded one, which is kept alive.
import { join } from 'node:path';
import { RunningPostgres, runningEmbeddedPostgres, startEmbeddedPostgres } from '@countinghouse/platform';
import { Config } from '../config';

export interface OpenDatabase {
  readonly url: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

const REST_MS = 1_000;

/** @throws DomainError of startEmbeddedPostgres */
export async function openDatabase(config: Config, onRestart: (reason: string) => void = () => undefined): Promise<OpenDatabase> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, embedded: false, close: () => Promise.resolve() };
  const directory = join(config.dataDirectory, 'postgres');
  let closing = false;
  let server: RunningPostgres = await startEmbeddedPostgres({ directory, durability: 'durable', ...portOf(config) });
  const { url, port } = server;

  /** Whoever has its URL goes on with it, so it comes back on the same port. */
  const keepAlive = async (): Promise<void> => {
    await server.ended;
    if (closing) return;
    onRestart('PostgreSQL has ended unasked and is started again');
    try {
      server = await startEmbeddedPostgres({ directory, durability: 'durable', port });
    } catch (error) {
      onRestart(`PostgreSQL did not come back: ${(error as Error).message}`);
      await new Promise((rested) => setTimeout(rested, REST_MS));
    }
    return keepAlive();
  };
  void keepAlive();
  return {
    url,
    embedded: true,
    close: async () => {
      closing = true;
      await server.stop();
    },
  };
}

/** The database for one command: as above, but an embedded one that somebody else keeps running is shared with them. */
export async function borrowDatabase(config: Config): Promise<OpenDatabase> {
  const url = config.databaseUrl === undefined ? runningEmbeddedPostgres(join(config.dataDirectory, 'postgres')) : undefined;
  return url === undefined ? openDatabase(config) : { url, embedded: true, close: () => Promise.resolve() };
}

function portOf({ databasePort }: Config): { port?: number } {
  return databasePort === undefined ? {} : { port: databasePort };
}
