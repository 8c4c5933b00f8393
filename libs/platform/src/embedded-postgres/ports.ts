// TCP ports of this machine: whether one is free, and which one is.
import { createServer } from 'node:net';
import { DomainError } from '@countinghouse/kernel';

/** A port of the loopback interface on which nobody listens now. */
export function freePort(): Promise<number> {
  return listenOnce(0, '127.0.0.1');
}

/** The first free port from `first` on; gives up after a hundred. */
export async function freePortFrom(first: number, host: string): Promise<number> {
  for (let port = first; port < first + 100; port++) {
    const free = await listenOnce(port, host).catch(() => undefined);
    if (free !== undefined) return free;
  }
  return freePort();
}

/** @throws DomainError PORT_TAKEN */
export async function refuseTakenPort(port: number, host = '127.0.0.1'): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (error) {
    throw new DomainError('PORT_TAKEN', `port ${port} of ${host} cannot be used: ${(error as Error).message}`, {
      field: 'port',
      value: String(port),
      remedy: 'stop what listens there, or choose another port',
      cause: error,
    });
  }
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))));
    });
  });
}
