// Scenarios that must hold whatever carries the queue run once on each backend; without a redis-server the Redis half says so.
import { hasRedisServer, RedisServer, startRedisServer } from '@countinghouse/testing';

export interface Backend {
  readonly name: 'PostgreSQL' | 'Redis';
  start(): Promise<{ queueUrl?: string; stop(): Promise<void> }>;
}

const POSTGRES: Backend = { name: 'PostgreSQL', start: () => Promise.resolve({ stop: () => Promise.resolve() }) };
const REDIS: Backend = {
  name: 'Redis',
  async start() {
    const server: RedisServer = await startRedisServer();
    return { queueUrl: server.url, stop: () => server.stop() };
  },
};

/** describe() once per backend. */
export function onBothBackends(what: string, scenario: (backend: Backend) => void): void {
  describe(`${what}, the queue in PostgreSQL`, () => scenario(POSTGRES));
  if (hasRedisServer()) {
    describe(`${what}, the queue in Redis`, () => scenario(REDIS));
  } else {
    console.warn(`SKIPPED: "${what}" on Redis, because there is no redis-server on this machine.`);
    describe.skip(`${what}, the queue in Redis`, () => it('needs a redis-server', () => undefined));
  }
}
