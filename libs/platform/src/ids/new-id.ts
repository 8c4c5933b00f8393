// The id generator: uuid v7, so that ids made one after the other lie side by side in an index.
import { randomBytes } from 'node:crypto';
import { Id, uuidV7 } from '@countinghouse/kernel';

/** Ticks of the time part: the milliseconds of a uuid v7 and the 12 bits after them as a fraction (RFC 9562, method 3). */
const TICKS_PER_MS = 4096;
let lastTick = 0;

/**
 * A new id of the branded type asked for; each is greater than all that this process has made before, so that ids tell
 * the order of making. They carry machine time, not business time: they order, they never date.
 */
export function newId<T extends Id<string>>(): T {
  lastTick = Math.max(Math.floor((performance.timeOrigin + performance.now()) * TICKS_PER_MS), lastTick + 1);
  const fraction = lastTick % TICKS_PER_MS;
  const random = randomBytes(10);
  random[0] = fraction >> 8;
  random[1] = fraction & 0xff;
  return uuidV7(Math.floor(lastTick / TICKS_PER_MS), random) as T;
}
