// At most one start on one data folder, and a second one is told where the first one is.
import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, Server } from 'node:net';
import { join, relative } from 'node:path';
import { DomainError } from '@countinghouse/kernel';

/** What a running start tells about itself. */
export interface Instance {
  readonly pid: number;
  /** Empty while it is still starting. */
  readonly url: string;
}

/**
 * Holds a socket whose name follows from the folder. The kernel takes it back when this process ends, however it ends,
 * so there is no lock file to go stale. @throws DomainError ALREADY_RUNNING, with where
 */
export async function claimDirectory(directory: string, describe: () => Instance): Promise<Server> {
  mkdirSync(directory, { recursive: true });
  const address = socketAddress(directory);
  const server = createServer((asking) => {
    asking.on('error', () => undefined);
    asking.end(JSON.stringify(describe()));
  });
  try {
    await listen(server, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const running = await ask(address).catch(() => undefined);
    if (running || isAbstract(address)) throw alreadyRunning(directory, running);
    // A socket file outlives its process where sockets have no abstract names.
    rmSync(address, { force: true });
    await listen(server, address);
  }
  return server.unref();
}

/** Linux has names that lie in no folder and vanish with their owner; elsewhere it is a file, by its short relative path. */
function socketAddress(directory: string): string {
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  return process.platform === 'linux' ? `\0countinghouse-${name}` : relative(process.cwd(), join(directory, 'start.sock'));
}

function isAbstract(address: string): boolean {
  return address.startsWith('\0');
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ path }, () => {
      server.off('error', fail);
      done();
    });
  });
}

function ask(path: string): Promise<Instance> {
  return new Promise((done, fail) => {
    let text = '';
    const socket = connect({ path });
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.once('error', fail);
    socket.once('end', () => done(JSON.parse(text) as Instance));
  });
}

function alreadyRunning(directory: string, running: Instance | undefined): DomainError {
  const where = running ? `${running.url && ` at ${running.url}`} (process ${running.pid})` : '';
  return new DomainError('ALREADY_RUNNING', `Countinghouse is already running${where} on the folder ${directory}`, {
    value: directory,
    remedy: `${running?.url ? `open ${running.url}` : 'wait for it'}, or stop it with Ctrl-C first`,
  });
}
