// Ports for the processes of a spec: from a region of this Jest worker's own, so that nobody takes one before its process listens.
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to whoever asks for any, so that a spec's own connections and servers never get one of these;
 * and by so much that the second port of a Redis Cluster, 10,000 above its first, is none of either.
 */
const FIRST = 12_000;
const REGION = 2_000;
const REGIONS = 5;

const first = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 1) % REGIONS) * REGION;
/** Specs of one worker come one after the other; where each begins is drawn, for another run on this machine has the same regions. */
let next = randomInt(REGION);

/** A port of the loopback interface on which nobody listens, and which nobody else is given. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < REGION; tried++) {
    const port = first + (next++ % REGION);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of the ports from ${first} to ${first + REGION - 1} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  await new Promise((closed) => probe.close(closed));
  return true;
}
