// A Redis of its own for a spec, when the machine has a redis-server; durable as in production, in a folder that goes away.
import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';

export interface RedisServer {
  /** redis://127.0.0.1:<port> */
  readonly url: string;
  stop(): Promise<void>;
}

export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version']).status === 0;
}

/** `more`: settings beside those of production, by their names in redis.conf. */
export async function startRedisServer(more: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'countinghouse-redis-'));
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: directory, appendonly: 'yes', 'maxmemory-policy': 'noeviction', save: '', ...more };
  const server = spawn('redis-server', Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]));
  await ready(server);
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function ready(server: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('close', (code, signal) => reject(new Error(`redis-server ended with ${signal ?? code}:\n${said}`)));
    server.stderr!.on('data', (text: Buffer) => (said += text.toString()));
    server.stdout!.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('Ready to accept connections')) resolve();
    });
  });
}
